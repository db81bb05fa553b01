import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { BaseError } from '#portfolio/base-error.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Universe } from '#portfolio/universe.js'
import { deviationMetric } from './decision/deviation-metric.js'
import type { Covariance } from './forecast/covariance.js'
import type { PlanInput } from './plan.js'
import { countsIn, type Target } from './targets.js'

/** Covariance of the daily logarithmic returns of the coins a book is exposed to, in the order of `underlyings`. */
export type RiskModel = {
  readonly underlyings: readonly string[]
  readonly covariance: readonly (readonly number[])[]
}

/**
 * Covariance per day of what the targets measure, K × K. A target over instruments of one coin moves with that coin; one over
 * several moves with their mean, because only the sum of its exposures is aimed at.
 *
 * @throws {@link RiskModelError} where a target touches a coin that the model does not know.
 */
export function targetCovariance(
  targets: readonly Target[],
  universe: Universe,
  mandate: Mandate,
  { underlyings, covariance }: RiskModel,
): number[][] {
  const mixes = targets.map((target) => {
    const coins = new Set(
      universe.instruments.flatMap(({ underlying }, i) => (countsIn(target, mandate, i) ? [underlying] : [])),
    )
    for (const coin of coins) {
      if (!underlyings.includes(coin))
        throw new RiskModelError('underlyings', `all coins of the targets, ${coin} too`)
    }
    return underlyings.map((coin) => (coins.has(coin) ? 1 / coins.size : 0))
  })
  const mix = new Matrix(mixes)
  return mix
    .mmul(new Matrix(covariance.map((row) => [...row])))
    .mmul(mix.transpose())
    .to2DArray()
}

/**
 * What gaps g of the targets are measured by, g′·M·g: their covariance per day, or, by `drift`, the metric of what it is
 * worth to correct a long-only book that drifts ({@link deviationMetric}), which asks for targets above 0 that are at most
 * the whole book together.
 *
 * @throws {@link RiskModelError} where there is no risk model, {@link WeighingError} where `drift` is asked of targets that are
 * not long-only.
 */
export function gapMatrix({ targets, universe, mandate, risk, weighing }: PlanInput): Covariance {
  if (!risk) throw new RiskModelError('underlyings', 'given where risk is weighed')
  const covariance = targetCovariance(targets, universe, mandate, risk)
  if (weighing?.gapsBy !== 'drift') return covariance
  const weights = targets.map(({ targetBps }) => Number(targetBps) / 1e4)
  if (weights.some((w) => w <= 0) || weights.reduce((sum, w) => sum + w, 0) > 1) {
    throw new WeighingError('gapsBy', 'variance where not all targets are long and within the book')
  }
  return deviationMetric(covariance, weights)
}

/** Rows f with Σ (f·g)² = g′·M·g for a symmetric M without negative eigenvalues; as many as M has rank. */
export function squareRootRows(symmetric: Covariance): number[][] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(symmetric.map((row) => Array.from(row))),
    { assumeSymmetric: true },
  )
  const largest = Math.max(...realEigenvalues)
  return realEigenvalues.flatMap((eigenvalue, j) =>
    eigenvalue > 1e-12 * largest
      ? [eigenvectorMatrix.getColumn(j).map((x) => x * Math.sqrt(eigenvalue))]
      : [],
  )
}

/** @throws {@link RiskModelError} unless the covariance is square, finite, symmetric and without negative eigenvalues. */
export function checkRiskModel({ underlyings, covariance }: RiskModel): void {
  const size = underlyings.length
  if (size === 0 || new Set(underlyings).size !== size) {
    throw new RiskModelError('underlyings', 'a list of coins, each once')
  }
  const square = covariance.length === size && covariance.every((row) => row.length === size)
  if (!square) throw new RiskModelError('covariance', `${size} rows of ${size} numbers`)
  const symmetric = covariance.every((row, a) =>
    row.every((x, b) => Number.isFinite(x) && Math.abs(x - covariance[b]![a]!) <= 1e-12 * Math.abs(x)),
  )
  if (!symmetric) throw new RiskModelError('covariance', 'finite and symmetric')
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(covariance.map((row) => [...row])), {
    assumeSymmetric: true,
  })
  if (Math.min(...realEigenvalues) < -1e-9 * Math.max(...realEigenvalues)) {
    throw new RiskModelError(
      'covariance',
      'one that some returns could have: no negative variance of any mix',
    )
  }
}

export class RiskModelError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of the risk model must be ${expected}.`, { code: 'STRATEGY_RISK_MODEL', field })
  }
}

export class WeighingError extends BaseError {
  constructor(field: string, expected: string) {
    super(`weighing.${field} must be ${expected}.`, { code: 'STRATEGY_WEIGHING', field })
  }
}
