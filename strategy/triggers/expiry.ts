import { type Candidate, forced } from './firing.js'
import type { TriggerContext } from './trigger-context.js'

/** A held option that expires within `horizonSeconds`; 0 waits for the expiry itself. */
export type ExpiryTrigger = { readonly kind: 'expiry'; readonly horizonSeconds: number }

/** The value is the time left, negative once it has expired; at the bound it fires. */
export function expiry({ horizonSeconds: bound }: ExpiryTrigger, context: TriggerContext): Candidate[] {
  const { universe, book } = context.input
  return universe.instruments.flatMap(({ symbol, option }, i) => {
    if (!option || book.quantities[i] === 0n) return []
    const value = Number(option.expiry) - context.now
    if (value > bound) return []
    return [forced({ trigger: 'expiry', subject: symbol, value, bound, unit: 'seconds' })]
  })
}
