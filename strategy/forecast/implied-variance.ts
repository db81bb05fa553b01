import { mean } from '../mean.js'
import { DAYS_A_YEAR } from '../time-units.js'
import { checkCount, checkPositive, checkVariances, ForecastInputError } from './check-variances.js'

/** At-the-money volatility of one expiry: `vol` per √year of 365 days (0.5 is 50 %), `days` to expiry. */
export type ImpliedMark = { readonly days: number; readonly vol: number }

/** Observations that a ratio of 1 counts for before any were made: about a month of them, as a mark is a price already. */
const PRIOR = 30

/**
 * Mean daily variance that options imply over the next `days` days: total variance is linear in time between expiries, and
 * the nearest expiry speaks for all before the first and beyond the last.
 *
 * @throws {@link ForecastInputError}
 */
export function impliedVariance(marks: readonly ImpliedMark[], days: number): number {
  checkCount({ days })
  if (marks.length === 0) throw new ForecastInputError('marks', 'at least one expiry')
  marks.forEach(({ days, vol }, k) => {
    checkPositive({ days, vol }, `marks[${k}]`)
  })
  const daily = (mark: ImpliedMark) => mark.vol ** 2 / DAYS_A_YEAR
  const sorted = [...marks].sort((a, b) => a.days - b.days)
  const after = sorted.find((mark) => mark.days >= days)
  const before = sorted.findLast((mark) => mark.days < days)
  if (!after || !before) return daily((after ?? before)!)
  const share = (days - before.days) / (after.days - before.days)
  return ((1 - share) * daily(before) * before.days + share * daily(after) * after.days) / days
}

/**
 * What came over the `days` days after a mark, divided by what it implied: the mean of past ratios, which is the constant
 * with the least QLIKE loss. It corrects for the premium that sellers of volatility ask and for marks of another horizon.
 *
 * Overlapping windows repeat each other, so each counts 1 / `days`; thirty observations of 1 come before them.
 * `history` and `implied` are daily variances of the same days in time order, undefined where there was no mark.
 *
 * @throws {@link ForecastInputError}
 */
export function impliedRatio(
  history: readonly number[],
  implied: readonly (number | undefined)[],
  days: number,
): number {
  checkVariances(history, 'history')
  checkCount({ days })
  if (implied.length !== history.length)
    throw new ForecastInputError('implied', 'one entry for each day of the history')
  let count = PRIOR
  let total = PRIOR
  implied.forEach((variance, i) => {
    if (variance === undefined || i + days >= history.length) return
    checkPositive({ [`implied[${i}]`]: variance })
    const came = mean(history.slice(i + 1, i + 1 + days))
    count += 1 / days
    total += came / variance / days
  })
  return total / count
}
