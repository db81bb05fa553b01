import { BaseError } from '#portfolio/base-error.js'

/** A finite number above 0. @throws {@link ExecutionInputError} naming `field`. */
export function checkAboveZero(x: number, field: string): number {
  if (!(x > 0 && Number.isFinite(x))) throw new ExecutionInputError(field, 'a finite number above 0')
  return x
}

/** A finite number, 0 or above. @throws {@link ExecutionInputError} naming `field`. */
export function checkNotNegative(x: number, field: string): number {
  if (!(x >= 0 && Number.isFinite(x))) throw new ExecutionInputError(field, 'a finite number, 0 or above')
  return x
}

/** A finite number. @throws {@link ExecutionInputError} naming `field`. */
export function checkFinite(x: number, field: string): number {
  if (!Number.isFinite(x)) throw new ExecutionInputError(field, 'a finite number')
  return x
}

/** A whole number of at least `least`. @throws {@link ExecutionInputError} naming `field`. */
export function checkCount(x: number, field: string, least = 1): number {
  if (!(Number.isSafeInteger(x) && x >= least)) {
    throw new ExecutionInputError(field, `a whole number, ${least} or above`)
  }
  return x
}

export class ExecutionInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_EXECUTION_INPUT', field })
  }
}
