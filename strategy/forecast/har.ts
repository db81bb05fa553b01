import { Matrix, solve } from 'ml-matrix'
import { mean } from '../mean.js'
import { checkCount, checkVariances, ForecastInputError } from './check-variances.js'

/** Days over which Corsi's heterogeneous agents look back, for markets that never close. */
const LOOK_BACK = [1, 7, 30] as const
const LONGEST = 30
/** Coefficients of a regression: a constant and one per look-back. */
const COEFFICIENTS = LOOK_BACK.length + 1
/** A day on which a price moves by less than a millionth counts as this, so that logarithms exist. */
const VARIANCE_MIN = 1e-12
/** No forecast falls below this share of the last month: a straight line may cross zero, a market does not. */
const FLOOR = 0.1
const PASSES_MAX = 50
/** Share of the mean square added to the normal equations: nothing where the data speak, a least answer where they do not. */
const RIDGE = 1e-10

/**
 * A fitted regression: the forecast of the mean variance over the days ahead it was fitted for, from daily variances up to now
 * in time order.
 */
export type VarianceModel = (history: readonly number[]) => number

/** Days of history either regression needs at least: one observation more than coefficients. */
export const historyNeeded = (days: number): number => LONGEST + days + COEFFICIENTS

/**
 * HAR (Corsi 2009): v̄(t+1..t+h) = b0 + b1·v(1 day) + b2·v(7 days) + b3·v(30 days), each a mean, by least squares of errors
 * relative to a scale (Clements & Preve 2021: an error grows with the level).
 *
 * The first pass takes the last month as the scale; every further one the fit before it. At rest that is the zero of the
 * slope of the QLIKE loss, so the line is fitted by the loss it is judged by (the quasi-likelihood of McCullagh & Nelder
 * 1989 for a constant coefficient of variation). `passes` = 1 is plain weighted least squares.
 *
 * `history` holds daily variances in time order, {@link historyNeeded} of them at least.
 *
 * @throws {@link ForecastInputError}
 */
export function fitHar(history: readonly number[], days: number, passes = PASSES_MAX): VarianceModel {
  checkCount({ passes })
  const { rows, targets } = observations(history, days, (x) => x)
  const line = (coefficients: readonly number[], row: readonly number[]) =>
    Math.max(FLOOR * row[COEFFICIENTS - 1]!, dot(coefficients, row))
  let scales = rows.map((row) => row[COEFFICIENTS - 1]!)
  let coefficients: number[] = []
  for (let pass = 0, moved = true; pass < passes && moved; pass++) {
    coefficients = leastSquares(rows, targets, scales)
    const fit = rows.map((row) => line(coefficients, row))
    moved = fit.some((x, i) => Math.abs(x / scales[i]! - 1) > 1e-9)
    scales = fit
  }
  return (past) =>
    line(
      coefficients,
      latest(past, (x) => x),
    )
}

/**
 * The same regression between logarithms, unweighted; the mean of a log-normal variable is e^(μ + s²/2), with s² the mean
 * squared residual.
 *
 * @throws {@link ForecastInputError}
 */
export function fitLogHar(history: readonly number[], days: number): VarianceModel {
  const { rows, targets } = observations(history, days, Math.log)
  const coefficients = leastSquares(rows, targets)
  const residuals = rows.map((row, i) => (targets[i]! - dot(coefficients, row)) ** 2)
  return (past) => Math.exp(dot(coefficients, latest(past, Math.log)) + mean(residuals) / 2)
}

/** Every day of the past with a month before it and `days` days after it. */
function observations(history: readonly number[], days: number, scale: (variance: number) => number) {
  checkVariances(history, 'history')
  checkCount({ days })
  const needed = historyNeeded(days)
  if (history.length < needed) throw new ForecastInputError('history', `at least ${needed} days long`)
  const rows: number[][] = []
  const targets: number[] = []
  for (let end = LONGEST; end + days <= history.length; end++) {
    rows.push(regressors(history.slice(end - LONGEST, end), scale))
    targets.push(scale(Math.max(VARIANCE_MIN, mean(history.slice(end, end + days)))))
  }
  return { rows, targets }
}

/** What a forecast is made from. @throws {@link ForecastInputError} */
function latest(past: readonly number[], scale: (variance: number) => number): number[] {
  checkVariances(past, 'history')
  return regressors(past, scale)
}

function regressors(past: readonly number[], scale: (variance: number) => number): number[] {
  if (past.length < LONGEST) throw new ForecastInputError('history', `at least ${LONGEST} days long`)
  return [1, ...LOOK_BACK.map((days) => scale(Math.max(VARIANCE_MIN, mean(past.slice(-days)))))]
}

/**
 * Coefficients with the least sum of ((target − row · coefficients) / scale)², by the normal equations; columns are brought
 * to size 1 first.
 */
function leastSquares(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  scales?: readonly number[],
): number[] {
  const gram = Array.from({ length: COEFFICIENTS }, () => Array<number>(COEFFICIENTS).fill(0))
  const right = Array<number>(COEFFICIENTS).fill(0)
  rows.forEach((row, i) => {
    const weight = 1 / (scales?.[i] ?? 1) ** 2
    for (let j = 0; j < COEFFICIENTS; j++) {
      right[j]! += weight * row[j]! * targets[i]!
      for (let k = 0; k < COEFFICIENTS; k++) gram[j]![k]! += weight * row[j]! * row[k]!
    }
  })
  const sizes = gram.map((row, j) => Math.sqrt(row[j]!))
  const unit = gram.map((row, j) => row.map((x, k) => x / (sizes[j]! * sizes[k]!) + (j === k ? RIDGE : 0)))
  const solved = solve(new Matrix(unit), Matrix.columnVector(right.map((x, j) => x / sizes[j]!)))
  return solved.to1DArray().map((b, j) => b / sizes[j]!)
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)
