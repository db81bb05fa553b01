import { Matrix, solve } from 'ml-matrix'

/** Days over which Corsi's heterogeneous agents look back, for markets that never close. */
const LOOK_BACK = [1, 7, 30] as const
const LONGEST = LOOK_BACK[LOOK_BACK.length - 1]!

/** A fitted regression: the forecast of the mean variance over the days ahead it was fitted for. */
export type VarianceModel = (history: readonly number[]) => number

/**
 * HAR (Corsi 2009): v̄(t+1..t+h) = b0 + b1·v(1 day) + b2·v(7 days) + b3·v(30 days), each a mean, by least squares weighted
 * with 1 / v(7 days), since the error grows with the level (Clements & Preve 2021). Never below the lowest variance seen.
 *
 * `history` holds daily variances in time order; at least 30 + `days` + 4 are needed.
 */
export function fitHar(history: readonly number[], days: number): VarianceModel {
  const lowest = Math.min(...history)
  const weight = ([, , week]: readonly number[]) => 1 / Math.max(week!, Number.MIN_VALUE)
  const { coefficients } = regress(history, days, (x) => x, weight)
  return (past) =>
    Math.max(
      lowest,
      dot(
        coefficients,
        regressors(past, (x) => x),
      ),
    )
}

/**
 * The same regression between logarithms, unweighted; the mean of a log-normal variable is e^(μ + s²/2), with s² the mean
 * squared residual.
 */
export function fitLogHar(history: readonly number[], days: number): VarianceModel {
  const { coefficients, residualVariance } = regress(history, days, Math.log, () => 1)
  return (past) => Math.exp(dot(coefficients, regressors(past, Math.log)) + residualVariance / 2)
}

/** Days of history either regression needs to have as many observations as `observations`. */
export const historyNeeded = (days: number, observations: number): number => LONGEST - 1 + days + observations

function regress(
  history: readonly number[],
  days: number,
  scale: (variance: number) => number,
  weightOf: (row: readonly number[]) => number,
) {
  const rows: number[][] = []
  const targets: number[] = []
  for (let end = LONGEST; end + days <= history.length; end++) {
    rows.push(regressors(history.slice(end - LONGEST, end), scale))
    targets.push(scale(mean(history.slice(end, end + days))))
  }
  const roots = rows.map((row) => Math.sqrt(weightOf(row)))
  const weighted = rows.map((row, i) => row.map((x) => x * roots[i]!))
  const right = targets.map((y, i) => [y * roots[i]!])
  const coefficients = solve(new Matrix(weighted), new Matrix(right)).to1DArray()
  const residuals = rows.map((row, i) => (targets[i]! - dot(coefficients, row)) ** 2)
  return { coefficients, residualVariance: mean(residuals) }
}

const regressors = (past: readonly number[], scale: (variance: number) => number): number[] => [
  1,
  ...LOOK_BACK.map((days) => scale(mean(past.slice(-days)))),
]

const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)
