import { numberChecks } from '../number-checks.js'
import { OptionInputError } from './option-input-error.js'

/** They throw {@link OptionInputError}. In a file apart: what the integer formula imports knows no floats. */
export const { checkFinite, checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new OptionInputError(field, expected),
)
