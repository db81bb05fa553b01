import { quadratic } from '../quadratic.js'
import { checkCovariance, covarianceWith } from './check-covariance.js'
import { checkLimits, type ExposureLimits, netOf } from './exposure-limits.js'
import { checkNotNegative, checkPositive, SizingInputError } from './sizing-input.js'

/**
 * `exposures` are long and sum to the total asked for; `contributions` are w_i·(Σw)_i over the variance of the portfolio and
 * sum to 1.
 */
export type EqualRiskContribution = {
  readonly exposures: readonly number[]
  readonly contributions: readonly number[]
}

/** Bounds per asset, within which contributions are as equal as they can be; `total` is 1 unless given. */
export type EqualRiskOptions = Pick<ExposureLimits, 'lower' | 'upper'> & { readonly total?: number }

const SWEEPS_MAX = 10_000
/** Relative steps below this are rounding, also where correlations are near 1. */
const PRECISION = 1e-11
const HALVINGS = 60
/** Room for rounding in a sum of bounds. */
const TOLERANCE = 1e-12

/**
 * Exposures to each of which the same share of risk is due (Maillard, Roncalli & Teïletche 2010).
 *
 * They minimise ½x'Σx − λ·Σ ln x_i, solved one coordinate at a time: x_i = (−a + √(a² + 4·Σ_ii·λ)) / (2·Σ_ii), where a is
 * the covariance of i with the others (Griveau-Billion, Richard & Roncalli 2013). Without bounds λ is only a scale. With
 * them each coordinate is cut to its bounds, and λ is the one at which they sum to `total` (Richard & Roncalli 2019); those
 * not at a bound then contribute equally.
 *
 * @throws {@link SizingInputError}, also where no exposures within the bounds are of that kind.
 */
export function equalRiskContribution(
  covariance: readonly (readonly number[])[],
  options: EqualRiskOptions = {},
): EqualRiskContribution {
  const { lower, upper, total = 1 } = options
  checkCovariance(covariance)
  checkPositive({ total })
  checkLimits(options, covariance.length, 'bounds')
  if (lower) checkNotNegative({ lower }, 'bounds')
  if (upper) checkPositive({ upper }, 'bounds')
  const start = covariance.map((row, i) => 1 / Math.sqrt(row[i]!))
  const exposures =
    lower || upper
      ? withinBounds(covariance, start, lower ?? start.map(() => 0), upper ?? start.map(() => total), total)
      : scaled(descend(covariance, start, 1), total)
  const parts = covarianceWith(covariance, exposures).map((x, i) => x * exposures[i]!)
  return { exposures, contributions: scaled(parts, 1) }
}

function withinBounds(
  covariance: readonly (readonly number[])[],
  start: readonly number[],
  lower: readonly number[],
  upper: readonly number[],
  total: number,
): number[] {
  if (netOf(lower) > total * (1 + TOLERANCE))
    throw new SizingInputError('bounds.lower', 'of a sum at or below the total')
  if (netOf(upper) < total * (1 - TOLERANCE))
    throw new SizingInputError('bounds.upper', 'of a sum at or above the total')
  let x = [...start]
  const at = (logarithm: number) => {
    x = descend(covariance, x, Math.exp(logarithm), lower, upper)
    return netOf(x)
  }
  // λ of the free solution is of the size of its variance; 40 either way is e^40.
  const free = scaled(start, total)
  const centre = Math.log(Math.max(Number.MIN_VALUE, quadratic(free, covariance)))
  let [below, above] = [centre - 40, centre + 40]
  if (at(below) > total * (1 + 1e-9))
    throw new SizingInputError('bounds', 'such that equal risk is within them')
  for (let k = 0; k < HALVINGS && above - below > PRECISION; k++) {
    const middle = (below + above) / 2
    if (at(middle) < total) below = middle
    else above = middle
  }
  at(above)
  return x
}

/** Coordinate descent from `from` until nothing moves; it never ends where some mix of assets has no risk. */
function descend(
  covariance: readonly (readonly number[])[],
  from: readonly number[],
  lambda: number,
  lower?: readonly number[],
  upper?: readonly number[],
): number[] {
  const x = from.map((start, i) => cut(start, i, lower, upper))
  const products = covarianceWith(covariance, x)
  for (let sweep = 0, moved = true; moved; sweep++) {
    if (sweep === SWEEPS_MAX) throw new SizingInputError('covariance', 'positive definite')
    moved = false
    covariance.forEach((row, i) => {
      const variance = row[i]!
      const others = products[i]! - variance * x[i]!
      const root = Math.sqrt(others ** 2 + 4 * variance * lambda)
      // The same root either way, without taking a number from one as large.
      const free = others > 0 ? (2 * lambda) / (others + root) : (root - others) / (2 * variance)
      const next = cut(free, i, lower, upper)
      const step = next - x[i]!
      if (step === 0) return
      if (Math.abs(step) > PRECISION * Math.abs(next)) moved = true
      x[i] = next
      for (let j = 0; j < x.length; j++) products[j]! += covariance[j]![i]! * step
    })
  }
  return x
}

const cut = (x: number, i: number, lower?: readonly number[], upper?: readonly number[]): number =>
  Math.min(upper?.[i] ?? Infinity, Math.max(lower?.[i] ?? 0, x))

function scaled(xs: readonly number[], total: number): number[] {
  const sum = netOf(xs)
  return xs.map((x) => (x * total) / sum)
}
