import { grossOf } from './exposure-limits.js'
import { checkNotNegative, checkNumbers, checkPositive, SizingInputError } from './sizing-input.js'

/**
 * `weights` say the proportions, `volatility` is the forecast for a portfolio of exactly these weights, `target` the one
 * wanted, both per √year (0.2 is 20 %); `leverageMax` bounds the sum of sizes of the result.
 */
export type VolatilityTarget = {
  readonly weights: readonly number[]
  readonly volatility: number
  readonly target: number
  readonly leverageMax: number
}

/** `scale` is what the weights were multiplied with, `decidedBy` which of the two bounds set it. */
export type VolatilityTargeted = {
  readonly exposures: readonly number[]
  readonly scale: number
  readonly decidedBy: 'volatility' | 'leverage'
}

/**
 * Exposures in the proportions of `weights` at the target volatility, as far as leverage allows: weights of gross 1 are
 * scaled by min(L_max, σ* / σ̂). A portfolio that does not move is held up to the leverage.
 *
 * @throws {@link SizingInputError}
 */
export function volatilityTarget(wanted: VolatilityTarget): VolatilityTargeted {
  const { weights, volatility, target, leverageMax } = wanted
  checkNumbers(weights, 'weights')
  checkNotNegative({ volatility })
  checkPositive({ target, leverageMax })
  const gross = grossOf(weights)
  if (gross === 0) throw new SizingInputError('weights', 'not all 0')
  const [byVolatility, byLeverage] = [target / volatility, leverageMax / gross]
  const scale = Math.min(byVolatility, byLeverage)
  const exposures = weights.map((weight) => weight * scale)
  return { exposures, scale, decidedBy: byLeverage < byVolatility ? 'leverage' : 'volatility' }
}
