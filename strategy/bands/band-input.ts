import { BaseError } from '#portfolio/base-error.js'

/** @throws {@link BandInputError} unless `x` is finite and above 0. */
export function requirePositive(field: string, x: number): void {
  if (!(x > 0 && x < Infinity)) throw new BandInputError(field, 'a finite number above 0')
}

/** @throws {@link BandInputError} unless `x` is finite and not below 0. */
export function requireNonNegative(field: string, x: number): void {
  if (!(x >= 0 && x < Infinity)) throw new BandInputError(field, 'a finite number, 0 or above')
}

/** @throws {@link BandInputError} unless `x` is finite. */
export function requireFinite(field: string, x: number): void {
  if (!Number.isFinite(x)) throw new BandInputError(field, 'a finite number')
}

export class BandInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a no-trade band must be ${expected}.`, { code: 'STRATEGY_BAND_INPUT', field })
  }
}
