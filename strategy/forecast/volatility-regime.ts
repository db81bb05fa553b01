import { mean } from '../mean.js'
import { DAYS_A_YEAR } from '../time-units.js'
import { checkVariances, ForecastInputError } from './check-variances.js'
import { ewma } from './ewma.js'
import type { VarianceModel } from './har.js'

/**
 * `ratio` is the volatility forecast over the volatility of the last year (or of all days there are), `quantile` the share
 * of earlier days with a lower one, equal ones counted half. `calm` is the lowest quarter where the ratio is below 1,
 * `stressed` the highest tenth where it is above 1. Volatilities are annualised over 365 days (0.5 is 50 %).
 */
export type VolatilityRegime = {
  readonly regime: 'calm' | 'normal' | 'stressed'
  readonly ratio: number
  readonly quantile: number
  readonly shortVolatility: number
  readonly longVolatility: number
}

const LONG_DAYS = 365
const LONG_DAYS_MIN = 30
/** Days with which a quantile begins to mean something. */
const HISTORY_MIN = 90
/** Ratios nearer than this differ by rounding only. */
const SAME = 1e-9
const CALM = 0.25
const STRESSED = 0.9

/**
 * Where volatility stands against its own past, from daily variances in time order, 90 at least. `forecast` is made again for
 * each day of the past from what was known then; EWMA unless given.
 *
 * A regime may change how often a book is looked at. It is no reason to widen or narrow a no-trade band: for a given target
 * the band of Gerhold, Guasoni, Muhle-Karbe & Schachermayer (2014) does not depend on σ, since risk and the drift it must
 * be weighed against both run in the market's own time. Under stress the same band is only met sooner.
 *
 * @throws {@link ForecastInputError}
 */
export function volatilityRegime(
  variances: readonly number[],
  forecast: VarianceModel = (past) => ewma(past),
): VolatilityRegime {
  checkVariances(variances, 'variances')
  if (variances.length < HISTORY_MIN)
    throw new ForecastInputError('variances', `at least ${HISTORY_MIN} days long`)
  const at = (end: number) => {
    const past = variances.slice(0, end)
    const short = forecast(past)
    const long = mean(past.slice(-LONG_DAYS))
    // A price that never moved is as calm as ever.
    return { short, long, ratio: long > 0 ? Math.sqrt(short / long) : 1 }
  }
  const { short, long, ratio } = at(variances.length)
  const earlier: number[] = []
  for (let end = LONG_DAYS_MIN; end < variances.length; end++) earlier.push(at(end).ratio)
  const rank = earlier.reduce((sum, r) => sum + (Math.abs(r - ratio) <= SAME ? 0.5 : r < ratio ? 1 : 0), 0)
  const quantile = rank / earlier.length
  return {
    regime: regimeOf(ratio, quantile),
    ratio,
    quantile,
    shortVolatility: Math.sqrt(short * DAYS_A_YEAR),
    longVolatility: Math.sqrt(long * DAYS_A_YEAR),
  }
}

function regimeOf(ratio: number, quantile: number): VolatilityRegime['regime'] {
  if (quantile >= STRESSED && ratio > 1) return 'stressed'
  return quantile <= CALM && ratio < 1 ? 'calm' : 'normal'
}
