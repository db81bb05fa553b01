import { checkNotNegative, checkPositive } from './band-input.js'

/** `vega` per volatility of 1, in money; `vol` per √year; `hedges` evenly spaced over the option's life. */
export type HedgingErrorInput = {
  readonly vega: number
  readonly vol: number
  readonly hedges: number
}

/**
 * Standard deviation, in money, of the result of an option near the money whose delta is hedged at fixed times without
 * costs: √(π/4)·vega·σ/√N (Derman & Kamal 1999).
 *
 * @throws {@link BandInputError}
 */
export function hedgingError({ vega, vol, hedges }: HedgingErrorInput): number {
  checkPositive({ hedges })
  checkNotNegative({ vega, vol })
  return (Math.sqrt(Math.PI / 4) * vega * vol) / Math.sqrt(hedges)
}
