import { describe, expect, test } from 'vitest'
import { ForecastInputError } from '#strategy/forecast/check-variances.js'
import { ewma } from '#strategy/forecast/ewma.js'
import { fitVariance } from '#strategy/forecast/forecast-variance.js'
import { fitHar, fitLogHar, historyNeeded } from '#strategy/forecast/har.js'
import { qlike } from '#strategy/forecast/qlike.js'
import { Random } from '#strategy/random.js'

const constant = Array<number>(400).fill(0.0004)
const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length

/** Variances that follow a HAR with log-normal errors of deviation `noise`. */
function harSeries(seed: number, days: number, noise: number): number[] {
  const rng = new Random(seed)
  const series = Array.from({ length: 30 }, () => 0.0004 * (1 + rng.uniform()))
  for (let day = 0; day < days; day++) series.push(harNext(series) * Math.exp(noise * rng.normal()))
  return series
}
const harNext = (past: readonly number[]) =>
  0.00005 + 0.4 * past.at(-1)! + 0.3 * mean(past.slice(-7)) + 0.2 * mean(past.slice(-30))

describe('forecasts', () => {
  test.each([1, 7])('of what never changes are what it was, %i days ahead', (days) => {
    for (const fitted of [
      fitHar(constant, days),
      fitLogHar(constant, days),
      fitVariance(constant, days).forecast,
    ])
      expect(fitted(constant) / 0.0004).toBeCloseTo(1, 6)
    expect(ewma(constant)).toBeCloseTo(0.0004, 12)
  })

  test('of a price that never moves are next to nothing, and finite', () => {
    const still = Array<number>(400).fill(0)
    const forecast = fitVariance(still, 1).forecast(still)
    expect(forecast).toBeGreaterThan(0)
    expect(forecast).toBeLessThan(1e-11)
  })

  test('by EWMA weigh a variance n days ago by (1 − λ)·λ^n', () => {
    const spike = (ago: number) => constant.map((v, i) => (i === constant.length - 1 - ago ? v + 1 : v))
    expect(ewma(spike(0)) - 0.0004).toBeCloseTo(0.06, 10)
    expect(ewma(spike(10)) - 0.0004).toBeCloseTo(0.06 * 0.94 ** 10, 10)
  })

  test('by HAR recover the coefficients that made the series', () => {
    const series = harSeries(11, 400, 0.005)
    for (const passes of [1, 50])
      expect(fitHar(series, 1, passes)(series) / harNext(series)).toBeCloseTo(1, 2)
  })

  test('by HAR have the least QLIKE of all lines on the days they were fitted on', () => {
    const series = harSeries(12, 400, 0.5)
    const fitted = fitHar(series, 1)
    const once = fitHar(series, 1, 1)
    const loss = (scale: (past: readonly number[]) => number) => {
      const losses: number[] = []
      for (let end = 30; end < series.length; end++) {
        const past = series.slice(0, end)
        losses.push(qlike(series[end]!, fitted(past) * (1 + scale(past))))
      }
      return mean(losses)
    }
    const least = loss(() => 0)
    // A small step along each regressor, which is a small step of its coefficient.
    const along = [
      (past: readonly number[]) => past.at(-1)!,
      (past: readonly number[]) => mean(past.slice(-7)),
    ]
    for (const regressor of [() => 0.0004, ...along]) {
      for (const step of [-0.02, 0.02])
        expect(loss((past) => (step * regressor(past)) / fitted(past))).toBeGreaterThan(least)
    }
    expect(loss((past) => once(past) / fitted(past) - 1)).toBeGreaterThan(least)
  })

  test('by HAR never fall below a tenth of the last month', () => {
    // Variance that falls in a straight line asks for less than nothing the day after.
    const falling = Array.from({ length: 330 }, (_, day) => 0.001 * (1 - day / 330))
    expect(fitHar(falling, 7)([...falling, 0, 0, 0])).toBeGreaterThanOrEqual(
      0.1 * mean([...falling, 0, 0, 0].slice(-30)),
    )
  })

  test('use the average alone below 300 days of history', () => {
    const history = harSeries(3, 269, 0.5)
    expect(history.length).toBe(299)
    expect(fitVariance(history, 1).method).toBe('ewma')
    expect(fitVariance(history, 1).forecast(history)).toBe(ewma(history))
    expect(fitVariance([...history, 0.0004], 1).method).toBe('har')
  })

  test('ask for more history the farther they look', () => {
    const days = 280
    expect(fitVariance(constant.slice(0, historyNeeded(days) - 1), days).method).toBe('ewma')
    expect(fitVariance(constant.slice(0, historyNeeded(days)), days).method).toBe('har')
  })
})

test('QLIKE is 0 at the truth and grows either way', () => {
  expect(qlike(2, 2)).toBe(0)
  expect(qlike(2, 1)).toBeCloseTo(2 - Math.log(2) - 1, 12)
  expect(qlike(1, 2)).toBeGreaterThan(0)
})

test.each([
  ['history', () => fitVariance([], 1)],
  ['history[1]', () => fitVariance([1, Number.NaN], 1)],
  ['history[0]', () => fitVariance([-1, 1], 1)],
  ['history[2]', () => fitLogHar([1, 1, Number.POSITIVE_INFINITY], 1)],
  ['history', () => fitHar(constant.slice(0, 34), 1)],
  ['history', () => fitHar(constant, 1)(constant.slice(0, 29))],
  ['history[39]', () => fitHar(constant, 1)([...constant.slice(0, 39), Number.NaN])],
  ['history[38]', () => fitLogHar(constant, 1)([...constant.slice(0, 38), -1, 1])],
  ['history[39]', () => fitVariance(constant, 1).forecast([...constant.slice(0, 39), Infinity])],
  ['days', () => fitVariance(constant, 0)],
  ['days', () => fitVariance(constant, 1.5)],
  ['variances', () => ewma([])],
  ['lambda', () => ewma([1], 1)],
])('a bad %s is refused', (field, call) => {
  expect(call).toThrowError(ForecastInputError)
  expect(call).toThrowError(`${field} of a forecast`)
})
