/** What an error carries beside its sentence. Nothing private may enter any of these fields: they reach logs and clients. */
export type BaseErrorOptions = {
  /** Stable, documented in docs/errors.md under the same anchor. */
  readonly code: string
  /** What to do about it, one sentence each. */
  readonly hints?: readonly string[]
  /** The input field at fault, in the caller's own spelling, e.g. `mandate.groups[1].netHi`. */
  readonly field?: string
  readonly cause?: unknown
}

/** The one error base. `message` is the sentence; `toJSON` omits stack and cause, which may hold private values. */
export class BaseError extends Error {
  readonly code: string
  readonly hints: readonly string[]
  readonly field: string | undefined

  constructor(sentence: string, options: BaseErrorOptions) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = options.code
    this.hints = options.hints ?? []
    this.field = options.field
  }

  get docsPath(): string {
    return `docs/errors.md#${this.code.toLowerCase()}`
  }

  toJSON(): { code: string; message: string; hints: readonly string[]; field?: string } {
    return {
      code: this.code,
      message: this.message,
      hints: this.hints,
      ...(this.field === undefined ? {} : { field: this.field }),
    }
  }
}
