import { checkFinite, checkNotNegative, checkPositive } from './band-input.js'

/** As for Whalley & Wilmott, and `vol` per √year; `years` to expiry must be above 0. */
export type ZakamoulineInput = {
  readonly price: number
  readonly gamma: number
  readonly vol: number
  readonly years: number
  readonly cost: number
  readonly riskAversion: number
  readonly rate?: number
}

/**
 * The band is the delta at the adjusted volatility ± (`base` + `width`), in units of the underlying. `volAdjustment` is K,
 * 0 or below, for {@link adjustedVol}.
 */
export type ZakamoulineBand = {
  readonly base: number
  readonly width: number
  readonly volAdjustment: number
}

/**
 * The closed form fitted to the exact no-trade region of an exponential utility (Zakamouline 2006). `base` does not
 * need a gamma: it is the band of the underlying alone. `width` grows as the root of the gamma.
 *
 * @throws {@link BandInputError}
 */
export function zakamouline(input: ZakamoulineInput): ZakamoulineBand {
  const { price, gamma, vol, years, cost, riskAversion, rate = 0 } = input
  checkPositive({ price, vol, years, riskAversion })
  checkNotNegative({ cost })
  checkFinite({ gamma, rate })
  const slope = Math.abs(gamma)
  const discounted = (Math.exp(-rate * years) / vol) ** 0.25
  return {
    base: cost / (riskAversion * price * vol * vol * years),
    width: 1.12 * cost ** 0.31 * years ** 0.05 * discounted * Math.sqrt(slope / riskAversion),
    volAdjustment:
      -4.76 * cost ** 0.78 * years ** -0.02 * discounted * (riskAversion * price * price * slope) ** 0.15,
  }
}

/**
 * The volatility at which the delta is taken: σ·√(1 − K) for who is short gamma, σ·√(1 + K) for who is long, 0 where the
 * costs leave no variance to earn.
 */
export function adjustedVol(vol: number, volAdjustment: number, side: 'long' | 'short'): number {
  checkNotNegative({ vol })
  checkFinite({ volAdjustment })
  return vol * Math.sqrt(Math.max(0, 1 + (side === 'long' ? volAdjustment : -volAdjustment)))
}
