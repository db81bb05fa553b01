import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkAmount,
  checkBps,
  checkPrice,
  checkQuantity,
  checkSlope,
  checkValue,
  DecimalError,
  divAway,
  FIELD,
  formatDecimal,
  OutOfRangeError,
  parseDecimal,
  toField,
} from '#portfolio/units.js'

const SEED = 1_707

describe('parseDecimal', () => {
  test.each([
    ['0', 0n],
    ['0.0', 0n],
    ['0.00000001', 1n],
    ['-0.00000001', -1n],
    ['1', 100_000_000n],
    ['12.5', 1_250_000_000n],
    ['-12.50', -1_250_000_000n],
    ['92233720368.54775807', (1n << 63n) - 1n],
    ['123456789012345678901234567890', 12_345_678_901_234_567_890_123_456_789_000_000_000n],
  ])('%s', (text, expected) => {
    expect(parseDecimal(text, 8, 'x')).toBe(expected)
  })

  test.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '+1',
    '--1',
    '-',
    '.',
    '.5',
    '5.',
    '-.5',
    '00',
    '01',
    '-01.5',
    '1e3',
    '1E-3',
    '0x10',
    '1_000',
    '1,000',
    '1.2.3',
    '1.000000000',
    '0.000000001',
    '-0',
    '-0.0',
    '-0.00000000',
    'NaN',
    'Infinity',
    '-Infinity',
    '١',
    '１',
    '−1',
    `1${'0'.repeat(60)}`,
  ])('refuses %j', (text) => {
    expect(() => parseDecimal(text, 8, 'book.cash[0]')).toThrowError(DecimalError)
    expect(() => parseDecimal(text, 8, 'book.cash[0]')).toThrowError(
      /^book\.cash\[0\] must be a decimal string/,
    )
  })

  test.each([[1], [1n], [null], [undefined], [true], [['1']], [{ toString: () => '1' }]])(
    'refuses what is no string (%#)',
    (value) => {
      expect(() => parseDecimal(value, 8, 'x')).toThrowError(DecimalError)
    },
  )

  test('its error never repeats what it was given', () => {
    try {
      parseDecimal('31337.31337e', 8, 'book.cash[0]')
      expect.unreachable()
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain('31337')
    }
  })

  test(`is the inverse of formatDecimal (seed ${SEED})`, () => {
    const integer = fc.bigInt({ min: -(1n << 134n), max: 1n << 134n })
    fc.assert(
      fc.property(integer, fc.integer({ min: 0, max: 18 }), (x, decimals) => {
        const text = formatDecimal(x, decimals)
        expect(parseDecimal(text, decimals, 'x')).toBe(x)
        expect(formatDecimal(parseDecimal(text, decimals, 'x'), decimals)).toBe(text)
      }),
      { seed: SEED },
    )
  })
})

describe('widths', () => {
  const signed = (bits: bigint) => [-(1n << bits), (1n << bits) - 1n] as const
  const unsigned = (bits: bigint) => [0n, (1n << bits) - 1n] as const
  test.each([
    ['quantity', checkQuantity, signed(63n)],
    ['price', checkPrice, unsigned(63n)],
    ['slope', checkSlope, [1n - (1n << 63n), (1n << 63n) - 1n]],
    ['value', checkValue, signed(126n)],
    ['amount', checkAmount, unsigned(126n)],
    ['basis points', checkBps, [0n, 1_000_000n]],
  ] as const)('%s: both ends pass, one beyond either is refused by name', (_, check, [lo, hi]) => {
    expect(check(lo, 'field')).toBe(lo)
    expect(check(hi, 'field')).toBe(hi)
    expect(() => check(lo - 1n, 'field')).toThrowError(OutOfRangeError)
    expect(() => check(hi + 1n, 'field')).toThrowError(/^field must be/)
  })
})

test('divAway rounds away from zero, and exactly where it can', () => {
  expect([7n, -7n, 6n, -6n, 1n, -1n, 0n].map((x) => divAway(x, 3n))).toEqual([3n, -3n, 2n, -2n, 1n, -1n, 0n])
})

test('a negative number is its field element below r', () => {
  expect(toField(-1n)).toBe(FIELD - 1n)
  expect(toField(5n)).toBe(5n)
})
