import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../number-checks.js'

/** They throw {@link ForecastInputError}. */
export const { checkCount, checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new ForecastInputError(field, expected),
)

/** @throws {@link ForecastInputError} unless there are variances, each finite and 0 or above. */
export function checkVariances(variances: readonly number[], field: string): void {
  if (variances.length === 0) throw new ForecastInputError(field, 'at least one variance')
  checkNotNegative({ [field]: variances })
}

export class ForecastInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a forecast must be ${expected}.`, { code: 'STRATEGY_FORECAST_INPUT', field })
  }
}
