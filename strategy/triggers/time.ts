import { type Candidate, ordinary } from './firing.js'
import { idleSeconds, type TriggerContext, underlyingsOf } from './trigger-context.js'

/**
 * Every `everySeconds` since the last trade; with `anchorAt` (seconds since 1970) at the moments of the schedule
 * anchorAt + n · everySeconds instead.
 */
export type TimeTrigger = {
  readonly kind: 'time'
  readonly everySeconds: number
  readonly anchorAt?: number
}

/** Fires from the moment on: at the bound, and until something is traded. */
export function time({ everySeconds, anchorAt }: TimeTrigger, context: TriggerContext): Candidate[] {
  const { lastTradeAt = 0 } = context
  const value = idleSeconds(context)
  const rounds = anchorAt === undefined ? 0 : Math.floor((lastTradeAt - anchorAt) / everySeconds) + 1
  const bound = anchorAt === undefined ? everySeconds : anchorAt + rounds * everySeconds - lastTradeAt
  if (value < bound) return []
  return [
    ordinary(
      { trigger: 'time', subject: 'book', value, bound, unit: 'seconds' },
      underlyingsOf(context.input),
      [],
    ),
  ]
}
