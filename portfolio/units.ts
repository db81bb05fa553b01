import { BaseError } from './base-error.js'
import { BITS } from './layout.js'

/** Order of the scalar field of BN254: every committed number is an element of it. */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** Decimals of a quantity (1e-8 unit) and of a price (1e-8 quote per unit). */
export const QUANTITY_DECIMALS = 8
export const PRICE_DECIMALS = 8
/** Decimals of a value: quantity × price = 1e-16 quote. */
export const VALUE_DECIMALS = 16
/** Basis points in one. */
export const BPS = 10_000n
/** The largest limit a mandate may state: 10 000 %. */
export const BPS_MAX = 1_000_000n

export const abs = (x: bigint): bigint => (x < 0n ? -x : x)
export const sum = (xs: readonly bigint[]): bigint => xs.reduce((a, b) => a + b, 0n)

/** x / y for y > 0, rounded away from zero, so that neither a gain nor a loss is understated. */
export const divAway = (x: bigint, y: bigint): bigint => (x < 0n ? -((-x + y - 1n) / y) : (x + y - 1n) / y)

/** The field element of an integer |x| < r: a negative number −x is r − x. */
export const toField = (x: bigint): bigint => (x < 0n ? x + FIELD : x)

/** 0 ≤ x < 2^bits. */
export const fitsUnsigned = (x: bigint, bits: bigint): boolean => x >= 0n && x < 1n << bits
/** −2^bits ≤ x < 2^bits: the sign takes one bit more. */
export const fitsSigned = (x: bigint, bits: bigint): boolean => x >= -(1n << bits) && x < 1n << bits

/** A signed quantity in 1e-8 of a unit. @throws {@link OutOfRangeError} */
export const checkQuantity = (x: bigint, field: string) =>
  check(x, fitsSigned(x, BITS.quantity), field, 'a signed number of 63 bits')
/** A price ≥ 0 in 1e-8 quote per unit. */
export const checkPrice = (x: bigint, field: string) =>
  check(x, fitsUnsigned(x, BITS.price), field, 'a number ≥ 0 of 63 bits')
/** A signed dollar Greek or scenario change in 1e-8 quote per unit; symmetric, since its magnitude is a price too. */
export const checkSlope = (x: bigint, field: string) =>
  check(x, fitsUnsigned(abs(x), BITS.price), field, 'a signed number of magnitude below 2^63')
/** A signed value in 1e-16 quote. */
export const checkValue = (x: bigint, field: string) =>
  check(x, fitsSigned(x, BITS.value), field, 'a signed number of 126 bits')
/** A value ≥ 0 in 1e-16 quote. */
export const checkAmount = (x: bigint, field: string) =>
  check(x, fitsUnsigned(x, BITS.value), field, 'a number ≥ 0 of 126 bits')
/** A limit in basis points between `lo` and `hi`. */
export const checkBps = (x: bigint, field: string, lo = 0n, hi = BPS_MAX) =>
  check(x, x >= lo && x <= hi, field, `basis points from ${lo} to ${hi}`)

function check(x: bigint, holds: boolean, field: string, expected: string): bigint {
  if (!holds) throw new OutOfRangeError(field, expected)
  return x
}

/**
 * Parses a decimal string exactly: an optional minus sign, an integer part without leading zeros, at most `decimals`
 * fractional digits; no exponent, no plus sign, no blanks. `-0` in any form is refused, so each number has one sign.
 *
 * @returns the integer in units of 10^−decimals.
 * @throws {@link DecimalError} naming `field`.
 */
export function parseDecimal(text: unknown, decimals: number, field: string): bigint {
  if (typeof text !== 'string') throw new DecimalError(field, decimals)
  const match = /^(-?)(0|[1-9]\d{0,59})(?:\.(\d+))?$/.exec(text)
  if (!match) throw new DecimalError(field, decimals)
  const [, sign, whole = '', fraction = ''] = match
  if (fraction.length > decimals) throw new DecimalError(field, decimals)
  const magnitude = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (sign === '-' && magnitude === 0n) throw new DecimalError(field, decimals)
  return sign === '-' ? -magnitude : magnitude
}

/** The canonical decimal string of an integer in units of 10^−decimals: no trailing zeros. Inverse of {@link parseDecimal}. */
export function formatDecimal(x: bigint, decimals: number): string {
  const digits = abs(x)
    .toString()
    .padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${x < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** Says what was expected, never what was given: the given text may be a private amount. */
export class DecimalError extends BaseError {
  constructor(field: string, decimals: number) {
    super(`${field} must be a decimal string with at most ${decimals} fractional digits.`, {
      code: 'PORTFOLIO_DECIMAL',
      field,
      hints: ['Write it as a string such as "-12.5": no exponent, no plus sign, no leading zeros.'],
    })
  }
}

/** A number is outside the width its field is committed with. */
export class OutOfRangeError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'PORTFOLIO_OUT_OF_RANGE', field })
  }
}

/** A list or structure does not have the shape the tier asks for. */
export class ShapeError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'PORTFOLIO_SHAPE', field })
  }
}
