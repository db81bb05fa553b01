import { checkLength } from '#portfolio/shape.js'
import { BPS, checkBps, OutOfRangeError } from '#portfolio/units.js'

/**
 * How one instrument trades: half the spread and the venue's fee in basis points of the mark, the quantity step and the
 * smallest quantity in 1e-8 unit.
 */
export type TradingCost = {
  readonly halfSpreadBps: bigint
  readonly feeBps: bigint
  readonly lot: bigint
  readonly minimum: bigint
}

/** Expected fill in 1e-8 quote: the mark, worse by half the spread and the fee, rounded against the fund. */
export function expectedFill(
  price: bigint,
  side: 'buy' | 'sell',
  { halfSpreadBps, feeBps }: TradingCost,
): bigint {
  const slip = (price * (halfSpreadBps + feeBps) + BPS - 1n) / BPS
  if (side === 'buy') return price + slip
  return slip > price ? 0n : price - slip
}

/** @throws `ShapeError` or `OutOfRangeError` naming the field. */
export function checkCosts(costs: readonly TradingCost[], instruments: number): void {
  checkLength(costs, instruments, 'costs')
  costs.forEach((cost, i) => {
    checkBps(cost.halfSpreadBps, `costs[${i}].halfSpreadBps`, 0n, BPS)
    checkBps(cost.feeBps, `costs[${i}].feeBps`, 0n, BPS)
    if (cost.lot <= 0n) throw new OutOfRangeError(`costs[${i}].lot`, 'above 0')
    if (cost.minimum < 0n) throw new OutOfRangeError(`costs[${i}].minimum`, '0 or above')
  })
}
