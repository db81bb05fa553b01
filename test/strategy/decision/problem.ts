import type { GateProblem } from '#strategy/decision/gate.js'
import { Random } from '#strategy/random.js'

/** A random problem of `size` assets with a positive definite covariance of crypto size and weights off their target. */
export function randomProblem(size: number, seed: number, legCost = 2e-5): GateProblem {
  const random = new Random(seed)
  const target = Array.from({ length: size }, () => 0.9 / size)
  const loading = target.map(() => 0.03 + 0.02 * random.uniform())
  const own = target.map(() => 0.01 + 0.03 * random.uniform())
  const covariance = target.map((_, i) =>
    Float64Array.from(target, (_, j) => loading[i]! * loading[j]! + (i === j ? own[i]! ** 2 : 0)),
  )
  const weights = target.map((w) => w * Math.exp(0.3 * random.normal()))
  const costs = target.map(() => 5e-4 + 1e-3 * random.uniform())
  return { weights, target, covariance, riskAversion: 200, costs, legCost, baseCost: 2 * legCost }
}
