import { millsRatio, millsSlope, normalCdf, normalDensity } from './normal-distribution.js'

/** In units of the smaller of forward and strike: the time value, what it lacks to 1, and its slope by the deviation. */
export type TimeValue = {
  readonly value: number
  readonly rest: number
  readonly slope: number
}

/**
 * What a European option is worth undiscounted above its intrinsic value, over the smaller of forward and strike: the same
 * for call and put, from 0 to 1, rising with the deviation s = σ√T. `logMoneyness` is ln(forward / strike).
 *
 * With h = −|ln(F/K)|/s, t = s/2 and the Mills ratio Y = Φ/φ it is c = φ(h+t)·(Y(h+t) − Y(h−t)), and ∂c/∂s = φ(h+t). A
 * small c of close ratios is taken as the integral of Y′ over [h−t, h+t] (Gauss & Legendre, 12 points) instead, so that 12
 * digits are kept down to the smallest prices; Jäckel (2015) does the same with a power series.
 */
export function timeValue(logMoneyness: number, deviation: number): TimeValue {
  if (deviation === 0) return { value: 0, rest: 1, slope: 0 }
  const h = -Math.abs(logMoneyness) / deviation
  const t = deviation / 2
  const slope = normalDensity(h + t)
  const exercised = slope * millsRatio(h - t)
  const difference = normalCdf(h + t) - exercised
  const close = difference < 1e-3 && t < Math.max(0.5, -h / 4)
  const value = close ? slope * millsDifference(h, t) : Math.min(difference, 1)
  return { value, rest: value < 0.5 ? 1 - value : normalCdf(-h - t) + exercised, slope }
}

/** ln(forward / strike), from their difference where they are close. */
export const logMoneyness = (forward: number, strike: number): number =>
  Math.abs(forward - strike) < strike / 2
    ? Math.log1p((forward - strike) / strike)
    : Math.log(forward / strike)

/** Y(h + t) − Y(h − t). */
const millsDifference = (h: number, t: number): number =>
  t *
  LEGENDRE.reduce(
    (sum, [node, weight]) => sum + weight * (millsSlope(h + t * node) + millsSlope(h - t * node)),
    0,
  )

/** The positive nodes and their weights of the rule with 12 points: Newton's iteration on the roots of P₁₂. */
const LEGENDRE: readonly (readonly [node: number, weight: number])[] = Array.from({ length: 6 }, (_, i) => {
  let x = Math.cos((Math.PI * (i + 0.75)) / 12.5)
  let derivative = 1
  for (let step = 0; step < 10; step++) {
    let [before, polynomial] = [1, x]
    for (let n = 2; n <= 12; n++) {
      const next = ((2 * n - 1) * x * polynomial - (n - 1) * before) / n
      before = polynomial
      polynomial = next
    }
    derivative = (12 * (before - x * polynomial)) / (1 - x * x)
    x -= polynomial / derivative
  }
  return [x, 2 / ((1 - x * x) * derivative * derivative)]
})
