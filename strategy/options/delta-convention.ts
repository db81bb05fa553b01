import { blackScholes, type SpotOptionInput } from './black-scholes.js'

/** How a venue states a delta. */
export const DELTA_CONVENTIONS = ['spot', 'forward', 'premiumAdjustedSpot', 'premiumAdjustedForward'] as const
export type DeltaConvention = (typeof DELTA_CONVENTIONS)[number]

/**
 * The coins per coin of option that hedge it (Reiswich & Wystup 2010; the four conventions of QuantLib):
 *
 * - `spot`: of the spot; `forward`: of a forward to the same expiry, spot delta · e^(coinRate·years). What Deribit shows.
 * - premium-adjusted, where the premium is paid in the coin: the spot delta less price / spot, and that one forward.
 *
 * @throws {@link OptionInputError}
 */
export function conventionalDelta(input: SpotOptionInput, convention: DeltaConvention): number {
  const { delta, price } = blackScholes(input)
  const adjusted = convention.startsWith('premium') ? delta - price / input.spot : delta
  return convention.endsWith('orward') ? adjusted * Math.exp(input.coinRate * input.years) : adjusted
}
