import { setImmediate } from 'node:timers/promises'
import { numberChecks } from '../../number-checks.js'
import type { PriceTable } from '../price-table.js'
import { takeTurns } from '../take-turns.js'
import { START_NAV } from './check-book.js'
import { BacktestInputError, marketWindow, type TargetWeights } from './market-window.js'
import { lossBps, type Measures, measureRun } from './measures.js'
import { type PolicySpec, policyOf } from './rules.js'
import { type PolicyRun, runPolicy } from './run-policy.js'
import { allPolicies } from './tune-rule.js'
import type { WeightCosts } from './weight-policy.js'

/**
 * `from` and `to` in seconds since 1970: the first decision, and the last close, which values the decision before it. Proportional costs one way, in basis points, one for all
 * or one per asset; `legCost` as a fraction of net asset value for each asset traded, and `baseLegs` as many again for each
 * batch (2 unless given). `delayed` fills a bar after the decision. Without `policies` every rule's whole grid is run;
 * `detailed` ones are reported bar by bar. `riskAversions` γ weigh the loss, cost + γ/2·TE².
 */
export type WeightsBacktestOptions = {
  readonly targetWeights: TargetWeights
  readonly from: number
  readonly to: number
  readonly proportionalBps: number | Readonly<Record<string, number>>
  readonly legCost: number
  readonly baseLegs?: number
  readonly delayed?: boolean
  readonly riskAversions?: readonly number[]
  readonly policies?: readonly PolicySpec[]
  readonly detailed?: readonly PolicySpec[]
  readonly signal?: AbortSignal
}

/** `lossBps` has one figure per risk aversion of the report, in its order. */
export type PolicyReport = {
  readonly policy: PolicySpec
  readonly measures: Measures
  readonly lossBps: readonly number[]
}

/**
 * A policy bar by bar, one entry per time: the largest deviation of a weight after trading, the difference of the bar's return
 * to the target's, the cost of the bar and of all bars so far in basis points of net asset value, assets traded, and net
 * asset value from 1.
 */
export type PolicySeries = {
  readonly policy: PolicySpec
  readonly deviation: readonly number[]
  readonly difference: readonly number[]
  readonly costBps: readonly number[]
  readonly cumulativeCostBps: readonly number[]
  readonly legs: readonly number[]
  readonly nav: readonly number[]
}

/** Plain data. `times` are those of the series. */
export type WeightsReport = {
  readonly assets: readonly string[]
  readonly targetWeights: readonly number[]
  readonly from: number
  readonly to: number
  readonly bars: number
  readonly delayed: boolean
  readonly riskAversions: readonly number[]
  readonly policies: readonly PolicyReport[]
  readonly times: readonly number[]
  readonly series: readonly PolicySeries[]
}

/**
 * Runs policies over a table of prices. `onProgress` is called after each with how many are done; other work gets its turn all
 * the while, and `signal` may stop it.
 *
 * @throws `BacktestInputError` or `RuleError` naming the field, and the signal's reason.
 */
export async function runWeightsBacktest(
  table: PriceTable,
  options: WeightsBacktestOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<WeightsReport> {
  const { targetWeights, from, to, delayed = false, riskAversions = [5, 20], detailed = [], signal } = options
  const policies = options.policies ?? allPolicies()
  const window = marketWindow(table, targetWeights, from, to)
  const costs = costsOf(options, window.assets)
  checkNotNegative({ riskAversions })
  const total = policies.length + detailed.length
  const pause = takeTurns(signal)
  let done = 0
  const run = async (policy: PolicySpec): Promise<PolicyRun> => {
    await setImmediate()
    signal?.throwIfAborted()
    const result = await runPolicy(window, costs, policyOf(policy), { delayed, pause })
    done += 1
    onProgress?.(done, total)
    return result
  }
  const reports: PolicyReport[] = []
  for (const policy of policies) {
    const measures = measureRun(await run(policy), window.barsPerYear)
    reports.push({ policy, measures, lossBps: riskAversions.map((value) => lossBps(measures, value)) })
  }
  const series: PolicySeries[] = []
  for (const policy of detailed) series.push(seriesOf(policy, await run(policy)))
  return {
    assets: window.assets,
    targetWeights: Array.from(window.target),
    from: window.times[window.first]!,
    to: window.times[window.last]!,
    bars: window.last - window.first,
    delayed,
    riskAversions,
    policies: reports,
    times: window.times.slice(window.first, window.last),
    series,
  }
}

function seriesOf(policy: PolicySpec, run: PolicyRun): PolicySeries {
  const costBps = Array.from(
    run.nav,
    (nav, t) => ((run.proportionalCost[t]! + run.fixedCost[t]!) / nav) * 1e4,
  )
  let sum = 0
  const cumulativeCostBps = costBps.map((cost) => {
    sum += cost
    return sum
  })
  return {
    policy,
    deviation: Array.from(run.deviation),
    difference: Array.from(run.difference),
    costBps,
    cumulativeCostBps,
    legs: Array.from(run.legs),
    nav: Array.from(run.nav, (nav) => nav / START_NAV),
  }
}

function costsOf(
  { proportionalBps, legCost, baseLegs = 2 }: WeightsBacktestOptions,
  assets: readonly string[],
): WeightCosts {
  const proportional = Float64Array.from(assets, (asset) => {
    if (typeof proportionalBps === 'number') {
      checkNotNegative({ proportionalBps })
      return proportionalBps / 1e4
    }
    // An asset may be called like something that every object has.
    const bps = Object.hasOwn(proportionalBps, asset) ? proportionalBps[asset]! : NaN
    checkNotNegative({ [`proportionalBps.${asset}`]: bps })
    return bps / 1e4
  })
  checkNotNegative({ legCost, baseLegs })
  return { proportional, legCost, baseCost: baseLegs * legCost }
}

const { checkNotNegative } = numberChecks((field, expected) => new BacktestInputError(field, expected))
