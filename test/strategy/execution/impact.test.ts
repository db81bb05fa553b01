import { describe, expect, test } from 'vitest'
import { ExecutionInputError } from '#strategy/execution/execution-input.js'
import { expectedFunding } from '#strategy/execution/funding.js'
import { gasCost } from '#strategy/execution/gas-cost.js'
import { squareRootImpact, workedImpact } from '#strategy/execution/impact.js'

describe('the square-root law', () => {
  const market = { dayVol: 0.0253, dayVolume: 14.5e9 }

  test('a million of Bitcoin perps costs about 2.1 bp', () => {
    expect(squareRootImpact(1e6, market).costBps).toBeCloseTo(2.1, 1)
  })

  test('four times the size costs twice as much a unit, and the marginal is the slope of the cost', () => {
    const one = squareRootImpact(1e6, market)
    const four = squareRootImpact(4e6, { ...market, factor: 1 })
    expect(four.costBps / one.costBps).toBeCloseTo(2, 12)
    const slope = (squareRootImpact(1e6 + 1, market).cost - squareRootImpact(1e6 - 1, market).cost) / 2
    expect(one.marginalBps / 1e4).toBeCloseTo(slope, 9)
    expect(squareRootImpact(0, market)).toEqual({ costBps: 0, marginalBps: 0, cost: 0 })
  })

  test.each([NaN, Infinity, -1])('refuses an order of %d', (notional) => {
    expect(() => squareRootImpact(notional, market)).toThrowError(ExecutionInputError)
  })
})

// The paper's example of IBM: a tenth of a day's volume.
test.each([
  [0.1, 22.29, 32.22],
  [0.2, 14.71, 24.64],
  [0.5, 8.49, 18.42],
])('Almgren et al. 2005: IBM worked over %d day', (days, temporary, cost) => {
  const worked = workedImpact({
    quantity: 656_100,
    dayVolume: 6_561_000,
    outstanding: 1.728e9,
    dayVol: 0.0157,
    days,
  })
  expect(worked.permanentBps).toBeCloseTo(19.86, 2)
  expect(worked.temporaryBps).toBeCloseTo(temporary, 2)
  expect(worked.costBps).toBeCloseTo(cost, 2)
})

describe('funding', () => {
  test('a long of a million pays 1 bp three times a day', () => {
    const rate = { rateBps: 1, intervalHours: 8 }
    expect(expectedFunding(1e6, rate, 7)).toBeCloseTo(2_100, 9)
    expect(expectedFunding(-1e6, rate, 7)).toBeCloseTo(-2_100, 9)
  })

  test('a rate that returns to its mean pays what the sum over small steps pays', () => {
    const rate = { rateBps: 5, intervalHours: 8, reversion: { meanBps: 1, halfLifeDays: 2 } }
    const steps = 100_000
    const sum = Array.from({ length: steps }, (_, k) => {
      const day = ((k + 0.5) * 10) / steps
      return ((1 + 4 * 0.5 ** (day / 2)) * 3 * 1e6 * 10) / 1e4 / steps
    }).reduce((a, b) => a + b, 0)
    expect(expectedFunding(1e6, rate, 10) / sum).toBeCloseTo(1, 9)
    const slow = { ...rate, reversion: { meanBps: 1, halfLifeDays: 1e9 } }
    expect(expectedFunding(1e6, slow, 10)).toBeCloseTo(
      expectedFunding(1e6, { rateBps: 5, intervalHours: 8 }, 10),
      4,
    )
  })

  test('a horizon or rate that is no number is refused by name', () => {
    expect(() => expectedFunding(1, { rateBps: NaN, intervalHours: 8 }, 1)).toThrowError('rateBps')
    expect(() => expectedFunding(1, { rateBps: 1, intervalHours: 0 }, 1)).toThrowError('intervalHours')
    expect(() => expectedFunding(1, { rateBps: 1, intervalHours: 8 }, Infinity)).toThrowError('horizonDays')
  })
})

test('gas costs its units at their price', () => {
  const gas = { units: 400_000, priceGwei: 2, etherPrice: 3_000 }
  expect(gasCost(gas)).toBeCloseTo(2.4, 12)
  expect(() => gasCost({ ...gas, priceGwei: NaN })).toThrowError('gas.priceGwei')
})
