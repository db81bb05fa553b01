import { describe, expect, test } from 'vitest'
import { blackScholes } from '#strategy/options/black-scholes.js'
import { conventionalDelta, type DeltaConvention } from '#strategy/options/delta-convention.js'
import { givenData, hasGivenData } from '../given-data.js'
import { givenRows } from './given-options.js'

describe.skipIf(!hasGivenData)('published vectors (skipped without ../shared/data)', () => {
  test('golden.json: worked examples of Hull, and the delta and gamma of the hedging-band cases', () => {
    const golden = JSON.parse(givenData('testvectors/golden.json'))
    expect(golden.black_scholes.length).toBe(3)
    for (const {
      type,
      S: spot,
      K: strike,
      r: rate,
      q: coinRate,
      sigma: vol,
      T: years,
      ...expected
    } of golden.black_scholes) {
      const value = blackScholes({ type, spot, strike, vol, years, rate, coinRate })
      for (const name of ['price', 'delta', 'gamma', 'vega'] as const) {
        if (expected[name] !== undefined)
          expect(Math.abs(value[name] / expected[name] - 1)).toBeLessThan(1e-12)
      }
    }
    const still = { type: 'call', rate: 0, coinRate: 0 } as const
    const { S, K, T, sigma, delta, gamma } = golden.whalley_wilmott[1]
    const band = blackScholes({ ...still, spot: S, strike: K, vol: sigma, years: T })
    expect([band.delta.toFixed(6), band.gamma.toFixed(9)]).toEqual([delta.toFixed(6), gamma.toFixed(9)])
    const { log_moneyness, bs_delta } = golden.whalley_wilmott[4]
    log_moneyness.forEach((x: number, i: number) => {
      const value = blackScholes({ ...still, spot: Math.exp(x), strike: 1, vol: 0.2, years: 0.1 })
      expect(value.delta.toFixed(4)).toBe(bs_delta[i].toFixed(4))
    })
    for (const { S: spot, K: strike, T: years, sigma_short, delta_short } of golden.zakamouline.slice(0, 2)) {
      const value = blackScholes({ ...still, spot, strike, vol: sigma_short, years })
      expect(value.delta.toFixed(5)).toBe(delta_short.toFixed(5))
    }
    const { N, formula } = golden.kamal_derman
    const month = blackScholes({
      type: 'call',
      spot: 100,
      strike: 100,
      vol: 0.2,
      years: 1 / 12,
      rate: 0.05,
      coinRate: 0,
    })
    N.forEach((n: number, i: number) => {
      expect((Math.sqrt(Math.PI / 4 / n) * month.vega * 0.2).toFixed(3)).toBe(formula[i].toFixed(3))
    })
  })

  test('py_vollib: 101 rows of prices and five Greeks', () => {
    const rows = givenRows('testvectors/py_vollib_bs_101.csv')
    expect(rows.length).toBe(101)
    for (const row of rows) {
      const [spot, strike, rate, years, vol] = ['S', 'K', 'R', 't', 'v'].map((name) => Number(row[name]))
      for (const type of ['call', 'put'] as const) {
        const value = blackScholes({
          type,
          spot: spot!,
          strike: strike!,
          vol: vol!,
          years: years!,
          rate: rate!,
          coinRate: 0,
        })
        const side = type === 'call' ? 'C' : 'P'
        const columns = {
          price: `bs_${type}`,
          delta: `${side}D`,
          gamma: `${side}G`,
          vega: `${side}V`,
          theta: `${side}T`,
          rho: `${side}R`,
        }
        for (const [name, column] of Object.entries(columns) as ['price', string][]) {
          // names of OptionValue
          // The file holds nine significant digits or ten decimals.
          const error = Math.abs(value[name] - Number(row[column])) / Math.max(1, Math.abs(value[name]))
          expect([column, spot, strike, error < 2e-9]).toEqual([column, spot, strike, true])
        }
      }
    }
  })

  test('QuantLib: all rows of the file, whose last eight repeat the first eight', () => {
    const rows = givenRows('testvectors/quantlib_black_delta.csv')
    expect(rows.length).toBe(16)
    expect(rows.slice(8)).toEqual(rows.slice(0, 8))
    for (const row of rows) {
      expect(row.type).toBe('Call')
      const at = (name: string) => Number(row[name])
      const [discounts, dev] = [[at('domestic_df'), at('foreign_df')] as const, at('stddev')]
      const numbers = [at('spot'), ...discounts, dev, at('strike'), at('delta')] as const
      const convention = row.delta_convention as keyof typeof CONVENTIONS // checked by the look-up
      const error = deltaError('call', CONVENTIONS[convention], numbers)
      expect([convention, numbers, error < 5e-5]).toEqual([convention, numbers, true])
    }
  })
})

// QuantLib, test-suite/blackdeltacalculator.cpp: the puts of its table, which the file lacks. The last two are Castagna's
// (2009), rounded to two decimals of strike and delta: half a unit of the strike is 2.3e-4 of delta.
test.each([
  ['Spot', [3.4582, 0.99979, 0.9250616, 0.3199034, 4.964924, -0.821], 5e-5],
  ['PaSpot', [3.4582, 0.99979, 0.9250616, 0.3199034, 3.778327, -0.821], 5e-5],
  ['Fwd', [3.4582, 0.99979, 0.9250616, 0.3199034, 4.51896, -0.821], 5e-5],
  ['PaFwd', [3.4582, 0.99979, 0.9250616, 0.3199034, 3.65728, -0.821], 5e-5],
  ['Spot', [103, 0.99482, 0.98508, 0.07247845, 97.47, -0.25], 2.5e-4],
  ['PaSpot', [103, 0.99482, 0.98508, 0.07247845, 97.22, -0.25], 2.5e-4],
] as const)('QuantLib: %s delta of a put, %j', (convention, numbers, tolerance) => {
  expect(deltaError('put', CONVENTIONS[convention], numbers)).toBeLessThan(tolerance)
})

const CONVENTIONS = {
  Spot: 'spot',
  Fwd: 'forward',
  PaSpot: 'premiumAdjustedSpot',
  PaFwd: 'premiumAdjustedForward',
} as const

/** Spot, discount factors of quote and coin, standard deviation to expiry, strike, delta. */
type DeltaNumbers = readonly [number, number, number, number, number, number]

function deltaError(type: 'call' | 'put', convention: DeltaConvention, numbers: DeltaNumbers): number {
  const [spot, discount, coinDiscount, vol, strike, delta] = numbers
  const rates = { rate: -Math.log(discount), coinRate: -Math.log(coinDiscount) }
  return Math.abs(conventionalDelta({ type, spot, strike, vol, years: 1, ...rates }, convention) - delta)
}
