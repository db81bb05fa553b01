import {
  checkNotNegative,
  checkProximalProblem,
  deviationRisk,
  type ProximalProblem,
  proportionalCost,
  proximalStep,
} from './proximal-step.js'

/**
 * A proximal problem with costs that do not depend on size, as fractions of net asset value: `legCost` for each asset
 * traded, `baseCost` for each batch.
 */
export type GateProblem = ProximalProblem & { readonly legCost: number; readonly baseCost: number }

/** A leg the step would have had, and the risk less proportional cost it would have gained: less than its fixed cost. */
export type DroppedLeg = { readonly asset: number; readonly gain: number }

/**
 * What the gate found, as fractions of net asset value. `weights` are those after the step that was weighed and `legs` the
 * assets it trades, whether or not it is executed: where `execute` is false, they say why not.
 */
export type GateDecision = {
  readonly execute: boolean
  readonly weights: Float64Array
  readonly legs: readonly number[]
  readonly dropped: readonly DroppedLeg[]
  readonly riskRemoved: number
  readonly proportionalCost: number
  readonly fixedCost: number
}

/**
 * Trades only as far as pays, and only when it pays: the proximal step, without the legs that gain less than they cost, is
 * executed where the risk it removes is worth more than all its costs,
 * κ/2·(d'Σd − d⁺'Σd⁺) > Σ c_i·|Δ_i| + legCost·legs + baseCost.
 *
 * With a fixed cost a step goes inside the band or is not made at all (Dybvig & Pezzo 2019). `weigh` of `weigh.ts` asks the
 * same of a whole book's step.
 *
 * @throws `DecisionInputError` naming the field.
 */
export function gate(problem: GateProblem): GateDecision {
  const { weights, legCost, baseCost } = problem
  checkProximalProblem(problem)
  checkNotNegative({ legCost, baseCost })
  const { x, legs, dropped } = dropLegs(problem)
  const riskRemoved = deviationRisk(problem, weights) - deviationRisk(problem, x)
  const proportional = proportionalCost(problem, x)
  const fixedCost = legs.length === 0 ? 0 : baseCost + legCost * legs.length
  const execute = legs.length > 0 && riskRemoved > proportional + fixedCost
  return { execute, weights: x, legs, dropped, riskRemoved, proportionalCost: proportional, fixedCost }
}

/**
 * Takes legs out one by one, the least worth first, and steps anew without them, until each that is left is worth its fixed
 * cost. An asset that stood still may come in for one that went; it is then a leg as any other. Which subset is best is a mixed-integer question; backward elimination answers it well for tens of assets. A leg
 * whose weight is out of its bounds stays.
 */
function dropLegs(problem: GateProblem): { x: Float64Array; legs: number[]; dropped: DroppedLeg[] } {
  const { weights, legCost, bounds } = problem
  const mayStay = (asset: number) =>
    bounds === undefined ||
    (weights[asset]! >= bounds.lower[asset]! && weights[asset]! <= bounds.upper[asset]!)
  const objective = (x: Float64Array) => deviationRisk(problem, x) + proportionalCost(problem, x)
  const free = Array.from(weights, () => true)
  const dropped: DroppedLeg[] = []
  let x = proximalStep(problem)
  for (;;) {
    const legs = free.flatMap((is, asset) => (is && x[asset] !== weights[asset] ? [asset] : []))
    const before = objective(x)
    let least: (DroppedLeg & { without: Float64Array }) | undefined
    for (const asset of legCost > 0 ? legs.filter(mayStay) : []) {
      const without = Float64Array.from(x)
      without[asset] = weights[asset]!
      const gain = objective(without) - before
      if (least === undefined || gain < least.gain) least = { asset, gain, without }
    }
    if (least === undefined) return { x, legs, dropped }
    free[least.asset] = false
    const stepped = proximalStep(problem, free, least.without)
    const gain = objective(stepped) - before
    if (gain >= legCost) return { x, legs, dropped }
    dropped.push({ asset: least.asset, gain })
    x = stepped
  }
}
