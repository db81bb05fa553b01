import { adjustedVol } from '../bands/zakamouline.js'
import { black76 } from '../options/black-scholes.js'
import { normalCdf } from '../options/normal-distribution.js'
import type { OptionBook, OptionLine } from './hedged-options.js'

/**
 * How much more dollar delta the options have, as a fraction of net asset value, when each is revalued at its own
 * volatility σ·√(1 ± K) than at σ (`volAdjustment` is K of Zakamouline 2006). A hedge at the adjusted delta leaves a
 * measured exposure of minus this.
 */
export function adjustedDelta(options: OptionBook, volAdjustment: number, side: 'long' | 'short'): number {
  return options.lines.reduce((total, line) => {
    const forward = forwardOf(line)
    if (forward === undefined) return total
    const { type, held, strike, vol, years } = line
    const delta = (vol: number) => black76({ type, forward, strike, vol, years }).delta
    return total + held * forward * (delta(adjustedVol(vol, volAdjustment, side)) - delta(vol))
  }, 0)
}

/**
 * The forward a slot was priced from. Black's price less its dollar delta is ∓K·Φ(±d₂), which gives d₂; then
 * F = K·exp(σ√T·d₂ + σ²T/2). Undefined where Φ is 0 or 1 to the last digit: such an option has no delta to adjust.
 */
function forwardOf({ type, price, delta, strike, vol, years }: OptionLine): number | undefined {
  const exercised = Math.abs(delta - price) / strike
  const quantile = normalQuantile(exercised)
  if (quantile === undefined) return undefined
  const d2 = type === 'call' ? quantile : -quantile
  const deviation = vol * Math.sqrt(years)
  return strike * Math.exp(deviation * d2 + deviation ** 2 / 2)
}

/** The x of Φ(x) = p by bisection, to the last digits; undefined beyond 8 deviations. */
function normalQuantile(p: number): number | undefined {
  let [lo, hi] = [-8, 8]
  if (!(p > normalCdf(lo) && p < normalCdf(hi))) return undefined
  for (let n = 0; n < 60; n++) {
    const middle = (lo + hi) / 2
    if (normalCdf(middle) < p) lo = middle
    else hi = middle
  }
  return (lo + hi) / 2
}
