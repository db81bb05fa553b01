import { Random } from '../../random.js'
import { type HedgeCosts, type HedgeInstant, type HedgePolicy, hedgePath } from './hedge-path.js'
import { optionInstant } from './option-instant.js'

/**
 * A European call on a lognormal price that drifts at the rate of the costs, looked at `steps` times before it expires;
 * `position` is the number of calls, negative where sold.
 */
export type SimulationInput = {
  readonly price: number
  readonly strike: number
  readonly vol: number
  readonly years: number
  readonly steps: number
  readonly position: number
  readonly costs: HedgeCosts
  readonly paths: number
  readonly seed: number
}

/**
 * Over all paths, at expiry: mean and standard deviation of the net result, mean costs and mean number of trades per path.
 * Without a rate, what is gained before costs is 0 on average whatever the policy, since the price is a martingale and
 * the option bought at its expectation; so −`cost` estimates the same as `mean`, with far less noise.
 */
export type SimulationResult = {
  readonly mean: number
  readonly sd: number
  readonly cost: number
  readonly trades: number
}

/** Hedges the same paths by every policy, so that policies differ by what they do and not by their luck. */
export function simulateHedging(
  input: SimulationInput,
  policies: readonly HedgePolicy[],
): SimulationResult[] {
  const { paths, seed, costs } = input
  const random = new Random(seed)
  const sums = policies.map(() => ({ result: 0, squares: 0, cost: 0, trades: 0 }))
  for (let n = 0; n < paths; n++) {
    const path = lognormalPath(input, random)
    for (const [p, policy] of policies.entries()) {
      const sum = sums[p]!
      const { wealth, cost, trades } = hedgePath(path, policy, costs)
      sum.result += wealth
      sum.squares += wealth * wealth
      sum.cost += cost
      sum.trades += trades
    }
  }
  return sums.map(({ result, squares, cost, trades }) => ({
    mean: result / paths,
    sd: Math.sqrt(Math.max(0, squares / paths - (result / paths) ** 2)),
    cost: cost / paths,
    trades: trades / paths,
  }))
}

function lognormalPath(input: SimulationInput, random: Random): HedgeInstant[] {
  const { strike, vol, years, steps, position, costs } = input
  const rate = costs.rate ?? 0
  const dt = years / steps
  let { price } = input
  return Array.from({ length: steps + 1 }, (_, step) => {
    if (step > 0) price *= Math.exp((rate - (vol * vol) / 2) * dt + vol * Math.sqrt(dt) * random.normal())
    const left = (steps - step) * dt
    return optionInstant({ step, position, type: 'call', price, strike, vol, years: left, rate })
  })
}
