import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { Covariance } from '../forecast/covariance.js'

/** Cash below this share of net asset value counts as this much: with none, its own deviation would weigh without limit. */
const CASH_MIN = 0.01
/** Where on the way from the second matrix to the covariance: see {@link deviationMetric}. */
const SHARE = 1 / 3

/**
 * The matrix a deviation d from a long-only target w* is measured by when the question is what correcting it is worth, not
 * what it costs today: today's tracking variance d'Σd, times how long the deviation lasts.
 *
 * Deviations drift with covariance A = PΣP, P = diag(w*) − w*w*'. For small fixed costs their worth is d'Md with M·A·M ∝ Σ
 * (Altarovici, Muhle-Karbe & Soner 2015), and the M that solves it is P⁻¹ = diag(1/w*) + 11'/cash, whatever Σ: Pearson's χ² of
 * the weights, cash among them. For small proportional costs and one asset, band edges c/(κ·M) have the width of Gerhold et
 * al. (2014), in proportion to w*^(2/3), where M is w*^(−2/3): a third of the way from P⁻¹ ∝ w*⁻¹ to Σ ∝ w*⁰ along the geodesic
 * of positive definite matrices. That point is taken, and scaled to the mean variance of Σ.
 *
 * Target weights above 0, and at most 1 in all.
 */
export function deviationMetric(covariance: Covariance, target: ArrayLike<number>): Covariance {
  const size = target.length
  const weights = Array.from(target)
  const cash = Math.max(CASH_MIN, 1 - weights.reduce((sum, weight) => sum + weight, 0))
  const sigma = new Matrix(covariance.map((row) => Array.from(row)))
  const chi = new Matrix(
    weights.map((weight, i) => weights.map((_, j) => (i === j ? 1 / weight : 0) + 1 / cash)),
  )
  const root = power(chi, 0.5)
  const inverse = power(chi, -0.5)
  const between = root.mmul(power(inverse.mmul(sigma).mmul(inverse), SHARE)).mmul(root)
  // Where nothing has moved, no deviation is worth anything.
  const scale = sigma.trace() === 0 ? 0 : sigma.trace() / between.trace()
  return Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => (scale * (between.get(i, j) + between.get(j, i))) / 2),
  )
}

/** A symmetric positive semidefinite matrix to a real power, by its eigenvalues. */
function power(matrix: Matrix, exponent: number): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  })
  const largest = Math.max(...realEigenvalues)
  const powers = realEigenvalues.map((value) => Math.max(value, largest * 1e-12) ** exponent)
  return eigenvectorMatrix.mmul(Matrix.diag(powers)).mmul(eigenvectorMatrix.transpose())
}
