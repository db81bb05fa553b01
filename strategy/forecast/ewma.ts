/**
 * Exponentially weighted moving average σ² ← λ·σ² + (1 − λ)·v over variances in time order, started at the first: the
 * forecast for any day ahead. λ = 0.94 is the daily figure of RiskMetrics (1996).
 */
export function ewma(variances: readonly number[], lambda = 0.94): number {
  const [first = 0, ...rest] = variances
  return rest.reduce((average, variance) => lambda * average + (1 - lambda) * variance, first)
}
