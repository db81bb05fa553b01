import { BaseError } from '#portfolio/base-error.js'

/** @throws {@link ForecastInputError} unless there are variances, each finite and 0 or above. */
export function checkVariances(variances: readonly number[], field: string): void {
  if (variances.length === 0) throw new ForecastInputError(field, 'at least one variance')
  variances.forEach((variance, i) => {
    if (!(variance >= 0 && Number.isFinite(variance)))
      throw new ForecastInputError(`${field}[${i}]`, 'a finite variance, 0 or above')
  })
}

/** @throws {@link ForecastInputError} unless `count` is a whole number from 1. */
export function checkCount(count: number, field: string): void {
  if (!(Number.isSafeInteger(count) && count >= 1))
    throw new ForecastInputError(field, 'a whole number, 1 or more')
}

export class ForecastInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a forecast must be ${expected}.`, { code: 'STRATEGY_FORECAST_INPUT', field })
  }
}
