import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { black76, normalCdf, OptionInputError } from '#strategy/options/black-scholes.js'

const VECTORS = new URL('../../../../shared/data/testvectors/', import.meta.url)
const absent = !existsSync(VECTORS)
const rowsOf = (name: string): Record<string, string>[] => {
  const [head = '', ...lines] = readFileSync(new URL(name, VECTORS), 'utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

/** Black–Scholes with a rate, from the forward formula: F = S·e^{rt}, discounted by e^{−rt}. */
function blackScholes(
  type: 'call' | 'put',
  s: number,
  strike: number,
  r: number,
  years: number,
  vol: number,
) {
  const growth = Math.exp(r * years)
  const { price, delta, gamma, vega } = black76({ type, forward: s * growth, strike, vol, years })
  return { price: price / growth, delta, gamma: gamma * growth, vega: vega / growth }
}

describe('normal distribution', () => {
  // Abramowitz & Stegun, table 26.1, and 26.2 for the tails.
  test.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [-1, 0.158655253931457],
    [2.5, 0.993790334674224],
    [3, 0.99865010196837],
    [-3, 0.00134989803163],
    [-5, 2.866515719e-7],
    [-10, 7.619853024e-24],
  ])('Φ(%d)', (x, expected) => {
    expect(Math.abs(normalCdf(x) / expected - 1)).toBeLessThan(2e-10)
  })

  test('the series and the continued fraction meet, and Φ(x) + Φ(−x) = 1', () => {
    const middle = (normalCdf(3 - 1e-9) + normalCdf(3 + 1e-9)) / 2
    expect(Math.abs(normalCdf(3) - middle)).toBeLessThan(1e-15)
    for (let x = -40; x <= 40; x += 0.37)
      expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThan(1e-15)
  })
})

describe('Black 1976', () => {
  test('the worked examples of Hull, Options, Futures and Other Derivatives', () => {
    expect(blackScholes('call', 42, 40, 0.1, 0.5, 0.2).price).toBeCloseTo(4.759422392871532, 10)
    expect(blackScholes('put', 42, 40, 0.1, 0.5, 0.2).price).toBeCloseTo(0.8085993729000922, 10)
    const hedged = blackScholes('call', 49, 50, 0.05, 0.38461538461538464, 0.2)
    expect(hedged.price).toBeCloseTo(2.4005273232717137, 10)
    expect(hedged.delta).toBeCloseTo(0.5216046610663964, 12)
    expect(hedged.gamma).toBeCloseTo(0.06554403934784439, 12)
    expect(hedged.vega).toBeCloseTo(12.105479882628801, 10)
  })

  test('put–call parity and slopes by finite difference', () => {
    const base = { forward: 92_870.44, strike: 75_000, vol: 0.4859, years: 0.7256 }
    const call = black76({ ...base, type: 'call' })
    const put = black76({ ...base, type: 'put' })
    expect(call.price - put.price).toBeCloseTo(base.forward - base.strike, 8)
    expect(call.delta - put.delta).toBeCloseTo(1, 12)
    const up = black76({ ...base, type: 'put', forward: base.forward + 10 })
    const down = black76({ ...base, type: 'put', forward: base.forward - 10 })
    expect(put.delta).toBeCloseTo((up.price - down.price) / 20, 7)
    expect(put.gamma).toBeCloseTo((up.price - 2 * put.price + down.price) / 100, 8)
    const vol = (dv: number) => black76({ ...base, type: 'put', vol: base.vol + dv }).price
    expect(put.vega).toBeCloseTo((vol(1e-5) - vol(-1e-5)) / 2e-5, 2)
  })

  test('without time or volatility it is worth its intrinsic value', () => {
    const itm = { type: 'put', forward: 90, strike: 100 } as const
    expect(black76({ ...itm, vol: 0.5, years: 0 })).toEqual({ price: 10, delta: -1, gamma: 0, vega: 0 })
    expect(black76({ ...itm, type: 'call', vol: 0, years: 1 })).toEqual({
      price: 0,
      delta: 0,
      gamma: 0,
      vega: 0,
    })
  })

  test.each([
    ['forward', { forward: 0 }],
    ['forward', { forward: Number.NaN }],
    ['strike', { strike: -1 }],
    ['vol', { vol: -0.1 }],
    ['years', { years: Number.POSITIVE_INFINITY }],
  ])('refuses a bad %s', (field, change) => {
    const input = { type: 'call', forward: 100, strike: 100, vol: 0.5, years: 1, ...change } as const
    expect(() => black76(input)).toThrowError(OptionInputError)
    expect(() => black76(input)).toThrowError(field)
  })
})

describe.skipIf(absent)('published vectors (skipped where ../shared/data is absent)', () => {
  test('py_vollib: 101 rows of prices and Greeks', () => {
    const rows = rowsOf('py_vollib_bs_101.csv')
    expect(rows.length).toBe(101)
    for (const row of rows) {
      const [s, k, r, t, v] = ['S', 'K', 'R', 't', 'v'].map((name) => Number(row[name]))
      for (const [type, price, side] of [
        ['call', 'bs_call', 'C'],
        ['put', 'bs_put', 'P'],
      ] as const) {
        const value = blackScholes(type, s!, k!, r!, t!, v!)
        const near = (ours: number, name: string, tolerance: number) =>
          expect(Math.abs(ours - Number(row[name])), `${name} at S ${s} K ${k}`).toBeLessThan(tolerance)
        near(value.price, price, 1e-5 * Math.max(1, Math.abs(value.price)))
        near(value.delta, `${side}D`, 1e-5)
        near(value.gamma, `${side}G`, 1e-5)
        near(value.vega, `${side}V`, 1e-4 * Math.max(1, value.vega))
      }
    }
  })

  test('QuantLib: forward and premium-adjusted delta conventions', () => {
    const rows = rowsOf('quantlib_black_delta.csv').slice(0, 14)
    for (const row of rows) {
      const spot = Number(row.spot)
      const [dd, df] = [Number(row.domestic_df), Number(row.foreign_df)]
      const forward = (spot * df) / dd
      const type = row.type === 'Call' ? 'call' : 'put'
      const { delta, price } = black76({
        type,
        forward,
        strike: Number(row.strike),
        vol: Number(row.stddev),
        years: 1,
      })
      const plain = row.delta_convention!.startsWith('Pa') ? delta - price / forward : delta
      const shown = row.delta_convention!.endsWith('Spot') ? plain * df : plain
      expect(Math.abs(shown - Number(row.delta)), `${row.delta_convention} ${row.strike}`).toBeLessThan(5e-5)
    }
  })
})
