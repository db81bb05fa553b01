import { checkNotNegative } from './band-input.js'
import { type FixedCostBand, fixedCostBand } from './fixed-cost-band.js'
import { adjustedVol, type ZakamoulineInput, zakamouline } from './zakamouline.js'

/** As for Zakamouline, and `fixedCost` per trade in money; `gamma` carries its sign. */
export type HedgeBandInput = ZakamoulineInput & { readonly fixedCost: number }

/** Around the delta taken at `vol`: trade beyond `trigger`, to `destination` from that delta, in units of the underlying. */
export type HedgeBand = FixedCostBand & { readonly vol: number }

/**
 * The band that the backtests of hedging run as the engine's. Without a fixed cost it is Zakamouline's, and a trade ends at the nearest edge; with one
 * the trigger is wider and the destination inside ({@link fixedCostBand} with Zakamouline's width as the proportional
 * part). A hedge of what has no gamma keeps its distance x until expiry, at a risk of ½aσ²S²τ·x²: the proportional cost
 * pays down to `base`, the fixed one from √(2f/(aσ²S²τ)) beyond.
 *
 * @throws {@link BandInputError}
 */
export function hedgeBand(input: HedgeBandInput): HedgeBand {
  const { price, gamma, vol, years, fixedCost, riskAversion } = input
  checkNotNegative({ fixedCost })
  const { base, width, volAdjustment } = zakamouline(input)
  const { trigger, destination } = fixedCostBand({ halfWidth: width, gamma, fixedCost, riskAversion })
  const still = Math.sqrt((2 * fixedCost) / (riskAversion * years)) / (vol * price)
  return {
    vol: adjustedVol(vol, volAdjustment, gamma < 0 ? 'short' : 'long'),
    trigger: base + still + trigger,
    destination: base + destination,
  }
}
