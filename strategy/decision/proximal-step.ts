import { BaseError } from '#portfolio/base-error.js'
import type { Covariance } from '../forecast/covariance.js'

/**
 * Weights are shares of net asset value, one per asset (cash is what is left). `covariance` is of daily returns,
 * `riskAversion` κ = γ·H: relative risk aversion times the days over which an improvement lasts. `costs` are proportional,
 * one way, as fractions of what is traded. Without bounds a weight may take any value.
 */
export type ProximalProblem = {
  readonly weights: ArrayLike<number>
  readonly target: ArrayLike<number>
  readonly covariance: Covariance
  readonly riskAversion: number
  readonly costs: ArrayLike<number>
  readonly bounds?: { readonly lower: ArrayLike<number>; readonly upper: ArrayLike<number> }
}

/** Largest change of a weight in a sweep at which the iteration has converged. */
const TOLERANCE = 1e-12
const SWEEPS_MAX = 10_000

/**
 * How far trading pays: the x that minimises κ/2·(x − w*)'Σ(x − w*) + Σ c_i·|x_i − w_i|, by coordinate descent with soft
 * thresholds. For a convex quadratic with a separable rest the descent converges to the minimum (Tseng 2001).
 *
 * With one asset this is the edge of the band w* ± c/(κσ²); with several, an asset may stay because another hedges it.
 *
 * @throws {@link DecisionInputError} naming the field.
 */
export function proximalStep(problem: ProximalProblem): Float64Array {
  checkProximalProblem(problem)
  return descend(problem)
}

/** The same without the checks, with only the assets of `free` traded where it is given, from `start` where that is. */
export function descend(
  { weights, target, covariance, riskAversion, costs, bounds }: ProximalProblem,
  free?: readonly boolean[],
  start: ArrayLike<number> = weights,
): Float64Array {
  const size = weights.length
  const x = Float64Array.from(start)
  const slope = quadraticSlope(covariance, x, target)
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let largest = 0
    for (let i = 0; i < size; i++) {
      if (free?.[i] === false) continue
      const row = covariance[i]!
      const curvature = riskAversion * row[i]!
      let trade = 0
      if (curvature > 0) {
        const wanted = x[i]! - (riskAversion * slope[i]!) / curvature - weights[i]!
        trade = Math.sign(wanted) * Math.max(0, Math.abs(wanted) - costs[i]! / curvature)
      }
      const next =
        bounds === undefined
          ? weights[i]! + trade
          : Math.min(bounds.upper[i]!, Math.max(bounds.lower[i]!, weights[i]! + trade))
      const change = next - x[i]!
      if (change === 0) continue
      x[i] = next
      for (let j = 0; j < size; j++) slope[j]! += row[j]! * change
      largest = Math.max(largest, Math.abs(change))
    }
    if (largest < TOLERANCE) break
  }
  return x
}

/** κ/2·(x − w*)'Σ(x − w*): what the deviation is worth in the units of the costs. */
export function deviationRisk(
  { target, covariance, riskAversion }: Pick<ProximalProblem, 'target' | 'covariance' | 'riskAversion'>,
  x: ArrayLike<number>,
): number {
  const slope = quadraticSlope(covariance, x, target)
  let sum = 0
  for (let i = 0; i < slope.length; i++) sum += slope[i]! * (x[i]! - target[i]!)
  return (riskAversion / 2) * sum
}

/** Σ c_i·|x_i − w_i|. */
export function proportionalCost(
  { weights, costs }: Pick<ProximalProblem, 'weights' | 'costs'>,
  x: ArrayLike<number>,
): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += costs[i]! * Math.abs(x[i]! - weights[i]!)
  return sum
}

/** Σ(x − w*). */
function quadraticSlope(
  covariance: Covariance,
  x: ArrayLike<number>,
  target: ArrayLike<number>,
): Float64Array {
  const slope = new Float64Array(x.length)
  for (let j = 0; j < x.length; j++) {
    const deviation = x[j]! - target[j]!
    if (deviation === 0) continue
    const row = covariance[j]!
    for (let i = 0; i < x.length; i++) slope[i]! += row[i]! * deviation
  }
  return slope
}

/** @throws {@link DecisionInputError} naming the field. */
export function checkProximalProblem(problem: ProximalProblem): void {
  const { weights, target, covariance, riskAversion, costs, bounds } = problem
  const size = weights.length
  checkNumbers(weights, size, 'weights')
  checkNumbers(target, size, 'target')
  if (covariance.length !== size) throw new DecisionInputError('covariance', `${size} rows`)
  for (let i = 0; i < size; i++) {
    checkNumbers(covariance[i]!, size, `covariance[${i}]`)
    if (!(covariance[i]![i]! >= 0))
      throw new DecisionInputError(`covariance[${i}][${i}]`, '0 or above, a variance')
  }
  checkNotNegative(riskAversion, 'riskAversion')
  checkNumbers(costs, size, 'costs')
  for (let i = 0; i < size; i++) checkNotNegative(costs[i]!, `costs[${i}]`)
  if (bounds === undefined) return
  checkNumbers(bounds.lower, size, 'bounds.lower')
  checkNumbers(bounds.upper, size, 'bounds.upper')
  for (let i = 0; i < size; i++) {
    if (bounds.lower[i]! > bounds.upper[i]!)
      throw new DecisionInputError(`bounds.lower[${i}]`, 'at most the upper bound')
  }
}

/** @throws {@link DecisionInputError} */
export function checkNotNegative(value: number, field: string): void {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new DecisionInputError(field, 'a finite number, 0 or above')
}

function checkNumbers(values: ArrayLike<number>, size: number, field: string): void {
  if (values.length !== size) throw new DecisionInputError(field, `a list of ${size}`)
  for (let i = 0; i < size; i++) {
    if (!Number.isFinite(values[i])) throw new DecisionInputError(`${field}[${i}]`, 'a finite number')
  }
}

export class DecisionInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_DECISION_INPUT', field })
  }
}
