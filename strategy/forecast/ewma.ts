import { checkVariances, ForecastInputError } from './check-variances.js'

/**
 * Exponentially weighted moving average σ² ← λ·σ² + (1 − λ)·v over variances in time order, started at the first: the
 * forecast for any day ahead. λ = 0.94 is the daily figure of RiskMetrics (1996).
 *
 * @throws {@link ForecastInputError}
 */
export function ewma(variances: readonly number[], lambda = 0.94): number {
  checkVariances(variances, 'variances')
  if (!(lambda >= 0 && lambda < 1)) throw new ForecastInputError('lambda', 'from 0 to below 1')
  return variances.reduce((average, variance) => lambda * average + (1 - lambda) * variance)
}
