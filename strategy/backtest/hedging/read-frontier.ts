/** One setting of a policy: the risk it leaves and what it asks for (a cost, a loss, a number of trades; less is better). */
export type FrontierPoint = { readonly sd: number; readonly price: number }

/** The settings no other beats on both counts, by rising risk and so by falling price. */
function efficientPoints(points: readonly FrontierPoint[]): FrontierPoint[] {
  const efficient: FrontierPoint[] = []
  for (const point of [...points].sort((a, b) => a.sd - b.sd || a.price - b.price)) {
    if (point.price < (efficient.at(-1)?.price ?? Infinity)) efficient.push(point)
  }
  return efficient
}

/**
 * What a policy asks for at a standard deviation, by linear interpolation between its neighbouring efficient settings;
 * undefined outside them.
 */
export function readFrontier(points: readonly FrontierPoint[], sd: number): number | undefined {
  const efficient = efficientPoints(points)
  const above = efficient.findIndex((point) => point.sd >= sd)
  const hi = efficient[above]
  if (hi?.sd === sd) return hi.price
  const lo = efficient[above - 1]
  return hi && lo && lo.price + ((hi.price - lo.price) * (sd - lo.sd)) / (hi.sd - lo.sd)
}
