import { checkLength } from '#portfolio/shape.js'
import { BPS, checkBps, OutOfRangeError } from '#portfolio/units.js'
import { fixed, ONE, squareRoot } from './options/fixed-point.js'

/**
 * How one instrument trades: half the spread and the venue's fee in basis points of the mark, the quantity step and the
 * smallest quantity in 1e-8 unit. With `impact`, a trade moves the price against itself by the square-root law. `fundingBps`
 * is what a long is expected to pay in funding over the plan's horizon, in basis points of the mark; a short the opposite.
 */
export type TradingCost = {
  readonly halfSpreadBps: bigint
  readonly feeBps: bigint
  readonly lot: bigint
  readonly minimum: bigint
  readonly impact?: Impact
  readonly fundingBps?: bigint
}

/**
 * What the square-root law asks for: one day's volatility in basis points and one day's volume in 1e-8 unit. A trade of
 * quantity q costs σ·√(q / V) of the mark on average (Almgren, Thum, Hauptmann & Li 2005; Donier & Bonart 2015 for Bitcoin);
 * `squareRootImpact` is the same law in floating point.
 */
export type Impact = { readonly dailyVolBps: bigint; readonly dailyVolume: bigint }

/**
 * Expected fill in 1e-8 quote of a quantity in 1e-8 unit: the mark, worse by half the spread, fee and impact; rounded against
 * the fund.
 */
export function expectedFill(
  price: bigint,
  side: 'buy' | 'sell',
  { halfSpreadBps, feeBps, impact }: TradingCost,
  quantity = 0n,
): bigint {
  const moved = impact ? impact.dailyVolBps * (squareRoot(fixed(quantity, impact.dailyVolume)) + 1n) : 0n
  const scale = BPS * ONE
  const slip =
    (price * ((halfSpreadBps + feeBps) * ONE + (quantity === 0n ? 0n : moved)) + scale - 1n) / scale
  if (side === 'buy') return price + slip
  return slip > price ? 0n : price - slip
}

/** @throws `ShapeError` or `OutOfRangeError` naming the field. */
export function checkCosts(costs: readonly TradingCost[], instruments: number): void {
  checkLength(costs, instruments, 'costs')
  costs.forEach(({ halfSpreadBps, feeBps, lot, minimum, impact, fundingBps = 0n }, i) => {
    checkBps(halfSpreadBps, `costs[${i}].halfSpreadBps`, 0n, BPS)
    checkBps(feeBps, `costs[${i}].feeBps`, 0n, BPS)
    if (lot <= 0n) throw new OutOfRangeError(`costs[${i}].lot`, 'above 0')
    if (minimum < 0n) throw new OutOfRangeError(`costs[${i}].minimum`, '0 or above')
    checkBps(fundingBps, `costs[${i}].fundingBps`, -BPS, BPS)
    if (!impact) return
    checkBps(impact.dailyVolBps, `costs[${i}].impact.dailyVolBps`, 0n, 10n * BPS)
    if (impact.dailyVolume <= 0n) throw new OutOfRangeError(`costs[${i}].impact.dailyVolume`, 'above 0')
  })
}
