import { BaseError } from '#portfolio/base-error.js'

/** An option or argument of the command line is not what it must be. */
export class OptionError extends BaseError {
  constructor(option: string, expected: string, cause?: unknown) {
    super(`${option} must be ${expected}.`, { code: 'CLI_OPTION', field: option, cause })
  }
}
