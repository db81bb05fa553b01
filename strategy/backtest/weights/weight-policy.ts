import type { Covariance, CovarianceOptions } from '../../forecast/covariance.js'

/** Proportional costs as fractions of what is traded, one per asset; fixed ones as fractions of net asset value. */
export type WeightCosts = {
  readonly proportional: Float64Array
  readonly legCost: number
  readonly baseCost: number
}

/** What a policy may know at a close: nothing later. `bar` counts bars since the start. */
export type PolicyView = {
  readonly bar: number
  readonly weights: Float64Array
  readonly target: Float64Array
  readonly costs: WeightCosts
  readonly barsPerYear: number
  readonly covariance: (options: CovarianceOptions) => Covariance
  /** The covariance weighed by how long deviations last. */
  readonly metric: (options: CovarianceOptions) => Covariance
}

/** The weights to trade to, or undefined to leave the book alone. */
export type WeightPolicy = (view: PolicyView) => Float64Array | undefined
