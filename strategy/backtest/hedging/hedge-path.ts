import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../../number-checks.js'

/**
 * What is hedged at one moment, in any one currency: `price` of the underlying, `value`, `delta` and `gamma` of the whole
 * position (negative for options sold), `vol` per √year and `years` to expiry, `deltaAt` another volatility.
 */
export type HedgeInstant = {
  readonly step: number
  readonly price: number
  readonly value: number
  readonly delta: number
  readonly gamma: number
  readonly vol: number
  readonly years: number
  readonly deltaAt: (vol: number) => number
}

/** The units of the underlying to hold from now on, given those held. It sees one moment, so it cannot look ahead. */
export type HedgePolicy = (instant: HedgeInstant, held: number) => number

/**
 * One-way `proportional` cost as a fraction of the value traded, `fixed` money per trade, `rate` per year on cash;
 * `closing` where selling the hedge at the last moment costs as much as any other trade.
 */
export type HedgeCosts = {
  readonly proportional: number
  readonly fixed: number
  readonly rate?: number
  readonly closing?: boolean
}

/**
 * `profits[i]` is net of costs, from moment i to i + 1, and `holdings[i]` what was held between them; `wealth` is what is
 * left at the end. Money and units.
 */
export type HedgeRun = {
  readonly wealth: number
  readonly profits: readonly number[]
  readonly holdings: readonly number[]
  readonly cost: number
  readonly trades: number
  /** Value traded, without costs. */
  readonly turnover: number
}

/**
 * Hedges a path and accounts for every unit of money. The position is bought with borrowed cash at the first moment, so
 * that wealth is 0 but for costs; after that only trades and interest move cash. At the last moment the position and the
 * hedge are worth their prices.
 *
 * @throws {@link HedgePathError} on fewer than two moments, an unusable cost, or a policy's answer that is not a number.
 */
export function hedgePath(path: readonly HedgeInstant[], policy: HedgePolicy, costs: HedgeCosts): HedgeRun {
  const { proportional, fixed, rate = 0, closing = false } = costs
  checkNotNegative({ proportional, fixed })
  checkFinite({ rate })
  if (path.length < 2) throw new HedgePathError('path', 'at least two moments')
  const last = path.length - 1
  const profits: number[] = []
  const holdings: number[] = []
  let [cash, held, wealth, cost, trades, turnover] = [-path[0]!.value, 0, 0, 0, 0, 0]
  const trade = (price: number, hedge: number): void => {
    const traded = Math.abs(hedge - held) * price
    const charge = proportional * traded + fixed
    cash -= (hedge - held) * price + charge
    cost += charge
    turnover += traded
    trades++
    held = hedge
  }
  for (let i = 0; i < last; i++) {
    const now = path[i]!
    const next = path[i + 1]!
    const hedge = policy(now, held)
    if (!Number.isFinite(hedge)) throw new HedgePathError('hedge', 'a finite number at every moment')
    if (hedge !== held) trade(now.price, hedge)
    holdings.push(held)
    if (rate !== 0) cash *= Math.exp(rate * (now.years - next.years))
    if (closing && i + 1 === last && held !== 0) trade(next.price, 0)
    const after = next.value + held * next.price + cash
    profits.push(after - wealth)
    wealth = after
  }
  return { wealth, profits, holdings, cost, trades, turnover }
}

const { checkFinite, checkNotNegative } = numberChecks(
  (field, expected) => new HedgePathError(field, expected),
)

export class HedgePathError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a hedged path must be ${expected}.`, { code: 'STRATEGY_HEDGE_PATH', field })
  }
}
