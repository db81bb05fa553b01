import { BaseError } from '#portfolio/base-error.js'
import { checkPositive } from './check-number.js'
import { monotoneCubic } from './monotone-cubic.js'
import { logMoneyness } from './time-value.js'

/** A volatility per √year quoted at a strike. */
export type VolQuote = { readonly strike: number; readonly vol: number }

/** The volatilities of one expiry. `totalVariance` is σ²·years at k = ln(strike / forward), `vol` is σ at a strike. */
export type Smile = {
  readonly forward: number
  readonly years: number
  readonly strikes: readonly number[]
  readonly totalVariance: (k: number) => number
  readonly vol: (strike: number) => number
}

/** Total variance may not grow faster than this in log-moneyness (Lee 2004): a steeper wing allows arbitrage. */
const WING_SLOPE_MAX = 2

/**
 * A smile through the quotes of one expiry, in any order, each strike once: total variance against log-moneyness by a
 * monotone cubic, flat for a single quote.
 *
 * Beyond the outermost strikes the total variance goes on straight with the slope it has there, at least 0 outwards and at most 2.
 * Chosen by measurement (`bench/strategy/options.ts`): with each inner strike of two Deribit chains left out in turn the monotone
 * cubic comes closer than a straight line, and with the outer fifths left out straight wings come closer than flat ones.
 *
 * @throws {@link SmileError}, or `OptionInputError` for a number not above 0.
 */
export function fitSmile(
  quotes: readonly VolQuote[],
  { forward, years }: { readonly forward: number; readonly years: number },
): Smile {
  checkPositive({ forward, years })
  const sorted = quotes.toSorted((a, b) => a.strike - b.strike)
  if (sorted.length === 0) throw new SmileError('at least one quote')
  for (const { strike, vol } of sorted) checkPositive({ strike, vol })
  const strikes = sorted.map(({ strike }) => strike)
  const ks = strikes.map((strike) => -logMoneyness(forward, strike))
  if (new Set(ks).size < ks.length) throw new SmileError('each strike once, told apart by its moneyness')
  const variances = sorted.map(({ vol }) => vol * vol * years)
  const [lowest, highest] = [ks[0]!, ks[ks.length - 1]!]
  const curve = ks.length > 1 ? monotoneCubic(ks, variances) : { at: () => variances[0]!, slopes: [0] }
  const wing = (slope: number) => Math.min(Math.max(slope, 0), WING_SLOPE_MAX)
  const left = wing(-curve.slopes[0]!)
  const right = wing(curve.slopes[ks.length - 1]!)
  const totalVariance = (k: number): number => {
    if (k < lowest) return variances[0]! + left * (lowest - k)
    if (k > highest) return variances[ks.length - 1]! + right * (k - highest)
    return curve.at(k)
  }
  const vol = (strike: number): number => {
    checkPositive({ strike })
    return Math.sqrt(totalVariance(-logMoneyness(forward, strike)) / years)
  }
  return { forward, years, strikes, totalVariance, vol }
}

export class SmileError extends BaseError {
  constructor(expected: string) {
    super(`quotes of a smile must hold ${expected}.`, { code: 'STRATEGY_SMILE', field: 'quotes' })
  }
}
