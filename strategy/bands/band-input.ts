import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../number-checks.js'

/** They throw {@link BandInputError}. */
export const { checkFinite, checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new BandInputError(field, expected),
)

export class BandInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a no-trade band must be ${expected}.`, { code: 'STRATEGY_BAND_INPUT', field })
  }
}
