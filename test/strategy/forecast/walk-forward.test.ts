import { describe, expect, test } from 'vitest'
import { dieboldMariano } from '#strategy/forecast/diebold-mariano.js'
import { ewma } from '#strategy/forecast/ewma.js'
import { fitVariance } from '#strategy/forecast/forecast-variance.js'
import { fitHar, fitLogHar, type VarianceModel } from '#strategy/forecast/har.js'
import { walkForward } from '#strategy/forecast/walk-forward.js'
import { Random } from '#strategy/random.js'
import { hasGivenData } from '../given-data.js'
import { hourlyVariances } from './hourly-variances.js'

const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length

describe('walk-forward', () => {
  const rng = new Random(5)
  const variances = Array.from({ length: 420 }, () => 0.0004 * Math.exp(rng.normal()))

  test('one loss a day as long as all that was forecast is known, and a fit every 30 days', () => {
    let fits = 0
    const losses = walkForward({
      variances,
      days: 7,
      start: 300,
      fitModel: () => {
        fits += 1
        return ewma
      },
    })
    expect(losses.length).toBe(420 - 7 - 300 + 1)
    expect(fits).toBe(4)
  })

  test('shows the model the window and nothing that comes', () => {
    const seen: number[][] = []
    walkForward({
      variances,
      days: 1,
      start: 100,
      windowDays: 90,
      fitModel: () => (past) => {
        seen.push([...past])
        return 1
      },
    })
    expect(seen[0]).toEqual(variances.slice(10, 100))
    expect(seen.at(-1)).toEqual(variances.slice(329, 419))
  })

  test('another future leaves the losses before it as they were', () => {
    const forecast = (history: readonly number[]) => fitVariance(history, 7).forecast
    const run = (series: readonly number[]) =>
      walkForward({ variances: series, days: 7, start: 320, fitModel: forecast })
    const shuffled = [...variances.slice(0, 380), ...variances.slice(380).reverse()]
    expect(run(shuffled).slice(0, 54)).toEqual(run(variances).slice(0, 54))
    expect(run(shuffled).at(-1)).not.toBe(run(variances).at(-1))
  })

  test.each([1, 413])(
    'may start on day %d, with a day before it or just what it forecasts after it',
    (start) => {
      const losses = walkForward({ variances, days: 7, start, fitModel: () => ewma })
      expect(losses.length).toBe(420 - 7 - start + 1)
    },
  )

  test.each([0, 414, 415, 1.5])('refuses to start on day %d', (start) => {
    const call = () => walkForward({ variances, days: 7, start, fitModel: () => ewma })
    expect(call).toThrowError('start of a forecast')
  })
})

describe('Diebold–Mariano', () => {
  test('is the t statistic of the mean difference where no lag counts', () => {
    expect(dieboldMariano([1, 2, 3, 6], [0, 0, 0, 0], 0)).toBeCloseTo(3 / (Math.sqrt(14 / 4) / 2), 12)
    expect(dieboldMariano([0, 0, 0, 0], [1, 2, 3, 6], 0)).toBeCloseTo(-3 / (Math.sqrt(14 / 4) / 2), 12)
    expect(dieboldMariano([1, 2], [1, 2], 1)).toBe(0)
  })

  test('is certain where one is worse by the same on every day', () => {
    expect(dieboldMariano([2, 3, 4], [1, 2, 3], 1)).toBe(Infinity)
    expect(dieboldMariano([1, 2, 3], [2, 3, 4], 1)).toBe(-Infinity)
  })

  test('with one lag adds the autocovariance at weight ½, twice', () => {
    // Differences −2 −1 1 2 around 3: squares 10, products of neighbours 2 − 1 + 2 = 3.
    expect(dieboldMariano([1, 2, 4, 5], [0, 0, 0, 0], 1)).toBeCloseTo(3 / (Math.sqrt(10 + 3) / 4), 12)
  })

  test('is about standard normal where neither is better, though losses are correlated', () => {
    const rng = new Random(21)
    let beyond = 0
    for (let trial = 0; trial < 400; trial++) {
      let level = 0
      const losses = Array.from({ length: 400 }, () => {
        level = 0.5 * level + rng.normal()
        return level
      })
      if (
        Math.abs(
          dieboldMariano(
            losses,
            losses.map(() => 0),
            12,
          ),
        ) > 1.96
      )
        beyond += 1
    }
    expect(beyond / 400).toBeGreaterThan(0.02)
    expect(beyond / 400).toBeLessThan(0.12)
  })

  test.each([
    ['b', () => dieboldMariano([1, 2], [1], 0)],
    ['lags', () => dieboldMariano([1, 2], [1, 2], 2)],
    ['losses', () => dieboldMariano([1, Number.NaN], [1, 2], 0)],
  ])('refuses a bad %s', (field, call) => {
    expect(call).toThrowError(`${field} of a forecast`)
  })
})

describe.skipIf(!hasGivenData)(
  'hourly prices, July 2022 to December 2023 (skipped where ../shared/data is absent)',
  () => {
    const series = hasGivenData ? hourlyVariances() : new Map<string, never>()
    const mixed =
      (a: VarianceModel, b: VarianceModel): VarianceModel =>
      (past) =>
        (a(past) + b(past)) / 2
    const methods = (days: number): Record<string, (history: readonly number[]) => VarianceModel> => ({
      randomWalk: () => (past) => mean(past.slice(-days)),
      ewma94: () => ewma,
      ewma80: () => (past) => ewma(past, 0.8),
      har: (history) => fitHar(history, days, 1),
      logHar: (history) => fitLogHar(history, days),
      half: (history) => mixed(fitLogHar(history, days), ewma),
    })

    // QLIKE as an independent computation in Python found it on the same file.
    test.each([
      ['BTC', 1, [1.184, 0.628, 0.647, 0.582, 0.587, 0.589]],
      ['BTC', 7, [0.425, 0.289, 0.389, 0.303, 0.263, 0.262]],
      ['ETH', 1, [0.9, 0.52, 0.582, 0.497, 0.526, 0.503]],
      ['ETH', 7, [0.381, 0.248, 0.343, 0.277, 0.249, 0.238]],
      ['SOL', 1, [0.55, 0.497, 0.418, 0.361, 0.352, 0.388]],
      ['SOL', 7, [0.465, 0.427, 0.408, 0.383, 0.324, 0.349]],
    ] as const)('%s, %i days ahead: every method within 2 %%', (asset, days, expected) => {
      const on = { ...series.get(asset)!, days }
      Object.entries(methods(days)).forEach(([name, fitModel], m) => {
        const loss = mean(walkForward({ ...on, fitModel }))
        expect(Math.abs(loss / expected[m]! - 1), name).toBeLessThan(0.02)
      })
    })

    test('ours loses at least 9 % less than EWMA on average over BTC, ETH, SOL at 1 and 7 days, and nowhere more', () => {
      const ratios = ['BTC', 'ETH', 'SOL'].flatMap((asset) =>
        [1, 7].map((days) => {
          const on = { ...series.get(asset)!, days }
          const ours = walkForward({ ...on, fitModel: (history) => fitVariance(history, days).forecast })
          return mean(ours) / mean(walkForward({ ...on, fitModel: () => ewma }))
        }),
      )
      expect(mean(ratios)).toBeLessThan(0.91)
      expect(Math.max(...ratios)).toBeLessThan(1)
    })
  },
)
