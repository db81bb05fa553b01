import { checkNotNegative, checkPositive, ExecutionInputError } from './execution-input.js'
import { curve, DUST, type Segment, type Side } from './supply.js'

/** Liquidity L that is active between two prices (quote per base): base = L·(1/√lower − 1/√upper) inside it. */
export type LiquidityRange = { readonly lower: number; readonly upper: number; readonly liquidity: number }

/**
 * A pool of concentrated liquidity, as Uniswap v3: `price` now and the ranges between initialised ticks, rising and
 * without overlap. Between ranges the price jumps. The fee is taken from what comes in.
 */
export type ConcentratedLiquidity = {
  readonly kind: 'concentrated-liquidity'
  readonly price: number
  readonly ranges: readonly LiquidityRange[]
}

/**
 * Quote per base at a tick of a pool whose first token is the base: 1.0001^tick, times 10^(base − quote decimals). Where
 * the quote is the first token, the price is the reciprocal of this with the decimals exchanged.
 */
export const tickPrice = (tick: number, baseDecimals: number, quoteDecimals: number): number =>
  1.0001 ** tick * 10 ** (baseDecimals - quoteDecimals)

/** One curve per range: depth L/√γ between its prices with the fee in (γ = 1 − fee; Adams et al. 2021). */
export function concentratedSupply(pool: ConcentratedLiquidity, kept: number, side: Side): Segment[] {
  return ahead(pool, side).map(({ from, to, liquidity }) => {
    const fee = side === 'buy' ? 1 / kept : kept
    return curve(from * fee, to * fee, liquidity / Math.sqrt(kept))
  })
}

/**
 * Quote for `quantity` and the marginal prices before and behind it, range by range from the pool's own root price, as the
 * pool swaps; undefined where the ranges end first.
 */
export function concentratedFill(pool: ConcentratedLiquidity, kept: number, side: Side, quantity: number) {
  const buys = side === 'buy'
  const fee = buys ? 1 / kept : kept
  const dust = quantity * DUST
  let left = buys ? quantity : quantity * kept
  let quote = 0
  let last = pool.price
  // What rounding leaves over counts at the price it would have, what it took too much at the price it had.
  const end = (next: number, over = 0) => {
    const whole = quote + over * (over > 0 && next > 0 && next < Infinity ? next : last)
    return { quote: buys ? whole / kept : whole, last: last * fee, next: next * fee }
  }
  for (const { from, to, liquidity } of ahead(pool, side)) {
    if (left <= dust) return end(from, left)
    const root = Math.sqrt(from)
    const whole = liquidity * Math.abs(1 / root - 1 / Math.sqrt(to))
    const partly = whole > left + dust
    const moved = partly ? 1 / (1 / root + ((buys ? -1 : 1) * left) / liquidity) : Math.sqrt(to)
    // L·|√P′ − √P| = base·√P·√P′, which keeps its digits where a small order hardly moves a deep pool.
    quote += (partly ? left : whole) * root * moved
    last = moved * moved
    if (partly) return end(last)
    left -= whole
  }
  return left > dust ? undefined : end(buys ? Infinity : 0, left)
}

/** The ranges an order meets, in order, each from its nearer price to its farther one. */
function ahead({ price, ranges }: ConcentratedLiquidity, side: Side) {
  const filled = ranges.filter(({ liquidity }) => liquidity > 0)
  return side === 'buy'
    ? filled
        .filter(({ upper }) => upper > price)
        .map(({ lower, upper, liquidity }) => ({ from: Math.max(lower, price), to: upper, liquidity }))
    : filled
        .filter(({ lower }) => lower < price)
        .map(({ lower, upper, liquidity }) => ({ from: Math.min(upper, price), to: lower, liquidity }))
        .reverse()
}

/** @throws `ExecutionInputError` naming the field under `at`. */
export function checkConcentratedLiquidity({ price, ranges }: ConcentratedLiquidity, at: string): void {
  checkPositive({ price }, at)
  ranges.forEach(({ lower, upper, liquidity }, k) => {
    const here = `${at}.ranges[${k}]`
    checkPositive({ lower, upper }, here)
    checkNotNegative({ liquidity }, here)
    if (lower >= upper) throw new ExecutionInputError(`${here}.upper`, 'above its lower price')
    if (k > 0 && lower < ranges[k - 1]!.upper) {
      throw new ExecutionInputError(`${here}.lower`, 'not below the range before')
    }
  })
}
