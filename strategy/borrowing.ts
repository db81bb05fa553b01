import { type Exposure, exposureOf } from '#portfolio/exposure.js'
import type { PlanInput } from './plan.js'

/**
 * What each account holds in things paid for: spot and options at their value in the net asset value, in 1e-16 quote. A
 * linear perpetual is carried at price against cash, so equity less this is the cash an account could pay out.
 */
export function paidHoldings({ universe, mandate }: PlanInput, { values }: Exposure): bigint[] {
  return mandate.accounts.map((_, a) =>
    values.reduce((total, value, i) => {
      const counts = mandate.slots[i]?.account === a && universe.instruments[i]!.kind !== 'perp'
      return counts ? total + value : total
    }, 0n),
  )
}

/**
 * What each account owed before the step and its flows: by how much its paid holdings exceeded its equity; 0 for one that
 * borrowed nothing. A payout is no reason to owe more.
 */
export function borrowed(input: PlanInput): bigint[] {
  const { book, market, mandate, shape } = input
  const before = exposureOf(book, market, mandate, shape)
  return paidHoldings(input, before).map((held, a) => {
    const short = held - before.accountEquity[a]!
    return short > 0n ? short : 0n
  })
}
