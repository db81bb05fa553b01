import type { Exposure } from '#portfolio/exposure.js'
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

/** What an account owes: by how much its paid holdings exceed its equity; 0 for one that borrows nothing. */
export const borrowed = (input: PlanInput, exposure: Exposure): bigint[] =>
  paidHoldings(input, exposure).map((held, a) => {
    const short = held - exposure.accountEquity[a]!
    return short > 0n ? short : 0n
  })
