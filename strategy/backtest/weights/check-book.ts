import { BacktestInputError, type MarketWindow } from './market-window.js'
import type { PolicyRun } from './run-policy.js'

/** A million at 1e-6, so that a book may grow nine thousandfold before a double is not exact. */
export const START_NAV = 1e12
/** One of the million: below it, rounding to units would show in what is a share of net asset value. */
const NAV_MIN = START_NAV / 1e6

/**
 * Stops a run whose figures would say nothing: after bar `bar` of a policy costs have left next to nothing of the book, or
 * prices have taken it out of the range in which whole units are exact.
 *
 * @throws {@link BacktestInputError} naming the cost, or the row of the table and the asset that moved most.
 */
export function checkBook(
  nav: number,
  run: Pick<PolicyRun, 'proportionalCost' | 'fixedCost'>,
  bar: number,
  { prices, assets, start, first }: MarketWindow,
): void {
  if (nav >= NAV_MIN && nav <= Number.MAX_SAFE_INTEGER) return
  const sum = (costs: Float64Array) => costs.reduce((total, cost) => total + cost, 0)
  const [proportional, fixed] = [sum(run.proportionalCost), sum(run.fixedCost)]
  if (!(nav >= NAV_MIN) && !(proportional + fixed < START_NAV / 2)) {
    const field = proportional > fixed ? 'proportionalBps' : 'legCost'
    throw new BacktestInputError(field, 'low enough that every policy keeps a millionth of the book')
  }
  const row = first + bar + 1
  const moves = assets.map((_, i) => Math.abs(Math.log(prices[row]![i]! / prices[row - 1]![i]!)))
  const asset = assets[moves.indexOf(Math.max(...moves))]
  const expected = 'a price at which a book that was a million is worth from one to nine billion'
  throw new BacktestInputError(`prices[${start + row}].${asset}`, expected)
}
