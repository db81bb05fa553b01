import { weightBand } from '../../bands/weight-band.js'
import { deviationRisk } from '../../decision/proximal-step.js'
import type { PolicyView, WeightPolicy } from './weight-policy.js'

/** Everything back to the target every so many bars. */
export const calendar =
  (every: number): WeightPolicy =>
  ({ bar, target }) =>
    bar > 0 && bar % every === 0 ? target : undefined

/** Everything back to the target once one weight is further than `threshold` from it. */
export const absoluteThreshold = (threshold: number): WeightPolicy => toDestination(threshold, 0, () => 1)

/** The same, measured in each target weight. */
export const relativeThreshold = (threshold: number): WeightPolicy =>
  toDestination(threshold, 0, (target) => target)

/**
 * Once one weight is further than `trigger` from its target, all those further than `destination` are brought back to there:
 * near the edge (Vanguard 2024, 200 and 175 basis points).
 */
export const triggerDestination = (trigger: number, destination: number): WeightPolicy =>
  toDestination(trigger, destination, () => 1)

/** The same, measured in each target weight (Daryanani 2008, 20 % and half of it). */
export const relativeDestination = (trigger: number, destination: number): WeightPolicy =>
  toDestination(trigger, destination, (target) => target)

/** Each weight by itself: outside its band, back to the edge. */
export const edgeBand =
  (band: number): WeightPolicy =>
  (view) =>
    clampAround(view, () => band)

/** The same with {@link weightBand}. */
export const ggms =
  (riskAversion: number): WeightPolicy =>
  (view) =>
    clampAround(view, (target, i) => {
      const cost = 2 * view.costs.proportional[i]!
      return weightBand({ riskAversion, target, cost }).halfWidth
    })

/** Everything back to the target once the forecast tracking error (per year) is above `limit`. */
export const trackingTrigger =
  (limit: number, lambda: number): WeightPolicy =>
  ({ weights, target, covariance, barsPerYear }) => {
    const problem = { target, covariance: covariance({ lambda }), riskAversion: 2 * barsPerYear }
    return deviationRisk(problem, weights) > limit ** 2 ? target : undefined
  }

/** A share of the way to the target every so many bars, all assets. */
export const drip =
  (share: number, every: number): WeightPolicy =>
  ({ bar, weights, target }) =>
    bar % every === 0 ? weights.map((weight, i) => weight + share * (target[i]! - weight)) : undefined

const toDestination =
  (trigger: number, destination: number, unitOf: (target: number) => number): WeightPolicy =>
  (view) =>
    view.target.some((target, i) => Math.abs(view.weights[i]! - target) > trigger * unitOf(target))
      ? clampAround(view, (target) => destination * unitOf(target))
      : undefined

function clampAround(
  { weights, target }: PolicyView,
  bandOf: (target: number, i: number) => number,
): Float64Array | undefined {
  const clamped = weights.map((weight, i) => {
    const band = bandOf(target[i]!, i)
    return Math.min(target[i]! + band, Math.max(target[i]! - band, weight))
  })
  return clamped.some((weight, i) => weight !== weights[i]) ? clamped : undefined
}
