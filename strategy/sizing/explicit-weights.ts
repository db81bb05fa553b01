import { brokenLimit, checkLimits, type ExposureLimits } from './exposure-limits.js'
import { checkNumbers, SizingInputError } from './sizing-input.js'

/**
 * Target exposures as the manager states them, fractions of net asset value per asset, short ones negative; the rest is cash.
 * Refused where they break a limit: nothing is cut to fit.
 *
 * @throws {@link SizingInputError} naming the limit.
 */
export function explicitWeights(weights: readonly number[], limits: ExposureLimits = {}): number[] {
  checkNumbers(weights, 'weights')
  checkLimits(limits, weights.length)
  const broken = brokenLimit(weights, limits)
  if (broken !== undefined) throw new SizingInputError('weights', `inside limits.${broken}`)
  return [...weights]
}
