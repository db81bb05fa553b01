import { checkNumbers, SizingInputError } from './sizing-input.js'

/** How far two mirrored entries may differ, as a share of the product of the two volatilities. */
const SYMMETRY = 1e-9

/**
 * A covariance matrix: square, symmetric, variances above 0, no correlation beyond 1.
 *
 * @throws {@link SizingInputError} naming the entry.
 */
export function checkCovariance(
  covariance: readonly (readonly number[])[],
  assets = covariance.length,
): void {
  if (assets === 0 || covariance.length !== assets)
    throw new SizingInputError('covariance', `a matrix of ${Math.max(assets, 1)} rows, one for each asset`)
  covariance.forEach((row, i) => {
    checkNumbers(row, `covariance[${i}]`, assets)
    if (!(row[i]! > 0)) throw new SizingInputError(`covariance[${i}][${i}]`, 'a variance above 0')
  })
  covariance.forEach((row, i) => {
    row.forEach((x, j) => {
      const size = Math.sqrt(row[i]! * covariance[j]![j]!)
      if (Math.abs(x - covariance[j]![i]!) > SYMMETRY * size)
        throw new SizingInputError(`covariance[${i}][${j}]`, 'the same as its mirror')
      if (Math.abs(x) > (1 + SYMMETRY) * size)
        throw new SizingInputError(`covariance[${i}][${j}]`, 'a covariance of a correlation from −1 to 1')
    })
  })
}

/** Σw, the covariance of each asset with the portfolio. */
export const covarianceWith = (
  covariance: readonly (readonly number[])[],
  weights: readonly number[],
): number[] => covariance.map((row) => row.reduce((sum, x, j) => sum + x * weights[j]!, 0))
