import { sum } from '#portfolio/units.js'
import { type Candidate, ordinary } from './firing.js'
import { amountOf, shareBps } from './nav-share.js'
import { navOf, type TriggerContext, underlyingsOf } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

/**
 * Net dollar gamma for a 1 % move, or net dollar vega for one volatility point, outside loBps … hiBps of net asset value:
 * the unit of the mandate's limits, so that a private budget compares with them. Of the whole book, or of one `underlying`.
 */
export type GreekBudgetTrigger = ({ readonly kind: 'gammaBudget' } | { readonly kind: 'vegaBudget' }) & {
  readonly underlying?: string
  readonly loBps: number
  readonly hiBps: number
}

export function greekBudget(config: GreekBudgetTrigger, context: TriggerContext): Candidate[] {
  const { kind, underlying, loBps, hiBps } = config
  const { input } = context
  const nav = navOf(context)
  const counts = (i: number) =>
    underlying === undefined || input.universe.instruments[i]!.underlying === underlying
  const greek = kind === 'gammaBudget' ? 'gamma' : 'vega'
  const net = sum(
    input.universe.instruments.map((_, i) =>
      counts(i) ? input.book.quantities[i]! * input.market.slots[i]![greek] : 0n,
    ),
  )
  const bound = net > amountOf(hiBps, nav) ? hiBps : net < amountOf(loBps, nav) ? loBps : undefined
  if (bound === undefined) return []
  const subject = underlying ?? 'book'
  const firing = { trigger: kind, subject, value: shareBps(net, nav), bound, unit: 'navBps' } as const
  return [ordinary(firing, underlyingsOf(input, counts))]
}

/** A budget for the whole book must be within the mandate: a wider one would never speak first. @throws `TriggerError` */
export function checkGreekBudget(config: GreekBudgetTrigger, at: string, { input }: TriggerContext): void {
  const { kind, underlying, loBps, hiBps } = config
  const { gammaLoBps, gammaHiBps, vegaLoBps, vegaHiBps } = input.mandate
  const [lo, hi] = kind === 'gammaBudget' ? [gammaLoBps, gammaHiBps] : [vegaLoBps, vegaHiBps]
  if (loBps > hiBps) throw new TriggerError(`${at}.loBps`, 'not above hiBps')
  if (underlying !== undefined) return
  if (loBps < Number(lo)) throw new TriggerError(`${at}.loBps`, 'within the mandate')
  if (hiBps > Number(hi)) throw new TriggerError(`${at}.hiBps`, 'within the mandate')
}
