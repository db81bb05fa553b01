import { describe, expect, test } from 'vitest'
import {
  CovarianceError,
  covarianceOf,
  EwmaCovariance,
  normalizeVariance,
  shrinkToConstantCorrelation,
} from '#strategy/forecast/covariance.js'
import { Random } from '#strategy/random.js'

/** Returns with one common factor and one asset that never moves. */
function returnsOf(days: number, seed: number): number[][] {
  const random = new Random(seed)
  return Array.from({ length: days }, () => {
    const common = 0.03 * random.normal()
    return [common + 0.01 * random.normal(), common + 0.03 * random.normal(), 0.02 * random.normal(), 0]
  })
}

describe('an exponentially weighted covariance', () => {
  test('weighs the day n days ago by (1 − λ)λⁿ / (1 − λᵗ)', () => {
    const days = returnsOf(40, 3)
    const lambda = 0.9
    const weights = days.map((_, t) => (1 - lambda) * lambda ** (days.length - 1 - t))
    const total = weights.reduce((sum, w) => sum + w, 0)
    const expected = days.reduce((sum, r, t) => sum + (weights[t]! * r[0]! * r[1]!) / total, 0)
    expect(covarianceOf(days, { lambda, shrinkage: 0 })[0]![1]).toBeCloseTo(expected, 15)
  })

  test('is the same day by day as from the window', () => {
    const days = returnsOf(100, 5)
    const online = new EwmaCovariance(4)
    for (const day of days) online.update(day)
    expect(online.estimate()).toEqual(covarianceOf(days))
  })

  test('finds the covariance that made the returns', () => {
    const found = covarianceOf(returnsOf(20_000, 7), { lambda: 0.9999, shrinkage: 0 })
    expect(found[0]![0]! / 0.001).toBeCloseTo(1, 1)
    expect(found[0]![1]! / 0.0009).toBeCloseTo(1, 1)
  })
})

test('shrinkage by 1 leaves the variances and one correlation, by 0 changes nothing', () => {
  const raw = covarianceOf(returnsOf(200, 11), { shrinkage: 0 })
  expect(shrinkToConstantCorrelation(raw, 0)).toEqual(raw)
  const full = shrinkToConstantCorrelation(raw, 1)
  const correlation = (i: number, j: number) => full[i]![j]! / Math.sqrt(full[i]![i]! * full[j]![j]!)
  expect(full.map((row, i) => row[i])).toEqual(raw.map((row, i) => row[i]))
  expect(correlation(0, 1)).toBeCloseTo(correlation(1, 2), 12)
  // What never moved stays without covariance.
  expect(Array.from(full[3]!)).toEqual([0, 0, 0, 0])
})

test('in business time the level of volatility does not matter, the shape does', () => {
  const days = returnsOf(200, 13)
  const average = 0.0016
  const calm = covarianceOf(days, { averageVariance: average })
  const wild = covarianceOf(
    days.map((day) => day.map((r) => 3 * r)),
    { averageVariance: average },
  )
  const flat = (matrix: typeof calm) => matrix.flatMap((row) => [...Array.from(row)])
  flat(calm).forEach((value, k) => {
    expect(flat(wild)[k]).toBeCloseTo(value, 12)
  })
  const trace = calm.reduce((sum, row, i) => sum + row[i]!, 0)
  expect(trace / 4).toBeCloseTo(average, 12)
})

test.each([
  [() => new EwmaCovariance(2, { lambda: 1 }), 'lambda'],
  [() => new EwmaCovariance(2, { shrinkage: NaN }), 'shrinkage'],
  [() => new EwmaCovariance(2, { averageVariance: Infinity }), 'averageVariance'],
  [() => new EwmaCovariance(2).update([1]), 'logReturns'],
  [() => new EwmaCovariance(2).update([0.1, NaN]), 'logReturns[1]'],
  [() => new EwmaCovariance(2).estimate(), 'logReturns'],
  [() => covarianceOf([]), 'size'],
  [() => normalizeVariance([[1]], 0), 'averageVariance'],
])('wrong input %# is refused by its field', (call, field) => {
  expect(call).toThrowError(CovarianceError)
  expect(call).toThrowError(field)
})
