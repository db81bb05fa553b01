import { checkNotNegative, checkPositive } from './band-input.js'

/**
 * `riskAversion` relative (without unit); `target` the weight held without costs, π* = μ/(γσ²); `cost` the bid–ask spread
 * ε as a fraction, so twice the one-way cost.
 */
export type WeightBandInput = {
  readonly riskAversion: number
  readonly target: number
  readonly cost: number
}

/**
 * `halfWidth` in weight; `shareTurnover` is the mean turnover of shares per year, as a fraction of those held, Infinity
 * without costs; `liquidityPremium` the return per year worth giving up to trade without costs. `vol` per √year.
 */
export type WeightBand = {
  readonly halfWidth: number
  readonly shareTurnover: (vol: number) => number
  readonly liquidityPremium: (vol: number) => number
}

/**
 * No-trade band of one risky asset's weight, π* ± (3/(4γ)·π*²(1 − π*)²·ε)^(1/3), to the first order of a small proportional
 * cost (Gerhold, Guasoni, Muhle-Karbe & Schachermayer 2014). Given the target it does not depend on the volatility: a
 * calmer market meets the same edges less often.
 *
 * @throws {@link BandInputError}
 */
export function weightBand({ riskAversion, target, cost }: WeightBandInput): WeightBand {
  checkPositive({ riskAversion })
  checkNotNegative({ target, cost })
  const rest = Math.abs(1 - target)
  // σ²/2·(1 − π)²·π / (half-width), with what cancels cancelled, so that a target of 0 or 1 is not 0/0.
  const perVariance = Math.cbrt((4 * riskAversion * target) / 3) * rest ** (4 / 3) * 0.5
  const perYear = (vol: number) => {
    checkNotNegative({ vol })
    return vol * vol * perVariance
  }
  return {
    halfWidth: Math.cbrt((0.75 / riskAversion) * (target * rest) ** 2 * cost),
    shareTurnover: (vol) => (perVariance === 0 ? 0 : perYear(vol) / Math.cbrt(cost)),
    liquidityPremium: (vol) => 0.75 * perYear(vol) * cost ** (2 / 3),
  }
}
