import { type Exposure, exposureOf } from '#portfolio/exposure.js'
import { BPS, divAway } from '#portfolio/units.js'
import type { PlanInput } from './plan.js'

/**
 * What each account holds in things paid for: spot and options at their value in the net asset value, in 1e-16 quote. A
 * linear perpetual is carried at price against cash, so equity less this is the cash an account could pay out.
 */
function paidHoldings({ universe, mandate }: PlanInput, { values }: Exposure): bigint[] {
  return mandate.accounts.map((_, a) =>
    values.reduce((total, value, i) => {
      const counts = mandate.slots[i]?.account === a && universe.instruments[i]!.kind !== 'perp'
      return counts ? total + value : total
    }, 0n),
  )
}

/**
 * Equity each account needs for its margin after every one of its slots has moved by `stressBps` against it, in 1e-16
 * quote, rounded up: margin on the larger delta, and the loss of each slot on its own.
 */
export function stressedMargins(
  { mandate, stressBps = 0n }: PlanInput,
  { absDelta, accountMargin }: Exposure,
): bigint[] {
  return mandate.accounts.map(({ marginMultipleBps }, a) => {
    const size = absDelta.reduce((total, x, i) => (mandate.slots[i]?.account === a ? total + x : total), 0n)
    return (
      divAway(marginMultipleBps * accountMargin[a]! * (BPS + stressBps), BPS * BPS * BPS) +
      divAway(size * stressBps, BPS)
    )
  })
}

/** How much equity each account lacked, before the step and its flows, for what it held and for its margin under stress. */
type Lacking = { readonly credit: readonly bigint[]; readonly stress: readonly bigint[] }

/** A payout is no reason to owe more, and a trade none to come nearer to a liquidation: neither may grow. */
export function lackingBefore(input: PlanInput): Lacking {
  const { book, market, mandate, shape } = input
  const before = exposureOf(book, market, mandate, shape)
  const lacking = (needed: readonly bigint[]) =>
    needed.map((need, a) => {
      const short = need - before.accountEquity[a]!
      return short > 0n ? short : 0n
    })
  return { credit: lacking(paidHoldings(input, before)), stress: lacking(stressedMargins(input, before)) }
}

/** The lowest equity each account of a new book may have: paid for what it holds, and safe under stress, as far as before. */
export function accountFloors(input: PlanInput, after: Exposure): bigint[] {
  const { credit, stress } = lackingBefore(input)
  const margins = stressedMargins(input, after)
  return paidHoldings(input, after).map((held, a) => {
    const [paid, safe] = [held - credit[a]!, margins[a]! - stress[a]!]
    return paid > safe ? paid : safe
  })
}
