import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../number-checks.js'

/** They throw {@link SizingInputError}. */
export const { checkFinite, checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new SizingInputError(field, expected),
)

/** @throws {@link SizingInputError} unless there are numbers, all finite, and `length` of them where given. */
export function checkNumbers(xs: readonly number[], field: string, length = xs.length): void {
  if (xs.length === 0) throw new SizingInputError(field, 'a list of at least one number')
  if (xs.length !== length) throw new SizingInputError(field, `a list of ${length}, one for each asset`)
  checkFinite({ [field]: xs })
}

/** A number that sets the size of a position is not usable. Names the field, never the value. */
export class SizingInputError extends BaseError {
  readonly expected: string

  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_SIZING_INPUT', field })
    this.expected = expected
  }
}
