import { deviationMetric } from '../../decision/deviation-metric.js'
import { type Covariance, type CovarianceOptions, EwmaCovariance } from '../../forecast/covariance.js'

/** What is kept of one set of options, by bar: estimates are made in order, metrics where they are asked for. */
type Estimates = {
  readonly average: EwmaCovariance
  readonly covariances: (Covariance | undefined)[]
  readonly metrics: Covariance[]
}

/** Sets of options whose estimates are kept: policies that share one run one after another, and years of hours are large. */
const SETS_KEPT = 2

/**
 * Estimates at every bar, each from returns up to that bar only. They do not depend on what a policy holds, so that the
 * policies of a backtest share them.
 */
export class CovarianceHistory {
  readonly #prices: readonly Float64Array[]
  readonly #target: Float64Array
  readonly #first: number
  readonly #sets = new Map<string, Estimates>()

  /** `prices[t]` holds one price per weight of `target`; nothing is asked for before bar `first`, 1 at the least. */
  constructor(prices: readonly Float64Array[], target: Float64Array, first: number) {
    this.#prices = prices
    this.#target = target
    this.#first = first
  }

  covariance(bar: number, options: CovarianceOptions): Covariance {
    const { average, covariances } = this.#of(options)
    for (let next = covariances.length; next <= bar; next++) {
      const before = this.#prices[next - 1]
      if (before) average.update(this.#prices[next]!.map((price, i) => Math.log(price / before[i]!)))
      covariances.push(next < this.#first ? undefined : average.estimate())
    }
    return covariances[bar]!
  }

  /** {@link deviationMetric} of the same. */
  metric(bar: number, options: CovarianceOptions): Covariance {
    const { metrics } = this.#of(options)
    metrics[bar] ??= deviationMetric(this.covariance(bar, options), this.#target)
    return metrics[bar]
  }

  #of(options: CovarianceOptions): Estimates {
    const key = JSON.stringify(options)
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    const [oldest] = this.#sets.keys()
    if (oldest !== undefined && this.#sets.size === SETS_KEPT) this.#sets.delete(oldest)
    const average = new EwmaCovariance(this.#target.length, options)
    const estimates: Estimates = { average, covariances: [], metrics: [] }
    this.#sets.set(key, estimates)
    return estimates
  }
}
