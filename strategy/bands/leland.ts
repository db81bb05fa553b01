import { checkNotNegative, checkPositive } from './band-input.js'

/** `vol` per √year; `roundTripCost` of buying and selling, as a fraction; `years` between two hedges. */
export type LelandInput = {
  readonly vol: number
  readonly roundTripCost: number
  readonly years: number
}

/**
 * `number` is Leland's, √(2/π)·k/(σ·√δt); the volatilities are those at which the delta is taken. `longVol` is 0 where the
 * number reaches 1: the costs of hedging then eat all that a long gamma earns.
 */
export type LelandVol = { readonly number: number; readonly shortVol: number; readonly longVol: number }

/**
 * Volatility that pays the costs of hedging at fixed times: σ² (1 ± Le), plus for short gamma, minus for long (Leland
 * 1985). It holds for gamma of one sign only.
 *
 * @throws {@link BandInputError}
 */
export function leland({ vol, roundTripCost, years }: LelandInput): LelandVol {
  checkPositive({ vol, years })
  checkNotNegative({ roundTripCost })
  const number = (Math.sqrt(2 / Math.PI) * roundTripCost) / (vol * Math.sqrt(years))
  return {
    number,
    shortVol: vol * Math.sqrt(1 + number),
    longVol: vol * Math.sqrt(Math.max(0, 1 - number)),
  }
}
