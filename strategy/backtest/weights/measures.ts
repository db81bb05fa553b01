import type { PolicyRun } from './run-policy.js'

/**
 * What a policy did, per year: `trackingError` as the standard deviation of a bar's return less that of the target held at
 * constant weights without costs; costs in basis points of net asset value; turnover as a share of it; `legs` traded and
 * `activeBars` with a trade. `maxDeviation` is the largest of any weight after trading, over the whole run.
 */
export type Measures = {
  readonly trackingError: number
  readonly costBps: number
  readonly proportionalCostBps: number
  readonly fixedCostBps: number
  readonly turnover: number
  readonly legs: number
  readonly activeBars: number
  readonly maxDeviation: number
}

/** `run` is of two bars at least; with fewer there is no deviation. */
export function measureRun(run: PolicyRun, barsPerYear: number): Measures {
  const bars = run.nav.length
  const perYear = (values: ArrayLike<number>, weigh: (value: number, bar: number) => number) => {
    let sum = 0
    for (let bar = 0; bar < bars; bar++) sum += weigh(values[bar]!, bar)
    return (sum * barsPerYear) / bars
  }
  const bps = (value: number, bar: number) => (value / run.nav[bar]!) * 1e4
  const mean = run.difference.reduce((sum, x) => sum + x, 0) / bars
  const variance = run.difference.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (bars - 1)
  const proportionalCostBps = perYear(run.proportionalCost, bps)
  const fixedCostBps = perYear(run.fixedCost, bps)
  return {
    trackingError: Math.sqrt(variance * barsPerYear),
    costBps: proportionalCostBps + fixedCostBps,
    proportionalCostBps,
    fixedCostBps,
    turnover: perYear(run.turnover, (x) => x),
    legs: perYear(run.legs, (x) => x),
    activeBars: perYear(run.legs, (x) => (x > 0 ? 1 : 0)),
    maxDeviation: run.deviation.reduce((most, x) => Math.max(most, x), 0),
  }
}

/** Cost plus what the tracking error is worth at a relative risk aversion γ, in basis points a year: cost + γ/2·TE². */
export const lossBps = (
  { costBps, trackingError }: Pick<Measures, 'costBps' | 'trackingError'>,
  riskAversion: number,
): number => costBps + (riskAversion / 2) * trackingError ** 2 * 1e4
