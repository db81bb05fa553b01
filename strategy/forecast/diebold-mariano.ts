import { mean } from '../mean.js'
import { ForecastInputError } from './check-variances.js'

/**
 * Statistic of Diebold & Mariano (1995) for two series of losses of the same days: the mean of a − b over its standard
 * error, about standard normal where neither forecast is better; below −1.96 `a` is better at 5 %. Where every difference is
 * the same there is no error: it is 0 for none, and infinite for any other.
 *
 * The standard error allows for `lags` autocorrelations with falling weights (Newey & West 1987); forecasts over h days
 * that overlap need at least h − 1.
 *
 * @throws {@link ForecastInputError}
 */
export function dieboldMariano(a: readonly number[], b: readonly number[], lags: number): number {
  if (a.length !== b.length) throw new ForecastInputError('b', 'as long as a')
  if (!(Number.isSafeInteger(lags) && lags >= 0 && lags < a.length))
    throw new ForecastInputError('lags', 'a whole number from 0 to below the number of losses')
  const differences = a.map((loss, i) => loss - b[i]!)
  if (!differences.every(Number.isFinite)) throw new ForecastInputError('losses', 'finite numbers')
  const level = mean(differences)
  const centred = differences.map((d) => d - level)
  let variance = 0
  for (let lag = 0; lag <= lags; lag++) {
    const weight = lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))
    for (let i = lag; i < centred.length; i++) variance += weight * centred[i]! * centred[i - lag]!
  }
  // The weights make no variance negative, but rounding might.
  return level === 0 ? 0 : level / (Math.sqrt(Math.max(0, variance)) / a.length)
}
