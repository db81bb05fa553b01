import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ewma } from '#strategy/forecast/ewma.js'
import { fitVariance, qlike } from '#strategy/forecast/forecast-variance.js'
import { fitHar, fitLogHar } from '#strategy/forecast/har.js'
import { type PricePoint, realizedVariance } from '#strategy/forecast/realized-variance.js'
import { Prng } from '../../helpers/prng.js'

const DAY = 86_400
const HOURLY = new URL('../../../../shared/data/hourly/binance_closes_1h_2021_2023.csv.gz', import.meta.url)

/** A price that alternates up and down by `size` in logarithms each hour: the daily variance is 24·size². */
function zigzag(days: number, size: (day: number) => number): PricePoint[] {
  return Array.from({ length: days * 24 }, (_, hour) => ({
    time: hour * 3_600,
    price: 100 * Math.exp(hour % 2 === 0 ? 0 : size(Math.floor(hour / 24))),
  }))
}

describe('realized variance', () => {
  test('is the sum of squared hourly returns of each day', () => {
    const days = realizedVariance(zigzag(3, () => 0.01))
    expect(days.map(({ day }) => day)).toEqual([0, 1, 2])
    for (const { variance } of days) expect(variance).toBeCloseTo(24 * 0.0001, 12)
  })

  test('is scaled where hours are missing, and left out where most are', () => {
    const prices = zigzag(3, () => 0.01).filter(
      ({ time }) => !(time >= DAY + 20 * 3_600 && time < 2 * DAY) && !(time >= 2 * DAY + 10 * 3_600),
    )
    const days = realizedVariance(prices)
    expect(days.map(({ day }) => day)).toEqual([0, 1])
    expect(days[1]!.variance).toBeCloseTo(24 * 0.0001, 12)
  })
})

describe('forecasts', () => {
  const constant = Array<number>(400).fill(0.0004)

  test('of what never changes are what it was', () => {
    const rng = new Prng(7)
    // A regression needs some variation; a part in a thousand is enough.
    const still = constant.map((v) => v * (1 + rng.int(-10, 10) / 10_000))
    for (const days of [1, 7]) {
      for (const fitted of [fitHar(still, days), fitLogHar(still, days), fitVariance(still, days).forecast]) {
        expect(fitted(still) / 0.0004).toBeCloseTo(1, 2)
      }
    }
    expect(ewma(constant)).toBeCloseTo(0.0004, 12)
  })

  test('by EWMA weigh a variance n days ago by (1 − λ)·λ^n', () => {
    const spike = (ago: number) => constant.map((v, i) => (i === constant.length - 1 - ago ? v + 1 : v))
    expect(ewma(spike(0)) - 0.0004).toBeCloseTo(0.06, 10)
    expect(ewma(spike(10)) - 0.0004).toBeCloseTo(0.06 * 0.94 ** 10, 10)
  })

  test('by HAR recover the coefficients that made the series', () => {
    const rng = new Prng(11)
    const series = Array.from({ length: 30 }, () => 0.0004 * (1 + rng.int(0, 1000) / 1000))
    const mean = (days: number) => series.slice(-days).reduce((sum, v) => sum + v, 0) / days
    const next = () => 0.00005 + 0.4 * mean(1) + 0.3 * mean(7) + 0.2 * mean(30)
    for (let day = 0; day < 400; day++) series.push(next() * (1 + rng.int(-1_000, 1_000) / 1e5))
    expect(fitHar(series, 1)(series) / next()).toBeCloseTo(1, 2)
  })

  test('use the average alone below 300 days of history', () => {
    const history = constant.slice(0, 299)
    expect(fitVariance(history, 1).method).toBe('ewma')
    expect(fitVariance(constant, 1).method).toBe('ewma and log-HAR')
  })

  test('see nothing of the days after the last they are given', () => {
    const rng = new Prng(5)
    const series = constant.map((v) => v * (1 + rng.int(0, 1000) / 1000))
    const known = series.slice(0, 350)
    const shuffled = [...known, ...series.slice(350).reverse()]
    expect(fitVariance(shuffled.slice(0, 350), 7).forecast(shuffled.slice(0, 350))).toBe(
      fitVariance(known, 7).forecast(known),
    )
  })
})

test('QLIKE is 0 at the truth and grows either way', () => {
  expect(qlike(2, 2)).toBe(0)
  expect(qlike(2, 1)).toBeCloseTo(2 - Math.log(2) - 1, 12)
  expect(qlike(1, 2)).toBeGreaterThan(0)
})

describe.skipIf(!existsSync(HOURLY))('Bitcoin by the hour (skipped where ../shared/data is absent)', () => {
  test('from July 2022 on, the mix loses less than EWMA, as an independent computation found', () => {
    const lines = gunzipSync(readFileSync(HOURLY)).toString().trim().split('\n').slice(1)
    const prices = lines.flatMap((line): PricePoint[] => {
      const [time = '', price = ''] = line.split(',')
      return price === ''
        ? []
        : [{ time: Date.parse(`${time.replace(' ', 'T')}Z`) / 1_000, price: Number(price) }]
    })
    const days = realizedVariance(prices)
    const variances = days.map(({ variance }) => variance)
    const start = days.findIndex(({ day }) => day * DAY * 1_000 === Date.parse('2022-07-01'))
    const losses = { mix: 0, average: 0 }
    let model = fitVariance(variances.slice(0, start), 1)
    for (let next = start; next < variances.length; next++) {
      const past = variances.slice(0, next)
      if ((next - start) % 30 === 0) model = fitVariance(past, 1)
      losses.mix += qlike(variances[next]!, model.forecast(past))
      losses.average += qlike(variances[next]!, ewma(past))
    }
    const count = variances.length - start
    expect(losses.mix / count).toBeCloseTo(0.589, 2)
    expect(losses.average / count).toBeCloseTo(0.627, 2)
  })
})
