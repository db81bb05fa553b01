import { describe, expect, test } from 'vitest'
import { abs } from '#portfolio/units.js'
import { exponential, logarithm, multiply, ONE, squareRoot } from '#strategy/options/fixed-point.js'
import {
  type IntegerOptionInput,
  integerBlack76,
  normalDistribution,
} from '#strategy/options/integer-black76.js'
import { OptionInputError } from '#strategy/options/option-input-error.js'

const number = (x: bigint): number => Number(x) / 2 ** 96
const BTC: IntegerOptionInput = {
  type: 'put',
  forwardE8: 9_287_044_000_000n,
  strikeE8: 7_500_000_000_000n,
  volE8: 48_590_000n,
  seconds: 22_934_617n,
}

describe('fixed point', () => {
  test('exponential and logarithm undo each other, over 190 powers of two', () => {
    for (let power = -60n; power <= 130n; power += 7n) {
      const x = power < 0n ? (3n * ONE) >> (2n - power) : (3n * ONE) << power
      const error = exponential(logarithm(x)) - x
      expect([power, abs(error) <= 4n + (x >> 84n)]).toEqual([power, true])
    }
  })

  test('known values to 24 decimals', () => {
    const decimals = (x: bigint) => ((x * 10n ** 24n) >> 96n).toString()
    expect(decimals(exponential(ONE))).toBe('2718281828459045235360287')
    expect(decimals(logarithm(10n * ONE))).toBe('2302585092994045684017991')
    expect(decimals(squareRoot(2n * ONE))).toBe('1414213562373095048801688')
  })

  test('products are truncated towards zero on both sides', () => {
    expect(multiply(1n, -1n)).toBe(0n)
    expect(multiply(-ONE, 3n)).toBe(-3n)
  })
})

describe('normal distribution', () => {
  // Abramowitz & Stegun, tables 26.1 and 26.2; 8 and beyond is cut off.
  test.each([
    [0n, 0.5],
    [1n, 0.841344746068543],
    [-1n, 0.158655253931457],
    [-5n, 2.866515719e-7],
    [-8n, 0],
    [8n, 1],
  ])('Φ(%d)', (x, expected) => {
    expect(Math.abs(number(normalDistribution(x * ONE)) - expected)).toBeLessThan(1e-15)
  })

  test('rises without a step anywhere, at the cut neither', () => {
    let last = 0n
    for (let x = -9n * ONE; x <= 9n * ONE; x += ONE / 16n) {
      const next = normalDistribution(x)
      expect(next).toBeGreaterThan(last - ONE / 10n ** 15n)
      last = next
    }
    expect(number(normalDistribution(1n - 8n * ONE))).toBeLessThan(1e-15)
  })
})

describe('integer Black 1976', () => {
  test('gives these very integers on every machine', () => {
    expect(integerBlack76(BTC)).toMatchInlineSnapshot(`
      {
        "delta": -18607186787475970982179422160n,
        "gammaCash": 545487462358231751548817299351015395759937n,
        "price": 52294167386090881635313078775504960000000n,
        "vegaCash": 192759840016374960205402768631509693208311n,
      }
    `)
  })

  test('a call less a put is the forward less the strike', () => {
    const [call, put] = (['call', 'put'] as const).map((type) => integerBlack76({ ...BTC, type }))
    const parity = (BTC.forwardE8 - BTC.strikeE8) * ONE
    expect(Math.abs(number(call!.price - put!.price - parity))).toBeLessThan(1e-12)
    expect(Math.abs(number(call!.delta - put!.delta - ONE))).toBeLessThan(1e-25)
  })

  test('slopes are the differences of prices', () => {
    const step = 1_000_000n
    const at = (change: Partial<IntegerOptionInput>) => number(integerBlack76({ ...BTC, ...change }).price)
    const value = integerBlack76(BTC)
    const [up, down] = [at({ forwardE8: BTC.forwardE8 + step }), at({ forwardE8: BTC.forwardE8 - step })]
    expect((up - down) / Number(2n * step) / number(value.delta)).toBeCloseTo(1, 8)
    const steeper = at({ volE8: BTC.volE8 + 1_000n }) - at({ volE8: BTC.volE8 - 1_000n })
    expect(steeper / 2e-5 / number(value.vegaCash)).toBeCloseTo(1, 8)
    const delta = (forwardE8: bigint) => number(integerBlack76({ ...BTC, forwardE8 }).delta)
    const bend = (delta(BTC.forwardE8 + step) - delta(BTC.forwardE8 - step)) / Number(2n * step)
    expect((bend * Number(BTC.forwardE8) ** 2) / number(value.gammaCash)).toBeCloseTo(1, 8)
  })

  test.each([
    ['at expiry', { seconds: 0n }],
    ['without volatility', { volE8: 0n }],
  ])('%s it is its intrinsic value', (_, change) => {
    const flat = { gammaCash: 0n, vegaCash: 0n }
    expect(integerBlack76({ ...BTC, ...change })).toEqual({ price: 0n, delta: 0n, ...flat })
    expect(integerBlack76({ ...BTC, ...change, type: 'call' })).toEqual({
      price: (BTC.forwardE8 - BTC.strikeE8) * ONE,
      delta: ONE,
      ...flat,
    })
  })

  test.each([
    ['forwardE8', 0n],
    ['strikeE8', -1n],
    ['volE8', -1n],
    ['seconds', -1n],
  ])('refuses %s = %d', (field, value) => {
    const wrong = { ...BTC, [field]: value }
    expect(() => integerBlack76(wrong)).toThrowError(OptionInputError)
  })
})
