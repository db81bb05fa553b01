import { deviationMetric } from '../../decision/deviation-metric.js'
import { type Covariance, type CovarianceOptions, EwmaCovariance } from '../../forecast/covariance.js'

type Estimates = { readonly covariances: readonly Covariance[]; readonly metrics: Covariance[] }

/**
 * Estimates at every bar, each from returns up to that bar only. They do not depend on what a policy holds, so that all the
 * policies of a backtest share them: computed once for each set of options.
 */
export class CovarianceHistory {
  readonly #prices: readonly Float64Array[]
  readonly #target: Float64Array
  readonly #estimates = new Map<string, Estimates>()

  constructor(prices: readonly Float64Array[], target: Float64Array) {
    this.#prices = prices
    this.#target = target
  }

  covariance(bar: number, options: CovarianceOptions): Covariance {
    return this.#of(options).covariances[bar - 1]!
  }

  /** {@link deviationMetric} of the same. */
  metric(bar: number, options: CovarianceOptions): Covariance {
    const { covariances, metrics } = this.#of(options)
    metrics[bar - 1] ??= deviationMetric(covariances[bar - 1]!, this.#target)
    return metrics[bar - 1]!
  }

  #of(options: CovarianceOptions): Estimates {
    const key = JSON.stringify(options)
    const known = this.#estimates.get(key)
    if (known !== undefined) return known
    const average = new EwmaCovariance(this.#target.length, options)
    const covariances = this.#prices.slice(1).map((prices, bar) => {
      average.update(prices.map((price, i) => Math.log(price / this.#prices[bar]![i]!)))
      return average.estimate()
    })
    const estimates = { covariances, metrics: [] }
    this.#estimates.set(key, estimates)
    return estimates
  }
}
