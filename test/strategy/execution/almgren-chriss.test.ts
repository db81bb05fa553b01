import { describe, expect, test } from 'vitest'
import { almgrenChriss, costOf } from '#strategy/execution/almgren-chriss.js'

// The example of Almgren & Chriss 2000: a million shares at 50 over five days.
const order = {
  quantity: 1e6,
  periods: 5,
  duration: 5,
  vol: 0.95,
  halfSpread: 0.0625,
  permanent: 2.5e-7,
  temporary: 2.5e-6,
  riskAversion: 1e-6,
}

describe('the schedule of Almgren and Chriss', () => {
  test('an even one without risk aversion', () => {
    const { holdings, trades, expectedCost, variance, halfLife } = almgrenChriss({
      ...order,
      riskAversion: 0,
    })
    expect(holdings).toEqual([1e6, 8e5, 6e5, 4e5, 2e5, 0].map((x) => expect.closeTo(x, 6)))
    expect(trades).toEqual(Array(5).fill(expect.closeTo(2e5, 6)))
    expect(expectedCost).toBeCloseTo(662_500, 6)
    expect(variance / 1.083e12).toBeCloseTo(1, 12)
    expect(halfLife).toBe(Infinity)
  })

  test.each([
    [1e-9, 0.019493, 51.2997, 662_500.9, 1.08119e12],
    [1e-6, 0.607076, 1.6472, 911_227.0, 3.64129e11],
    [2e-6, 0.846297, 1.1816, 1_140_715.2, 2.01931e11],
  ])('λ = %d', (riskAversion, kappa, halfLife, cost, variance) => {
    const schedule = almgrenChriss({ ...order, riskAversion })
    expect(schedule.kappa).toBeCloseTo(kappa, 6)
    expect(schedule.halfLife).toBeCloseTo(halfLife, 4)
    expect(schedule.expectedCost).toBeCloseTo(cost, 1)
    expect(schedule.variance / variance).toBeCloseTo(1, 5)
  })

  test('the holdings of the example', () => {
    const expected = [1e6, 541_955.6, 289_854.2, 147_897.5, 62_141.8, 0]
    expect(almgrenChriss(order).holdings).toEqual(expected.map((x) => expect.closeTo(x, 1)))
  })

  test('no small change of the schedule is better', () => {
    const { holdings } = almgrenChriss(order)
    const loss = (xs: readonly number[]) => {
      const { expectedCost, variance } = costOf(xs, order)
      return expectedCost + order.riskAversion * variance
    }
    for (let j = 1; j < 5; j++) {
      for (const by of [1_000, -1_000]) {
        expect(loss(holdings.map((x, k) => (k === j ? x + by : x)))).toBeGreaterThan(loss(holdings))
      }
    }
  })

  test('an urgent order does not overflow: it is done in the first period', () => {
    const { holdings } = almgrenChriss({ ...order, riskAversion: 1e300 })
    expect(holdings).toEqual([1e6, ...Array(5).fill(expect.closeTo(0, 6))])
  })

  test('refuses what is no order, by name', () => {
    expect(() => almgrenChriss({ ...order, quantity: -1 })).toThrowError('quantity')
    expect(() => almgrenChriss({ ...order, periods: 1.5 })).toThrowError('periods')
    expect(() => almgrenChriss({ ...order, vol: NaN })).toThrowError('vol')
    expect(() => almgrenChriss({ ...order, permanent: 6e-6 })).toThrowError('temporary')
  })
})
