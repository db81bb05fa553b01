import { BaseError } from '#portfolio/base-error.js'

/** @throws {@link SizingInputError} unless `x` is finite, from `lo` to `hi`. */
export function checkNumber(x: number, field: string, lo = -Infinity, hi = Infinity): void {
  if (Number.isFinite(x) && x >= lo && x <= hi) return
  const range = [lo > -Infinity ? `, ${lo} or above` : '', hi < Infinity ? `, ${hi} or below` : '']
  throw new SizingInputError(field, `a finite number${range.join('')}`)
}

/** @throws {@link SizingInputError} unless `x` is finite and above 0. */
export function checkPositive(x: number, field: string): void {
  if (!(x > 0 && Number.isFinite(x))) throw new SizingInputError(field, 'a finite number above 0')
}

/** @throws {@link SizingInputError} unless there are numbers, all finite, and `length` of them where given. */
export function checkNumbers(xs: readonly number[], field: string, length = xs.length): void {
  if (xs.length === 0) throw new SizingInputError(field, 'a list of at least one number')
  if (xs.length !== length) throw new SizingInputError(field, `a list of ${length}, one for each asset`)
  xs.forEach((x, i) => {
    checkNumber(x, `${field}[${i}]`)
  })
}

/** A number that sets the size of a position is not usable. Names the field, never the value. */
export class SizingInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_SIZING_INPUT', field })
  }
}
