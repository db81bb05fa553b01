const SQRT_2PI = Math.sqrt(2 * Math.PI)
/** From here outwards the continued fraction of the tail converges faster than the series around 0. */
const TAIL = 3

/** The standard normal density φ. */
export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / SQRT_2PI

/**
 * The standard normal distribution function Φ, to about 1e-15 absolute and, below 0, 1e-14 of itself times x²: the series
 * φ(x)·(x + x³/3 + x⁵/15 + …) around 0, the continued fraction of the Mills ratio in the tails (Abramowitz & Stegun
 * 26.2.11, .14).
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x)
  if (z < TAIL) return 0.5 + oddSeries(x) * normalDensity(x)
  const tail = normalDensity(z) / (z + tailFraction(z))
  return x > 0 ? 1 - tail : tail
}

/** Φ(x) / φ(x), the Mills ratio: 1/(−x) far to the left, and without underflow there. */
export const millsRatio = (x: number): number =>
  x <= -TAIL ? 1 / (tailFraction(-x) - x) : normalCdf(x) / normalDensity(x)

/** Its slope 1 + x·Φ(x)/φ(x), without the cancellation that this form has far to the left, where it is 1/x². */
export function millsSlope(x: number): number {
  if (x > -TAIL) return 1 + x * millsRatio(x)
  const fraction = tailFraction(-x)
  return fraction / (fraction - x)
}

/** x + x³/3 + x⁵/15 + …, which is (Φ(x) − ½) / φ(x). */
function oddSeries(x: number): number {
  let term = x
  let total = x
  for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(total); n += 2) {
    term *= (x * x) / n
    total += term
  }
  return total
}

/** 1/(z + 2/(z + 3/(z + …))): φ(z) / (1 − Φ(z)) − z, from z = 3 upwards with the terms that 1e-17 of it takes. */
function tailFraction(z: number): number {
  let fraction = z
  for (let n = Math.ceil(5 + 110 / z + 200 / (z * z)); n >= 2; n--) fraction = z + n / fraction
  return 1 / fraction
}
