import { BaseError } from '#portfolio/base-error.js'
import { YEAR_SECONDS } from '../../time-units.js'
import type { PriceTable } from '../price-table.js'
import { CovarianceHistory } from './covariance-history.js'

/** Weights wanted of each asset of a table; what is left of 1 is cash. */
export type TargetWeights = Readonly<Record<string, number>>

/**
 * Prices of the assets of a target, from the first bar at which all have one, row `start` of the table. Decisions are made
 * from bar `first` to the one before `last`, which is there to value the last of them; bars before `first` only feed the
 * estimates.
 */
export type MarketWindow = {
  readonly assets: readonly string[]
  readonly target: Float64Array
  readonly times: readonly number[]
  readonly prices: readonly Float64Array[]
  readonly start: number
  readonly first: number
  readonly last: number
  readonly barsPerYear: number
  readonly history: CovarianceHistory
}

/** Bars before the first decision that an estimate needs. */
const WARM_UP = 30

/**
 * Cuts the bars from `from` to `to` (seconds since 1970, both included) out of a table, with what comes before them.
 *
 * @throws {@link BacktestInputError} naming the field.
 */
export function marketWindow(
  table: PriceTable,
  targetWeights: TargetWeights,
  from: number,
  to: number,
): MarketWindow {
  const assets = Object.keys(targetWeights)
  const columns = assets.map((asset) => table.assets.indexOf(asset))
  columns.forEach((column, i) => {
    if (column < 0) throw new BacktestInputError(`targetWeights.${assets[i]}`, 'of an asset of the table')
  })
  const target = Float64Array.from(Object.values(targetWeights))
  const total = target.reduce((sum, weight) => sum + weight, 0)
  if (target.length === 0) throw new BacktestInputError('targetWeights', 'of at least one asset')
  if (!target.every((weight) => weight > 0) || !(total <= 1 + 1e-9)) {
    throw new BacktestInputError('targetWeights', 'above 0 each and at most 1 together')
  }
  const start = table.prices.findIndex((row) => columns.every((column) => row[column] !== undefined))
  const times = start < 0 ? [] : table.times.slice(start)
  const first = times.findIndex((time) => time >= from)
  const last = times.findLastIndex((time) => time <= to)
  if (first < WARM_UP) throw new BacktestInputError('from', `${WARM_UP} bars after all assets have prices`)
  if (last <= first + 1) throw new BacktestInputError('to', 'at least two bars after the first decision')
  // What comes after the last bar is cut off: nothing can look at it.
  const prices = table.prices.slice(start, start + last + 1).map((row, t) =>
    Float64Array.from(columns, (column, i) => {
      const price = row[column]
      if (price === undefined) throw new BacktestInputError(`prices[${start + t}].${assets[i]}`, 'given')
      return price
    }),
  )
  const barsPerYear = (YEAR_SECONDS * (last - first)) / (times[last]! - times[first]!)
  const history = new CovarianceHistory(prices, target, first)
  return { assets, target, times: times.slice(0, last + 1), prices, start, first, last, barsPerYear, history }
}

export class BacktestInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_BACKTEST_INPUT', field })
  }
}
