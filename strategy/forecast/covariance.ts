import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../number-checks.js'

/** A symmetric matrix by rows: covariances of daily log returns, or whatever has their shape. */
export type Covariance = readonly ArrayLike<number>[]

/**
 * `lambda` is the weight yesterday's estimate keeps (0.98 unless given; slow estimates forecast better than fast ones),
 * `shrinkage` the share of the constant-correlation matrix (½ unless given). With `averageVariance`, the estimate is scaled
 * so that its mean variance is this daily figure: see {@link normalizeVariance}.
 */
export type CovarianceOptions = {
  readonly lambda?: number
  readonly shrinkage?: number
  readonly averageVariance?: number
}

/**
 * Exponentially weighted covariance of daily log returns about zero, one update a day:
 * S_t = (1 − λ)·Σ_k λ^k r_{t−k} r'_{t−k} / (1 − λ^t), so that a short history weighs as it should.
 */
export class EwmaCovariance {
  readonly #lambda: number
  readonly #shrinkage: number
  readonly #averageVariance: number | undefined
  readonly #sums: readonly Float64Array[]
  #weight = 0

  /** @throws {@link CovarianceError} */
  constructor(size: number, { lambda = 0.98, shrinkage = 0.5, averageVariance }: CovarianceOptions = {}) {
    if (!(size >= 1)) throw new CovarianceError('size', 'at least 1')
    if (!(lambda > 0 && lambda < 1)) throw new CovarianceError('lambda', 'between 0 and 1')
    if (!(shrinkage >= 0 && shrinkage <= 1)) throw new CovarianceError('shrinkage', 'from 0 to 1')
    if (averageVariance !== undefined) checkPositive({ averageVariance })
    this.#lambda = lambda
    this.#shrinkage = shrinkage
    this.#averageVariance = averageVariance
    this.#sums = Array.from({ length: size }, () => new Float64Array(size))
  }

  /** @throws {@link CovarianceError} unless there is one finite log return per asset. */
  update(logReturns: ArrayLike<number>): void {
    const size = this.#sums.length
    if (logReturns.length !== size) throw new CovarianceError('logReturns', `a list of ${size}`)
    checkFinite({ logReturns })
    const lambda = this.#lambda
    this.#weight = lambda * this.#weight + 1 - lambda
    for (let i = 0; i < size; i++) {
      const row = this.#sums[i]!
      const scaled = (1 - lambda) * logReturns[i]!
      for (let j = 0; j < size; j++) row[j] = lambda * row[j]! + scaled * logReturns[j]!
    }
  }

  /** The forecast for the days to come. @throws {@link CovarianceError} before the first update. */
  estimate(): Covariance {
    if (this.#weight === 0) throw new CovarianceError('logReturns', 'given for at least one day')
    const raw = this.#sums.map((row) => row.map((sum) => sum / this.#weight))
    const shrunk = shrinkToConstantCorrelation(raw, this.#shrinkage)
    return this.#averageVariance === undefined ? shrunk : normalizeVariance(shrunk, this.#averageVariance)
  }
}

/** The same from a window: `logReturns[t][i]` of day t, in time order. @throws {@link CovarianceError} */
export function covarianceOf(
  logReturns: readonly ArrayLike<number>[],
  options: CovarianceOptions = {},
): Covariance {
  const average = new EwmaCovariance(logReturns[0]?.length ?? 0, options)
  for (const day of logReturns) average.update(day)
  return average.estimate()
}

/**
 * (1 − δ)·S + δ·F, with F of the variances of S and the mean of its correlations (Ledoit & Wolf 2004); here δ is fixed, since
 * an exponentially weighted sample has no settled optimum.
 */
export function shrinkToConstantCorrelation(covariance: Covariance, shrinkage: number): Covariance {
  const size = covariance.length
  const deviations = Float64Array.from(covariance, (row, i) => Math.sqrt(row[i]!))
  let [sum, pairs] = [0, 0]
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      // An asset that did not move has no correlation.
      if (deviations[i] === 0 || deviations[j] === 0) continue
      sum += covariance[i]![j]! / (deviations[i]! * deviations[j]!)
      pairs++
    }
  }
  const mean = pairs === 0 ? 0 : sum / pairs
  return covariance.map((row, i) =>
    Float64Array.from(row, (value, j) =>
      i === j ? value : (1 - shrinkage) * value + shrinkage * mean * deviations[i]! * deviations[j]!,
    ),
  )
}

/**
 * Business time: scaled so that the mean variance is `averageVariance` at all times. The best band around a target does not
 * depend on the level of volatility (Gerhold, Guasoni, Muhle-Karbe & Schachermayer 2014): in a calm market a deviation
 * costs less a day, but lasts as many more days. So the shape of the matrix moves and its level does not.
 *
 * @throws {@link CovarianceError}
 */
export function normalizeVariance(covariance: Covariance, averageVariance: number): Covariance {
  checkPositive({ averageVariance })
  let trace = 0
  for (let i = 0; i < covariance.length; i++) trace += covariance[i]![i]!
  if (trace === 0) return covariance
  const scale = (averageVariance * covariance.length) / trace
  return covariance.map((row) => Float64Array.from(row, (value) => value * scale))
}

const { checkFinite, checkPositive } = numberChecks((field, expected) => new CovarianceError(field, expected))

export class CovarianceError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_COVARIANCE', field })
  }
}
