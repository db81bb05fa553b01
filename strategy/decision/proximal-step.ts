import { BaseError } from '#portfolio/base-error.js'
import type { Covariance } from '../forecast/covariance.js'
import { numberChecks } from '../number-checks.js'
import { quadratic } from '../quadratic.js'
import { solveDefinite } from './solve-definite.js'

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
const SWEEPS_PER_JUMP = 3

/**
 * How far trading pays: the x that minimises κ/2·(x − w*)'Σ(x − w*) + Σ c_i·|x_i − w_i|, by coordinate descent with soft
 * thresholds. For a convex quadratic with a separable rest the descent converges to the minimum (Tseng 2001).
 *
 * With one asset this is the edge of the band w* ± c/(κσ²); with several, an asset may stay because another hedges it. Only the
 * assets of `free` are traded where it is given, and the descent begins at `start` where that is. The problem is one that
 * {@link checkProximalProblem} lets pass.
 */
export function proximalStep(
  problem: ProximalProblem,
  free?: readonly boolean[],
  start: ArrayLike<number> = problem.weights,
): Float64Array {
  const size = problem.weights.length
  // Flat copies of one type: the loops below are all the time a backtest takes.
  const [weights, costs] = [new Float64Array(problem.weights), new Float64Array(problem.costs)]
  const lower =
    problem.bounds === undefined ? weights.map(() => -Infinity) : new Float64Array(problem.bounds.lower)
  const upper =
    problem.bounds === undefined ? weights.map(() => Infinity) : new Float64Array(problem.bounds.upper)
  const hessian = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) hessian[i * size + j] = problem.riskAversion * problem.covariance[i]![j]!
  }
  const movable: number[] = []
  for (let i = 0; i < size; i++) if (free?.[i] !== false && hessian[i * size + i]! > 0) movable.push(i)

  const x = new Float64Array(start)
  for (let i = 0; i < size; i++)
    if (free?.[i] !== false) x[i] = Math.min(upper[i]!, Math.max(lower[i]!, x[i]!))
  const slope = new Float64Array(size)
  const face: Face = {
    weights,
    target: new Float64Array(problem.target),
    costs,
    lower,
    upper,
    hessian,
    movable,
  }
  slopeAt(face, x, slope)
  for (let sweep = 1; sweep <= SWEEPS_MAX; sweep++) {
    let largest = 0
    for (const i of movable) {
      const row = i * size
      const curvature = hessian[row + i]!
      const wanted = x[i]! - slope[i]! / curvature - weights[i]!
      const reach = Math.abs(wanted) - costs[i]! / curvature
      const trade = reach > 0 ? Math.sign(wanted) * reach : 0
      const next = Math.min(upper[i]!, Math.max(lower[i]!, weights[i]! + trade))
      const change = next - x[i]!
      if (change === 0) continue
      x[i] = next
      for (let j = 0; j < size; j++) slope[j]! += hessian[row + j]! * change
      largest = Math.max(largest, Math.abs(change))
    }
    if (largest < TOLERANCE) break
    // Where assets move together the descent creeps: a jump now and then, which the next sweep confirms or corrects.
    if (sweep % SWEEPS_PER_JUMP === 0 && jump(face, x)) slopeAt(face, x, slope)
  }
  return x
}

/** The problem in flat arrays; `hessian` is κΣ by rows and `movable` are the assets that may be traded. */
type Face = {
  readonly weights: Float64Array
  readonly target: Float64Array
  readonly costs: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly hessian: Float64Array
  readonly movable: readonly number[]
}

/** κΣ(x − w*), into `slope`. */
function slopeAt({ hessian, target }: Face, x: Float64Array, slope: Float64Array): void {
  const size = x.length
  slope.fill(0)
  for (let j = 0; j < size; j++) {
    const deviation = x[j]! - target[j]!
    if (deviation === 0) continue
    for (let i = 0; i < size; i++) slope[i]! += hessian[j * size + i]! * deviation
  }
}

/**
 * Goes to the minimum over the assets now traded, their sides kept, κΣ(x − w*) = −c·side on them, or as far towards it as the
 * first asset that comes back to its weight or meets a bound. The objective falls on the way. False where `x` stays.
 */
function jump({ weights, target, costs, lower, upper, hessian, movable }: Face, x: Float64Array): boolean {
  const size = x.length
  const traded = movable.filter((i) => x[i] !== weights[i] && x[i]! > lower[i]! && x[i]! < upper[i]!)
  const isTraded = new Uint8Array(size)
  for (const i of traded) isTraded[i] = 1
  const matrix: Float64Array[] = []
  const right = new Float64Array(traded.length)
  for (const [k, i] of traded.entries()) {
    const row = new Float64Array(traded.length)
    for (let m = 0; m <= k; m++) row[m] = hessian[i * size + traded[m]!]!
    matrix.push(row)
    let sum = -costs[i]! * Math.sign(x[i]! - weights[i]!)
    for (let j = 0; j < size; j++) {
      if (isTraded[j] === 0) sum -= hessian[i * size + j]! * (x[j]! - target[j]!)
    }
    right[k] = sum
  }
  if (!solveDefinite(matrix, right)) return false
  let fraction = 1
  let blocking = -1
  let stop = 0
  for (const [k, i] of traded.entries()) {
    const step = target[i]! + right[k]! - x[i]!
    // An asset may come back to where it was, not beyond; nor beyond a bound.
    const [low, high] = x[i]! > weights[i]! ? [weights[i]!, upper[i]!] : [lower[i]!, weights[i]!]
    const limit = step > 0 ? Math.min(high, upper[i]!) : Math.max(low, lower[i]!)
    const possible = step === 0 ? 1 : (limit - x[i]!) / step
    if (possible < fraction) [fraction, blocking, stop] = [possible, i, limit]
  }
  for (const [k, i] of traded.entries()) x[i]! += fraction * (target[i]! + right[k]! - x[i]!)
  if (blocking >= 0) x[blocking] = stop
  return true
}

/** κ/2·(x − w*)'Σ(x − w*): what the deviation is worth in the units of the costs. */
export function deviationRisk(
  { target, covariance, riskAversion }: Pick<ProximalProblem, 'target' | 'covariance' | 'riskAversion'>,
  x: ArrayLike<number>,
): number {
  const deviation = new Float64Array(x)
  for (let i = 0; i < x.length; i++) deviation[i]! -= target[i]!
  return (riskAversion / 2) * quadratic(deviation, covariance)
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

export const { checkFinite, checkNotNegative } = numberChecks(
  (field, expected) => new DecisionInputError(field, expected),
)

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
  checkNotNegative({ riskAversion })
  checkSize(costs, size, 'costs')
  checkNotNegative({ costs })
  if (bounds === undefined) return
  checkNumbers(bounds.lower, size, 'bounds.lower')
  checkNumbers(bounds.upper, size, 'bounds.upper')
  for (let i = 0; i < size; i++) {
    if (bounds.lower[i]! > bounds.upper[i]!)
      throw new DecisionInputError(`bounds.lower[${i}]`, 'at most the upper bound')
  }
}

function checkNumbers(values: ArrayLike<number>, size: number, field: string): void {
  checkSize(values, size, field)
  checkFinite({ [field]: values })
}

function checkSize(values: ArrayLike<number>, size: number, field: string): void {
  if (values.length !== size) throw new DecisionInputError(field, `a list of ${size}`)
}

export class DecisionInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_DECISION_INPUT', field })
  }
}
