import { BaseError } from '#portfolio/base-error.js'

export class OptionInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of an option must be ${expected}.`, { code: 'STRATEGY_OPTION_INPUT', field })
  }
}
