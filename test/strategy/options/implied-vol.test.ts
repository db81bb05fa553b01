import { describe, expect, test } from 'vitest'
import { black76 } from '#strategy/options/black-scholes.js'
import { ImpliedVolError, impliedVol } from '#strategy/options/implied-vol.js'
import { OptionInputError } from '#strategy/options/option-input-error.js'
import { logMoneyness, timeValue } from '#strategy/options/time-value.js'
import { hasGivenData } from '../given-data.js'
import { CHAINS, givenChain } from './given-options.js'

const RATIOS = [3e-6, 0.01, 0.3, 0.7, 0.95, 0.9999, 1, 1.0001, 1.05, 1.5, 4, 100, 1e6, 3e20]
const VOLS = [0.0002, 0.01, 0.1, 0.5, 1, 3, 20, 200, 2000]

describe('implied volatility', () => {
  test('gives the price back over the torture range; out of the money the volatility itself', () => {
    let prices = 0
    let vols = 0
    for (const type of ['call', 'put'] as const) {
      for (const years of [1e-5, 1e-3, 0.1, 1]) {
        for (const ratio of RATIOS) {
          for (const vol of VOLS) {
            const option = { type, forward: 100 * ratio, strike: 100, years }
            const { price } = black76({ ...option, vol })
            if (price === 0 || price >= (type === 'call' ? option.forward : 100)) continue
            const found = impliedVol({ ...option, price })
            const at = [type, years, ratio, vol]
            expect([...at, Math.abs(black76({ ...option, vol: found }).price / price - 1) < 5e-13]).toEqual([
              ...at,
              true,
            ])
            prices += 1
            // A price near its bound, or so small that it is stored with fewer bits, holds fewer digits of the volatility.
            const { rest } = timeValue(logMoneyness(option.forward, 100), vol * Math.sqrt(years))
            const outOfTheMoney = type === 'call' ? ratio <= 1 : ratio >= 1
            if (!outOfTheMoney || rest < 1e-3 || price < 1e-290) continue
            expect([...at, Math.abs(found / vol - 1) < 1e-12]).toEqual([...at, true])
            vols += 1
          }
        }
      }
    }
    expect([prices > 400, vols > 150]).toEqual([true, true])
  })

  test('the smallest price there is, the last one below the bound, and the next above the intrinsic value', () => {
    const option = { forward: 100, strike: 150, years: 0.5, type: 'call' } as const
    for (const price of [Number.MIN_VALUE, 1e-300, 1e-100, 100 - 1e-13, 100 * (1 - 2 ** -53)]) {
      const vol = impliedVol({ ...option, price })
      const back = black76({ ...option, vol }).price
      expect([price, Math.abs(back - price) <= 1e-12 * price + Number.MIN_VALUE]).toEqual([price, true])
    }
    const deep = { forward: 100, strike: 150, years: 0.5, type: 'put' } as const
    const next = 50 + 2 ** -47
    expect(black76({ ...deep, vol: impliedVol({ ...deep, price: next }) }).price).toBe(next)
    expect(impliedVol({ ...deep, price: 50 })).toBe(0)
    expect(impliedVol({ ...option, price: 0 })).toBe(0)
  })

  test.each([
    ['below the intrinsic value', 'put', 49.99],
    ['below 0', 'call', -1e-9],
    ['at the forward', 'call', 100],
    ['at the strike', 'put', 150],
  ] as const)('refuses a price %s', (_, type, price) => {
    const input = { type, forward: 100, strike: 150, years: 0.5, price }
    expect(() => impliedVol(input)).toThrowError(ImpliedVolError)
  })

  test.each([
    ['price', { price: Number.NaN }],
    ['years', { years: 0 }],
    ['forward', { forward: -1 }],
    ['strike', { strike: Number.POSITIVE_INFINITY }],
  ])('refuses a bad %s', (field, change) => {
    const input = { type: 'call', forward: 100, strike: 150, years: 0.5, price: 1, ...change } as const
    expect(() => impliedVol(input)).toThrowError(OptionInputError)
    expect(() => impliedVol(input)).toThrowError(field)
  })
})

describe.skipIf(!hasGivenData)('whole chains (skipped without ../shared/data)', () => {
  test.each(CHAINS)('%s: from the price at the mark volatility back to it', (name) => {
    for (const { type, forward, strike, years, iv } of givenChain(name)) {
      const option = { type, forward, strike, years }
      const value = black76({ ...option, vol: iv })
      const found = impliedVol({ ...option, price: value.price })
      // What one rounding of the price can move the volatility by, or 1e-12.
      const open = Math.max((2 ** -52 * value.price) / value.vega, 1e-12)
      expect([strike, iv, Math.abs(found - iv) <= 4 * open]).toEqual([strike, iv, true])
    }
  })
})
