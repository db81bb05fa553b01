import { BaseError, type BaseErrorOptions } from '#portfolio/base-error.js'

/** Code of whatever was thrown. Foreign messages may hold anything: only our own codes are told. */
export const codeOf = (error: unknown): string =>
  error instanceof BaseError ? error.code : 'SERVER_INTERNAL'

/** An error that a request can cause, with the HTTP status it is answered with. */
export abstract class HttpError extends BaseError {
  /** When the same request may succeed, for the header Retry-After. */
  readonly retryAfterSeconds: number | undefined = undefined

  constructor(
    readonly status: number,
    sentence: string,
    options: BaseErrorOptions,
  ) {
    super(sentence, options)
  }
}
