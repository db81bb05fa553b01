import { describe, expect, test } from 'vitest'
import { volatilityRegime } from '#strategy/forecast/volatility-regime.js'
import { Random } from '#strategy/random.js'
import { hasGivenData } from '../given-data.js'
import { hourlyVariances } from './hourly-variances.js'

const rng = new Random(3)
const noisy = Array.from({ length: 400 }, () => 0.0004 * (0.5 + rng.uniform()))
const withLast = (variance: number, days: number) => [...noisy, ...Array<number>(days).fill(variance)]

describe('the volatility regime', () => {
  test('is stressed when the forecast is high in its history, with the numbers it follows from', () => {
    const { regime, ratio, quantile, shortVolatility, longVolatility } = volatilityRegime(withLast(0.004, 10))
    expect(regime).toBe('stressed')
    expect(quantile).toBeGreaterThan(0.99)
    expect(ratio).toBeCloseTo(shortVolatility / longVolatility, 12)
    const year = withLast(0.004, 10).slice(-365)
    expect(longVolatility).toBeCloseTo(Math.sqrt(year.reduce((sum, v) => sum + v, 0)), 12)
  })

  test('is calm when it is low', () => {
    const { regime, ratio, quantile } = volatilityRegime(withLast(0.0001, 10))
    expect(regime).toBe('calm')
    expect(ratio).toBeLessThan(1)
    expect(quantile).toBe(0)
  })

  test('is normal where nothing changes, even at 0', () => {
    for (const v of [0.0004, 0]) {
      const { regime, ratio, quantile } = volatilityRegime(Array<number>(120).fill(v))
      expect([regime, quantile]).toEqual(['normal', 0.5])
      expect(ratio).toBeCloseTo(1, 12)
    }
  })

  test('does not depend on the level: four times the variance is the same regime', () => {
    const base = volatilityRegime(withLast(0.002, 3))
    const scaled = volatilityRegime(withLast(0.002, 3).map((v) => 4 * v))
    expect(scaled.ratio).toBeCloseTo(base.ratio, 10)
    expect(scaled.quantile).toBe(base.quantile)
    expect(scaled.shortVolatility).toBeCloseTo(2 * base.shortVolatility, 10)
  })

  test('takes the forecast it is given', () => {
    const last = volatilityRegime(withLast(0.004, 1), (past) => past.at(-1)!)
    expect(last.shortVolatility).toBeCloseTo(Math.sqrt(0.004 * 365), 12)
    expect(last.regime).toBe('stressed')
  })

  test.each([
    ['variances', noisy.slice(0, 89)],
    ['variances[2]', [1, 1, -1]],
  ])('refuses bad %s', (field, variances) => {
    expect(() => volatilityRegime(variances)).toThrowError(`${field} of a forecast`)
  })

  test.skipIf(!hasGivenData)(
    'of Bitcoin: stressed after the fall of an exchange, calm at the end of 2022',
    () => {
      const { variances, start } = hourlyVariances().get('BTC')!
      const on = (daysAfterJuly: number) => volatilityRegime(variances.slice(0, start + daysAfterJuly)).regime
      // 10 November 2022 and 1 January 2023, counted from 1 July.
      expect([on(133), on(185)]).toEqual(['stressed', 'calm'])
    },
  )
})
