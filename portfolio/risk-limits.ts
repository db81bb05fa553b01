import { type Check, measure } from './check.js'
import type { Exposure } from './exposure.js'
import { type Mandate, marginShareBps } from './mandate.js'
import type { Market } from './market.js'
import { abs, BPS } from './units.js'

/** A book with its exposure. */
export type Measured = { readonly quantities: readonly bigint[]; readonly exposure: Exposure }

/**
 * Every risk limit of the mandate (rules 5 and 6) for the book `after`, in the order of the circuit: position long and
 * short per slot, concentration per slot, net high, net low and gross per group, the whole book's net, leverage, gamma
 * and vega, loss per scenario, margin and venue cap per account, free collateral.
 *
 * Both sides are scaled by 10 000 (account margins by 1e8), so nothing is divided or rounded.
 */
export function riskLimits(after: Measured, before: Measured, market: Market, mandate: Mandate): Check[] {
  const now = after.exposure
  const then = before.exposure
  const { nav } = now
  const checks: Check[] = []
  const add = (id: string, value: bigint, bound: bigint, old: bigint, scale: bigint) => {
    checks.push(measure({ id, rule: 5, kind: 'risk', value, bound, before: old, scale }))
  }
  const share = (id: string, value: bigint, bps: bigint, old: bigint) => {
    add(id, BPS * value, bps * nav, BPS * old, BPS)
  }

  after.quantities.forEach((q, i) => {
    add(`position.long[${i}]`, q, mandate.slots[i]?.maxLong ?? 0n, before.quantities[i]!, 1n)
  })
  after.quantities.forEach((q, i) => {
    add(`position.short[${i}]`, -q, mandate.slots[i]?.maxShort ?? 0n, -before.quantities[i]!, 1n)
  })
  after.quantities.forEach((q, i) => {
    const side = q >= 0n ? 1n : -1n
    const old = side * before.quantities[i]! * abs(market.slots[i]!.delta)
    share(`concentration[${i}]`, now.absDelta[i]!, mandate.slots[i]?.concentrationBps ?? 0n, old)
  })
  mandate.groups.forEach((group, g) => {
    share(`group.netHi[${g}]`, now.groupNet[g]!, group.netHiBps, then.groupNet[g]!)
    share(`group.netLo[${g}]`, -now.groupNet[g]!, -group.netLoBps, -then.groupNet[g]!)
    share(`group.gross[${g}]`, now.groupGross[g]!, group.grossBps, then.groupGross[g]!)
  })
  share('net.hi', now.net, mandate.netHiBps, then.net)
  share('net.lo', -now.net, -mandate.netLoBps, -then.net)
  share('leverage', now.gross, mandate.leverageBps, then.gross)
  share('gamma.hi', now.gamma, mandate.gammaHiBps, then.gamma)
  share('gamma.lo', -now.gamma, -mandate.gammaLoBps, -then.gamma)
  share('vega.hi', now.vega, mandate.vegaHiBps, then.vega)
  share('vega.lo', -now.vega, -mandate.vegaLoBps, -then.vega)
  mandate.maxLossBps.forEach((maxLossBps, s) => {
    share(`loss[${s}]`, now.losses[s]!, maxLossBps, then.losses[s]!)
  })
  mandate.accounts.forEach(({ marginMultipleBps }, a) => {
    const shortfall = ({ accountMargin, accountEquity }: Exposure) =>
      marginMultipleBps * accountMargin[a]! - BPS * BPS * accountEquity[a]!
    add(`margin[${a}]`, shortfall(now), 0n, shortfall(then), BPS * BPS)
  })
  mandate.accounts.forEach(({ venueCapBps }, a) => {
    share(`venue[${a}]`, now.accountEquity[a]!, venueCapBps, then.accountEquity[a]!)
  })
  add('freeCollateral', now.margin, marginShareBps(mandate) * nav, then.margin, BPS)
  return checks
}
