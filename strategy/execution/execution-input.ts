import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../number-checks.js'

/** They throw {@link ExecutionInputError}. */
export const { checkCount, checkFinite, checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new ExecutionInputError(field, expected),
)

export class ExecutionInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_EXECUTION_INPUT', field })
  }
}
