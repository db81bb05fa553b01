import { readFrontier } from '../hedging/read-frontier.js'
import type { Measures } from './measures.js'

/** Cost (basis points a year) at a given tracking error, by {@link readFrontier}; null outside the range of the points. */
export function costAtTracking(
  points: readonly Pick<Measures, 'trackingError' | 'costBps'>[],
  trackingError: number,
): number | null {
  const frontier = points.map(({ trackingError: sd, costBps: price }) => ({ sd, price }))
  return readFrontier(frontier, trackingError) ?? null
}
