import { slotOf } from '#portfolio/universe.js'
import { type Candidate, forced } from './firing.js'
import type { TriggerContext } from './trigger-context.js'

/** A held instrument that must be closed by `closeBy` (seconds since 1970), from `noticeSeconds` before it on. */
export type DelistingTrigger = {
  readonly kind: 'delisting'
  readonly symbol: string
  readonly closeBy: number
  readonly noticeSeconds: number
}

/** The value is the time left, negative once it is over; at the bound it fires. */
export function delisting(config: DelistingTrigger, { input, now }: TriggerContext): Candidate[] {
  const { symbol, closeBy, noticeSeconds: bound } = config
  const value = closeBy - now
  const held = input.book.quantities[slotOf(input.universe, symbol, 'symbol')] !== 0n
  if (!held || value > bound) return []
  return [forced({ trigger: 'delisting', subject: symbol, value, bound, unit: 'seconds' })]
}
