import { gate } from '../../decision/gate.js'
import type { WeightPolicy } from './weight-policy.js'

/**
 * The engine's own rule: proximal step, dropped legs and gate, deviations measured by `deviationMetric` of a shrunk covariance
 * in business time. `riskAversion` is κ at a mean daily variance of one: κ·v for the κ that goes with `averageVariance` v.
 */
export const gatedStep =
  (riskAversion: number, lambda: number): WeightPolicy =>
  ({ weights, target, costs, metric }) => {
    const { proportional, legCost, baseCost } = costs
    const covariance = metric({ lambda, averageVariance: 1 })
    const decision = gate({
      weights,
      target,
      covariance,
      riskAversion,
      costs: proportional,
      legCost,
      baseCost,
    })
    return decision.execute ? decision.weights : undefined
  }
