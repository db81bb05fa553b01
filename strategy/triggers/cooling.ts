import type { Postponement } from './postponement.js'
import { idleSeconds, type TriggerContext } from './trigger-context.js'

/** Ordinary triggers wait until `seconds` have passed since the last trade. */
export type CoolingConfig = { readonly kind: 'cooling'; readonly seconds: number }

export function cooling({ seconds: bound }: CoolingConfig, context: TriggerContext): Postponement[] {
  const value = idleSeconds(context)
  return value < bound ? [{ code: 'cooling', subject: 'book', value, bound, unit: 'seconds' }] : []
}
