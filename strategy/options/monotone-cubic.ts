/** A curve through the points (xs[i], ys[i]) and its slopes there. */
export type Curve = {
  readonly at: (x: number) => number
  readonly slopes: readonly number[]
}

/**
 * The piecewise cubic through points with rising `xs`, at least two, that rises and falls only where they do (Fritsch &
 * Carlson 1980), with the slopes of Fritsch & Butland 1984: the weighted harmonic mean of the neighbours', 0 at a turn.
 * It has no overshoot, and a point moves the curve only as far as its second neighbours. Beyond the ends it goes on straight.
 */
export function monotoneCubic(xs: readonly number[], ys: readonly number[]): Curve {
  const widths = xs.slice(1).map((x, i) => x - xs[i]!)
  const chords = widths.map((width, i) => (ys[i + 1]! - ys[i]!) / width)
  const slopes = xs.map((_, i) => slopeAt(i, widths, chords))
  const last = xs.length - 1

  const at = (x: number): number => {
    if (x <= xs[0]!) return ys[0]! + slopes[0]! * (x - xs[0]!)
    if (x >= xs[last]!) return ys[last]! + slopes[last]! * (x - xs[last]!)
    const i = lastNotAbove(xs, x)
    const width = widths[i]!
    const t = (x - xs[i]!) / width
    // Hermite's form around the chord.
    const bend = (1 - t) * (slopes[i]! - chords[i]!) - t * (slopes[i + 1]! - chords[i]!)
    return ys[i]! + width * t * (chords[i]! + (1 - t) * bend)
  }
  return { at, slopes }
}

/** The index of the last of rising numbers that is not above x; 0 where all are. */
export function lastNotAbove(xs: readonly number[], x: number): number {
  let [low, high] = [0, xs.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (xs[middle]! <= x) low = middle
    else high = middle
  }
  return low
}

function slopeAt(i: number, widths: readonly number[], chords: readonly number[]): number {
  const [before, after] = [chords[i - 1], chords[i]]
  if (before === undefined) return endSlope(widths, chords)
  if (after === undefined) return endSlope(widths.toReversed(), chords.toReversed())
  if (before * after <= 0) return 0
  const [left, right] = [widths[i - 1]!, widths[i]!]
  const [w1, w2] = [2 * right + left, right + 2 * left]
  return (w1 + w2) / (w1 / before + w2 / after)
}

/** Of the parabola through the first three points, bounded so that the curve turns nowhere that they do not. */
function endSlope([h0, h1]: readonly number[], [c0, c1]: readonly number[]): number {
  if (c1 === undefined || h0 === undefined || h1 === undefined) return c0!
  const slope = ((2 * h0 + h1) * c0! - h0 * c1) / (h0 + h1)
  if (slope * c0! <= 0) return 0
  return c0! * c1 <= 0 && Math.abs(slope) > 3 * Math.abs(c0!) ? 3 * c0! : slope
}
