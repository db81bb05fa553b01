import { checkFinite, checkNotNegative, checkPositive } from './band-input.js'

/**
 * `price` of the underlying and `gamma` per unit of it, of whatever is hedged (either sign); `cost` the one-way proportional
 * cost as a fraction of what is traded; `riskAversion` per money (relative risk aversion divided by NAV); `rate` per year
 * and `years` to expiry, which only discount.
 */
export type WhalleyWilmottInput = {
  readonly price: number
  readonly gamma: number
  readonly cost: number
  readonly riskAversion: number
  readonly rate?: number
  readonly years?: number
}

/**
 * Half-width, in units of the underlying, of the band around the delta within which no trade pays:
 * (3/2 · e^(−rτ) · λ · S · Γ² / a)^(1/3); outside, trade to the nearest edge only (Whalley & Wilmott 1997, for a small
 * proportional cost and none per trade). 0 where the cost or the gamma is 0.
 *
 * @throws {@link BandInputError}
 */
export function whalleyWilmott(input: WhalleyWilmottInput): number {
  const { price, gamma, cost, riskAversion, rate = 0, years = 0 } = input
  checkPositive({ price, riskAversion })
  checkNotNegative({ cost, years })
  checkFinite({ gamma, rate })
  return Math.cbrt((1.5 * Math.exp(-rate * years) * cost * price * gamma * gamma) / riskAversion)
}
