import { ewma } from './ewma.js'
import { fitLogHar, historyNeeded, type VarianceModel } from './har.js'

/** Below this many days a regression is not fitted: four coefficients on overlapping months say too little. */
const HISTORY_MIN = 300
const LAMBDA = 0.94

/** A forecaster that was fitted once and serves until it is fitted again. */
export type VarianceForecaster = {
  readonly method: 'ewma' | 'ewma and log-HAR'
  /** Mean daily variance over the days ahead, from the daily variances up to now, in time order. */
  readonly forecast: VarianceModel
}

/**
 * The forecast the engine uses: half log-HAR, half EWMA, because each errs where the other does not; EWMA alone on a history
 * below 300 days.
 */
export function fitVariance(history: readonly number[], days: number): VarianceForecaster {
  const average: VarianceModel = (past) => ewma(past, LAMBDA)
  if (history.length < Math.max(HISTORY_MIN, historyNeeded(days, 5)))
    return { method: 'ewma', forecast: average }
  const regression = fitLogHar(history, days)
  return { method: 'ewma and log-HAR', forecast: (past) => (average(past) + regression(past)) / 2 }
}

/** QLIKE loss of a forecast against what came: x − ln x − 1 with x = realized / forecast; 0 where they agree (Patton 2011). */
export function qlike(realized: number, forecast: number): number {
  const ratio = realized / forecast
  return ratio - Math.log(ratio) - 1
}
