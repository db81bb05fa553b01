import { checkBook, START_NAV } from './check-book.js'
import { Ledger } from './ledger.js'
import type { MarketWindow } from './market-window.js'
import type { PolicyView, WeightCosts, WeightPolicy } from './weight-policy.js'

/**
 * One entry per bar from the window's first to its last but one. Money is in whole units, of which the book starts with
 * {@link START_NAV}. `gain` is of prices over the bar that follows, `difference` that gain's return less the target's at
 * constant weights; costs and trades are those at the bar's close.
 */
export type PolicyRun = {
  readonly nav: Float64Array
  readonly gain: Float64Array
  readonly proportionalCost: Float64Array
  readonly fixedCost: Float64Array
  readonly turnover: Float64Array
  readonly legs: Uint16Array
  readonly deviation: Float64Array
  readonly difference: Float64Array
  readonly finalNav: number
}

/** A trade below this share of net asset value is rounding of the decision, not a leg. */
const LEG_MIN = 1e-9

/**
 * Walks a policy through a window. It starts at the target weights, decides at each close on what is known by then, and fills
 * at the same close, or with `delayed` at the next: then what was ordered is quantities, whatever the price has become, and
 * the next decision is made after the fill. `pause` is called after every bar, and awaited where it gives a promise.
 *
 * @throws `BacktestInputError` where costs eat up the book, or prices take it beyond what is counted exactly.
 */
export async function runPolicy(
  window: MarketWindow,
  costs: WeightCosts,
  policy: WeightPolicy,
  {
    delayed = false,
    pause,
  }: { readonly delayed?: boolean; readonly pause?: () => Promise<void> | undefined } = {},
): Promise<PolicyRun> {
  const { target, prices, first, last, history, barsPerYear } = window
  const bars = last - first
  const lists = () => new Float64Array(bars)
  const run = {
    nav: lists(),
    gain: lists(),
    proportionalCost: lists(),
    fixedCost: lists(),
    turnover: lists(),
    legs: new Uint16Array(bars),
    deviation: lists(),
    difference: lists(),
  }
  const ledger = new Ledger(START_NAV, target, prices[first]!)
  let ordered: Float64Array | undefined

  const fill = (bar: number, quantities: Float64Array) => {
    const nav = ledger.nav
    const traded = ledger.trade(quantities, prices[first + bar]!)
    const legs = traded.reduce((count, value) => (value > 0 ? count + 1 : count), 0)
    if (legs === 0) return
    const proportional = Math.ceil(traded.reduce((sum, value, i) => sum + value * costs.proportional[i]!, 0))
    const fixed = Math.ceil(nav * (costs.baseCost + legs * costs.legCost))
    ledger.pay(proportional + fixed)
    run.proportionalCost[bar] = proportional
    run.fixedCost[bar] = fixed
    run.turnover[bar] = traded.reduce((sum, value) => sum + value, 0) / nav
    run.legs[bar] = legs
  }

  for (let bar = 0; bar < bars; bar++) {
    const now = prices[first + bar]!
    if (ordered !== undefined) fill(bar, ordered)
    ordered = undefined
    const weights = ledger.weights
    const view: PolicyView = {
      bar,
      weights,
      target,
      costs,
      barsPerYear,
      covariance: (options) => history.covariance(first + bar, options),
      metric: (options) => history.metric(first + bar, options),
    }
    const wanted = policy(view)
    if (wanted !== undefined) {
      const nav = ledger.nav
      const order = weights.map((weight, i) => {
        const change = wanted[i]! - weight
        return Math.abs(change) < LEG_MIN ? 0 : (change * nav) / now[i]!
      })
      if (delayed) ordered = order
      else fill(bar, order)
    }
    const held = ledger.weights
    const nav = ledger.nav
    run.nav[bar] = nav
    run.deviation[bar] = held.reduce((most, weight, i) => Math.max(most, Math.abs(weight - target[i]!)), 0)
    const next = prices[first + bar + 1]!
    const gain = ledger.mark(next)
    const benchmark = target.reduce((sum, weight, i) => sum + weight * (next[i]! / now[i]! - 1), 0)
    run.gain[bar] = gain
    run.difference[bar] = gain / nav - benchmark
    checkBook(ledger.nav, run, bar, window)
    const turn = pause?.()
    if (turn !== undefined) await turn
  }
  return { ...run, finalNav: ledger.nav }
}
