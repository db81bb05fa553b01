import { checkCount, checkVariances, ForecastInputError } from './check-variances.js'

/** At-the-money volatility of one expiry: `vol` per √year of 365 days (0.5 is 50 %), `days` to expiry. */
export type ImpliedMark = { readonly days: number; readonly vol: number }

const DAYS_A_YEAR = 365
/** Observations that a ratio of 1 counts for before any were made: about a month of them, as a mark is a price already. */
const PRIOR = 30

/**
 * Mean daily variance that options imply over the next `days` days: total variance is linear in time between expiries, and
 * the nearest expiry speaks for all before the first and beyond the last.
 *
 * @throws {@link ForecastInputError}
 */
export function impliedVariance(marks: readonly ImpliedMark[], days: number): number {
  checkCount(days, 'days')
  if (marks.length === 0) throw new ForecastInputError('marks', 'at least one expiry')
  marks.forEach((mark, k) => {
    if (!(mark.days > 0 && Number.isFinite(mark.days)))
      throw new ForecastInputError(`marks[${k}].days`, 'a finite number above 0')
    if (!(mark.vol > 0 && Number.isFinite(mark.vol)))
      throw new ForecastInputError(`marks[${k}].vol`, 'a finite number above 0')
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
  checkCount(days, 'days')
  if (implied.length !== history.length)
    throw new ForecastInputError('implied', 'one entry for each day of the history')
  let count = PRIOR
  let total = PRIOR
  implied.forEach((variance, i) => {
    if (variance === undefined || i + days >= history.length) return
    checkImplied(variance, `implied[${i}]`)
    const came = history.slice(i + 1, i + 1 + days).reduce((sum, v) => sum + v, 0) / days
    count += 1 / days
    total += came / variance / days
  })
  return total / count
}

/** @throws {@link ForecastInputError} */
export function checkImplied(variance: number, field: string): void {
  if (!(variance > 0 && Number.isFinite(variance)))
    throw new ForecastInputError(field, 'a finite variance above 0')
}
