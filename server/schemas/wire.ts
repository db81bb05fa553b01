import type { Address as HexAddress } from 'viem'
import { z } from 'zod'
import { BaseError } from '#portfolio/base-error.js'
import {
  OutOfRangeError,
  PRICE_DECIMALS,
  parseDecimal,
  QUANTITY_DECIMALS,
  VALUE_DECIMALS,
} from '#portfolio/units.js'

/** A number on the wire: a decimal string, judged by the strict parser of the model alone. */
export const Decimal = z
  .string()
  .max(96)
  .meta({ description: 'Decimal string: no exponent, no plus sign, no leading zeros.', examples: ['-12.5'] })

/** A whole number of JSON for places in lists: accounts, groups, slots. */
export const Index = z.int().min(0).max(255)
export const Ticker = z.string().regex(/^[A-Z0-9][A-Z0-9._-]{0,31}$/)
export const Underlying = z.string().regex(/^[A-Z0-9]{1,16}$/)
export const Hash = z.string().regex(/^0x[0-9a-f]{64}$/)
export const Address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
export const Bytes = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .max(20_000)
/** A field element in decimal. */
export const Element = z.string().regex(/^(0|[1-9]\d{0,77})$/)

export const parsePrice = (text: unknown, field: string) => parseDecimal(text, PRICE_DECIMALS, field)
export const parseQuantity = (text: unknown, field: string) => parseDecimal(text, QUANTITY_DECIMALS, field)
export const parseValue = (text: unknown, field: string) => parseDecimal(text, VALUE_DECIMALS, field)
export const parseWhole = (text: unknown, field: string) => parseDecimal(text, 0, field)

/** A whole number from `lo` to `hi`. @throws `DecimalError` or `OutOfRangeError` naming the field. */
export function parseWithin(text: unknown, field: string, lo: bigint, hi: bigint): bigint {
  const value = parseWhole(text, field)
  if (value < lo || value > hi) throw new OutOfRangeError(field, `from ${lo} to ${hi}`)
  return value
}

/** An address whatever its capitals: ones that are no checksum are a spelling, and not another address. */
export const addressOf = (text: string) => text.toLowerCase() as HexAddress

/** A number that enters no book as it stands: written as strictly as money, to 8 decimals, and then a float. */
export function parseNumber(text: unknown, field: string): number {
  parseDecimal(text, 8, field)
  return Number(text)
}

/** Seconds since 1970 of an ISO 8601 time. @throws {@link TimeError} */
export function parseTime(text: string, field: string): bigint {
  const milliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(milliseconds)) throw new TimeError(field)
  return BigInt(Math.floor(milliseconds / 1000))
}

/**
 * Checks that `input` has the form of `schema`, exactly: nothing is coerced, and a field too many is refused.
 *
 * @throws {@link WireError} naming the field, never its value.
 */
export function parseWire<T extends z.ZodType>(schema: T, input: unknown, at: string): z.infer<T> {
  const parsed = schema.safeParse(input)
  if (!parsed.success)
    throw new WireError(fieldOf(parsed.error.issues[0], at), expectedOf(parsed.error.issues[0]))
  return parsed.data
}

type Issue = { readonly path?: readonly PropertyKey[]; readonly code?: string; readonly expected?: unknown }

/** The caller's spelling of where an issue is: `mandate.slots[0].maxLong`. */
export function fieldOf(issue: Issue | undefined, at: string): string {
  return (issue?.path ?? []).reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`
    return path === '' ? String(key) : `${path}.${String(key)}`
  }, at)
}

/** What was expected, without a word of what was given. */
export function expectedOf(issue: Issue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return `of type ${String(issue.expected)}`
    case 'unrecognized_keys':
      return 'without unknown fields'
    case 'too_big':
    case 'too_small':
      return 'within its bounds'
    default:
      return 'of the documented form'
  }
}

export class WireError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field === '' ? 'body' : field} must be ${expected}.`, {
      code: 'SERVER_WIRE',
      field: field === '' ? 'body' : field,
      hints: ['The form of every body is in /openapi.json.'],
    })
  }
}

export class TimeError extends BaseError {
  constructor(field: string) {
    super(`${field} must be a time in UTC such as 2026-06-26T08:00:00Z.`, { code: 'SERVER_TIME', field })
  }
}
