/** What of a basis point is rounding of floats: iterations end within it, sums of shares of one stay within it. */
const NOISE = 1e-6

/**
 * Exposures in whole basis points that keep every limit in whole basis points which the exact ones keep: on each asset, on
 * their gross and on their net. The sizes of all longs together are rounded down, and so are those of all shorts; within
 * each side what is then missing goes to the largest remainders, so that an asset is rounded down or up.
 *
 * With longs P = a + f and shorts N = b + g of fractions f and g, a + b ≤ P + N, and a − b is the net rounded up or down.
 */
export function wholeBps(exposures: readonly number[]): number[] {
  const sizes = exposures.map((x) => Math.abs(x) * 1e4)
  const whole = sizes.map((size) => Math.floor(size + NOISE))
  for (const long of [true, false]) {
    const side = exposures.flatMap((x, i) => (x > 0 === long ? [i] : []))
    const total = (xs: readonly number[]) => side.reduce((sum, i) => sum + xs[i]!, 0)
    const rest = (i: number) => sizes[i]! - whole[i]!
    const cut = side.filter((i) => rest(i) > NOISE).sort((i, j) => rest(j) - rest(i))
    const missing = Math.floor(total(sizes) + NOISE) - total(whole)
    for (const i of cut.slice(0, Math.max(0, missing))) whole[i]! += 1
  }
  return whole.map((size, i) => (exposures[i]! < 0 ? -size : size))
}

/** Each exposure in whole basis points towards zero: none is larger than it was. */
export const wholeTowardsZero = (exposures: readonly number[]): number[] =>
  exposures.map((x) => Math.sign(x) * Math.floor(Math.abs(x) * 1e4 + NOISE))

/**
 * The last whole basis point on the way from one exposure to another, or undefined where there is none: a move that ends
 * there is no longer than the whole way.
 */
export function wholeOnTheWay(from: number, to: number): number | undefined {
  const [start, end] = [from * 1e4, to * 1e4]
  const whole = end > start ? Math.floor(end + NOISE) : Math.ceil(end - NOISE)
  const between = end > start ? whole >= start : whole <= start
  return between ? whole : undefined
}
