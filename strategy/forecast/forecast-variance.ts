import { checkCount, checkPositive, checkVariances } from './check-variances.js'
import { ewma } from './ewma.js'
import { fitHar, fitLogHar, historyNeeded, type VarianceModel } from './har.js'
import { impliedRatio } from './implied-variance.js'

/** Below this many days no regression is fitted: four coefficients on overlapping weeks and months say too little. */
const HISTORY_MIN = 300

/** A forecaster that was fitted once and serves until it is fitted again. */
export type VarianceForecaster = {
  readonly method: 'ewma' | 'har'
  /** What came over what options implied, in the past that was fitted. */
  readonly impliedRatio: number
  /**
   * Mean daily variance over the days ahead, from the daily variances up to now in time order and, where options are
   * listed, the mean daily variance they imply now.
   */
  readonly forecast: (past: readonly number[], implied?: number) => number
}

/**
 * The forecast for a history of any length. From 300 days of it on, half a HAR fitted by the QLIKE loss and half a log-HAR: each
 * errs where the other does not, and of the methods in `bench/strategy/forecasts.ts` this lost least on the days before
 * those it is judged on. Before 300 days it is EWMA: on 90 days the regressions lose to it.
 *
 * Where options imply a variance, half of the forecast is that times {@link impliedRatio}: weights fitted to so few months
 * that do not overlap are no better than equal ones (Bates & Granger 1969; Stock & Watson 2004).
 *
 * @throws {@link ForecastInputError}
 */
export function fitVariance(
  history: readonly number[],
  days: number,
  implied?: readonly (number | undefined)[],
): VarianceForecaster {
  checkVariances(history, 'history')
  checkCount({ days })
  const method = history.length < Math.max(HISTORY_MIN, historyNeeded(days)) ? 'ewma' : 'har'
  const realized = method === 'ewma' ? (past: readonly number[]) => ewma(past) : halves(history, days)
  const ratio = implied === undefined ? 1 : impliedRatio(history, implied, days)
  return {
    method,
    impliedRatio: ratio,
    forecast: (past, impliedNow) => {
      if (impliedNow === undefined) return realized(past)
      checkPositive({ implied: impliedNow })
      return (realized(past) + ratio * impliedNow) / 2
    },
  }
}

function halves(history: readonly number[], days: number): VarianceModel {
  const line = fitHar(history, days)
  const logarithmic = fitLogHar(history, days)
  return (past) => (line(past) + logarithmic(past)) / 2
}
