import { SpotVolSlope } from '../../bands/spot-vol-slope.js'
import { mean } from '../../mean.js'
import { black76 } from '../../options/black-scholes.js'
import { YEAR_SECONDS } from '../../time-units.js'
import { type HedgeCosts, type HedgeInstant, type HedgePolicy, hedgePath } from './hedge-path.js'
import type { OptionPath } from './option-path.js'

/** `black`: the delta of Black's formula at the option's own volatility; `smile`: with the shift of {@link SpotVolSlope}. */
export type DeltaKind = 'black' | 'smile'

/** One option held, in units of the future's first price (so that money is a fraction of the notional). */
export type ListedOption = {
  readonly instrument: string
  /** Seconds since 1970, one per moment. */
  readonly times: readonly number[]
  readonly instants: readonly HedgeInstant[]
}

/** Averages over options: `sd` the root mean square of the yearly deviation of the net result, as a fraction of notional. */
export type ListedHedgeResult = {
  readonly sd: number
  readonly costBpsPerYear: number
  readonly tradesPerYear: number
}

/** The moments of an option as they were seen, each from what was known by then. The value is the mark, in quote. */
export function listedOption(
  { instrument, type, strike, sights }: OptionPath,
  delta: DeltaKind,
): ListedOption {
  const notional = sights[0]?.future ?? 1
  const slope = new SpotVolSlope()
  const instants = sights.map(({ future, markCoin, vol, years }, step): HedgeInstant => {
    const last = sights[step - 1]
    if (last) {
      const priceMove = future / last.future - 1
      slope.observe({ priceMove, volMove: vol - last.vol, years: last.years })
    }
    const at = (v: number) => black76({ type, forward: future, strike, vol: v, years })
    const value = at(vol)
    const shift = delta === 'smile' ? slope.deltaShift({ vega: value.vega, price: future, years }) : 0
    return {
      step,
      price: future / notional,
      value: (markCoin * future) / notional,
      delta: value.delta + shift,
      gamma: value.gamma * notional,
      vol,
      years,
      deltaAt: (v) => at(v).delta + shift,
    }
  })
  return { instrument, times: sights.map(({ time }) => time), instants }
}

/** The part from one time (included) to another (excluded), as if the option were bought at its first moment. */
export function partOf(
  { instrument, times, instants }: ListedOption,
  from: number,
  to: number,
): ListedOption {
  const inside = instants.filter((_, i) => times[i]! >= from && times[i]! < to)
  return {
    instrument,
    times: times.filter((time) => time >= from && time < to),
    instants: inside.map((instant, step) => ({ ...instant, step })),
  }
}

/** What hedging one option came to, per year: the squared deviation of its net result, cost and trades. */
export type HedgeRun = { readonly variance: number; readonly cost: number; readonly trades: number }

/** Hedges an option by itself with the future. */
export function hedgeOption(
  { times, instants }: ListedOption,
  policy: HedgePolicy,
  costs: HedgeCosts,
): HedgeRun {
  const { profits, cost, trades } = hedgePath(instants, policy, costs)
  const years = (times.at(-1)! - times[0]!) / YEAR_SECONDS
  const level = mean(profits)
  const squares = profits.reduce((sum, x) => sum + (x - level) ** 2, 0)
  return { variance: squares / years, cost: cost / years, trades: trades / years }
}

export const averageHedge = (runs: readonly HedgeRun[]): ListedHedgeResult => ({
  sd: Math.sqrt(mean(runs.map((run) => run.variance))),
  costBpsPerYear: 1e4 * mean(runs.map((run) => run.cost)),
  tradesPerYear: mean(runs.map((run) => run.trades)),
})

/** Hedges each option by itself with the future. */
export const hedgeListed = (
  options: readonly ListedOption[],
  policy: HedgePolicy,
  costs: HedgeCosts,
): ListedHedgeResult => averageHedge(options.map((option) => hedgeOption(option, policy, costs)))
