import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { checkCovariance } from './check-covariance.js'
import { checkFinite, checkNotNegative, checkNumbers, SizingInputError } from './sizing-input.js'

/**
 * `drifts` μ are expected returns per year and asset, `rate` r is what cash earns, `covariance` Σ is per year; `fraction` θ
 * of the full Kelly bet, at most a half.
 */
export type FractionalKelly = {
  readonly drifts: readonly number[]
  readonly rate: number
  readonly covariance: readonly (readonly number[])[]
  readonly fraction: number
}

/** A drift is known so badly that more than half the bet that grows fastest is more risk for less growth (Thorp 2006). */
const FRACTION_MAX = 0.5

/**
 * Target exposures θ·Σ⁻¹·(μ − r); for one asset θ·(μ − r)/σ² (Kelly 1956; Merton 1969). No limit is kept here: cap the result
 * with `stressCap`.
 *
 * @throws {@link SizingInputError}
 */
export function fractionalKelly({ drifts, rate, covariance, fraction }: FractionalKelly): number[] {
  checkNumbers(drifts, 'drifts')
  checkFinite({ rate })
  checkNotNegative({ fraction })
  if (fraction > FRACTION_MAX) throw new SizingInputError('fraction', 'at most a half')
  checkCovariance(covariance, drifts.length)
  const factored = new CholeskyDecomposition(new Matrix(covariance.map((row) => [...row])))
  if (!factored.isPositiveDefinite()) throw new SizingInputError('covariance', 'positive definite')
  const excess = Matrix.columnVector(drifts.map((drift) => drift - rate))
  return factored
    .solve(excess)
    .to1DArray()
    .map((x) => fraction * x)
}
