import { BaseError } from '#portfolio/base-error.js'

/** A trigger, or what it is evaluated against, is not usable; the message names the field and what was expected. */
export class TriggerError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_TRIGGER', field })
  }
}
