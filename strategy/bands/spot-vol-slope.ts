import { checkFinite, checkPositive } from './band-input.js'

/** One move of the market between two looks: of the price, as a fraction of it, and of an option's volatility. */
export type SpotVolMove = { readonly priceMove: number; readonly volMove: number; readonly years: number }

/** An option at one moment: `vega` per volatility of 1, `price` of the underlying, `years` to expiry. */
export type DeltaShiftInput = { readonly vega: number; readonly price: number; readonly years: number }

/** Moves after which an observation counts half: a week of looks every six hours. */
const HALF_LIFE = 28
/** A slope of 0 counts as much as this sum of squared moves: about a dozen of 1.3 %. */
const PRIOR = 2e-3

/**
 * How an option's implied volatility moves with the price, learnt as it goes: the slope b in dσ = b/√T · dS/S by
 * exponentially weighted least squares, drawn toward 0. A delta that adds vega · dσ/dS leaves less variance than Black's
 * (Hull & White 2017, whose a + bΔ + cΔ² over many options is a here, since each option has its own slope).
 */
export class SpotVolSlope {
  #products = 0
  #squares = 0

  /** @throws {@link BandInputError} */
  observe({ priceMove, volMove, years }: SpotVolMove): void {
    checkFinite({ priceMove, volMove })
    checkPositive({ years })
    const keep = 0.5 ** (1 / HALF_LIFE)
    this.#products = keep * this.#products + priceMove * volMove * Math.sqrt(years)
    this.#squares = keep * this.#squares + priceMove * priceMove
  }

  get slope(): number {
    return this.#products / (this.#squares + PRIOR)
  }

  /** What to add to the delta of an option. */
  deltaShift({ vega, price, years }: DeltaShiftInput): number {
    checkPositive({ price, years })
    return (vega * this.slope) / (Math.sqrt(years) * price)
  }
}
