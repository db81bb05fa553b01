import type { Measures } from './measures.js'

/**
 * Cost (basis points a year) at a given tracking error, interpolated between the measured points that no other one beats in
 * both; null outside their range.
 */
export function costAtTracking(
  points: readonly Pick<Measures, 'trackingError' | 'costBps'>[],
  trackingError: number,
): number | null {
  const frontier: (typeof points)[number][] = []
  for (const point of [...points].sort(
    (a, b) => a.trackingError - b.trackingError || a.costBps - b.costBps,
  )) {
    if (point.costBps < (frontier.at(-1)?.costBps ?? Infinity)) frontier.push(point)
  }
  for (const [k, right] of frontier.entries()) {
    const left = frontier[k - 1]
    if (left === undefined || !(left.trackingError <= trackingError && trackingError <= right.trackingError))
      continue
    const share = (trackingError - left.trackingError) / (right.trackingError - left.trackingError)
    return left.costBps + share * (right.costBps - left.costBps)
  }
  return null
}
