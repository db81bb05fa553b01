import { describe, expect, test } from 'vitest'
import { linearSlot } from '#portfolio/market.js'
import { dollarExposures } from '#strategy/sizing/dollar-exposures.js'
import { brokenLimit, checkLimits } from '#strategy/sizing/exposure-limits.js'
import { fractionalKelly } from '#strategy/sizing/fractional-kelly.js'
import { stressCap } from '#strategy/sizing/stress-cap.js'
import { volatilityTarget } from '#strategy/sizing/volatility-target.js'

const refused = (call: () => unknown, field: string) =>
  expect(call).toThrowError(expect.objectContaining({ code: 'STRATEGY_SIZING_INPUT', field }))

describe('limits of exposures', () => {
  const limits = { lower: [-0.2, -0.2], upper: [0.6, 0.6], netMin: 0, netMax: 1, grossMax: 1 }

  test('hold at their bounds, rounding of floats aside', () => {
    expect(brokenLimit([0.6, 0.4], limits)).toBe(undefined)
    expect(brokenLimit([-0.2, 0.2], limits)).toBe(undefined)
    expect(brokenLimit([-3, 5], {})).toBe(undefined)
    // 0.1 + 0.2 is a rounding error above 0.3.
    expect(brokenLimit([0.1, 0.2], { grossMax: 0.3 })).toBe(undefined)
  })

  test.each([
    ['lower[0]', [-0.2001, 0.4]],
    ['upper[1]', [0, 0.6001]],
    ['netMin', [-0.2, 0.1999]],
    ['netMax', [0.6, 0.4001]],
    ['grossMax', [0.6, 0.4001]],
  ])('are broken beyond %s', (limit, exposures) => {
    const wide = limit === 'grossMax' ? { netMax: 2 } : {}
    expect(brokenLimit(exposures, { ...limits, ...wide })).toBe(limit)
  })

  test('that nothing can keep are refused by name', () => {
    refused(() => checkLimits({ lower: [0, 0] }, 1), 'limits.lower')
    refused(() => checkLimits({ lower: [0.2], upper: [0.1] }, 1), 'limits.upper[0]')
    refused(() => checkLimits({ netMin: 1, netMax: 0 }, 1), 'limits.netMax')
    refused(() => checkLimits({ grossMax: -1 }, 1), 'limits.grossMax')
    refused(() => checkLimits({ netMin: Number.NaN }, 1), 'limits.netMin')
    checkLimits({ lower: [0.1], upper: [0.1], netMin: 1, netMax: 1, grossMax: 0 }, 1)
  })
})

test('dollar exposures are amounts over net asset value', () => {
  expect(dollarExposures([250_000, -100_000], 1_000_000)).toEqual([0.25, -0.1])
  refused(() => dollarExposures([1], 0), 'nav')
  refused(() => dollarExposures([Number.NaN], 1), 'amounts[0]')
})

describe('volatility targeting', () => {
  const of = (volatility: number, leverageMax = 2) =>
    volatilityTarget({ weights: [0.75, -0.25], volatility, target: 0.3, leverageMax })

  test('scales by target over forecast', () => {
    expect(of(0.6)).toEqual({ exposures: [0.375, -0.125], scale: 0.5, decidedBy: 'volatility' })
    expect(of(0.2).exposures).toEqual([expect.closeTo(1.125, 12), expect.closeTo(-0.375, 12)])
  })

  test('stops at the leverage, also where nothing moves', () => {
    const stopped = { exposures: [1.5, -0.5], scale: 2, decidedBy: 'leverage' }
    expect([of(0.1), of(0)]).toEqual([stopped, stopped])
  })

  test('counts the leverage of the weights themselves', () => {
    const { exposures } = volatilityTarget({ weights: [2, 2], volatility: 0.2, target: 0.3, leverageMax: 2 })
    expect(exposures).toEqual([1, 1])
  })

  test('refuses bad input by name', () => {
    const good = { weights: [1], volatility: 0.5, target: 0.2, leverageMax: 1 }
    refused(() => volatilityTarget({ ...good, weights: [0, 0] }), 'weights')
    refused(() => volatilityTarget({ ...good, volatility: -1 }), 'volatility')
    refused(() => volatilityTarget({ ...good, target: Number.POSITIVE_INFINITY }), 'target')
    refused(() => volatilityTarget({ ...good, leverageMax: 0 }), 'leverageMax')
  })
})

describe('fractional Kelly', () => {
  test('of one asset is θ·(μ − r)/σ²', () => {
    const bet = { drifts: [0.3], rate: 0.05, covariance: [[0.36]], fraction: 0.5 }
    expect(fractionalKelly(bet)).toEqual([expect.closeTo((0.5 * 0.25) / 0.36, 12)])
    expect(fractionalKelly({ ...bet, drifts: [-0.1] })[0]).toBeLessThan(0)
    expect(fractionalKelly({ ...bet, fraction: 0 })).toEqual([0])
  })

  test("of several grows fastest at θ = 1: a half is half of the optimum of x·(μ − r) − x'Σx/2", () => {
    const covariance = [
      [0.36, 0.24],
      [0.24, 0.64],
    ]
    const [a, b] = fractionalKelly({ drifts: [0.3, 0.25], rate: 0.05, covariance, fraction: 0.5 }).map(
      (x) => 2 * x,
    )
    // First-order condition: Σx = μ − r.
    expect(0.36 * a! + 0.24 * b!).toBeCloseTo(0.25, 12)
    expect(0.24 * a! + 0.64 * b!).toBeCloseTo(0.2, 12)
  })

  test('refuses bad input by name', () => {
    const good = {
      drifts: [0.3, 0.2],
      rate: 0,
      covariance: [
        [1, 0],
        [0, 1],
      ],
      fraction: 0.5,
    }
    refused(() => fractionalKelly({ ...good, fraction: 0.51 }), 'fraction')
    refused(() => fractionalKelly({ ...good, drifts: [0.1] }), 'covariance')
    refused(() => fractionalKelly({ ...good, drifts: [0.1, Number.NaN] }), 'drifts[1]')
    refused(() => fractionalKelly({ ...good, rate: Number.NaN }), 'rate')
    refused(
      () =>
        fractionalKelly({
          ...good,
          covariance: [
            [1, 1],
            [1, 1],
          ],
        }),
      'covariance',
    )
  })
})

describe('the stress cap', () => {
  /** A coin at 50 000 that falls by 40 % or rises by 30 %, as a slot of the market states it. */
  const slot = linearSlot(50_000n * 10n ** 8n, 1_000n, [-4_000n, 3_000n])
  const coin = { delta: Number(slot.delta), changes: slot.changes.map(Number) }

  test('of one asset is q ≤ L_max · NAV / worst loss per unit, long and short', () => {
    expect(stressCap([1], [coin], 0.2)).toEqual({ exposures: [0.5], scale: 0.5, worstLoss: 0.2 })
    const { exposures } = stressCap([-1], [coin], 0.2)
    expect(exposures[0]).toBeCloseTo(-0.2 / 0.3, 12)
  })

  test('leaves alone what loses less', () => {
    expect(stressCap([0.4], [coin], 0.2)).toEqual({
      exposures: [0.4],
      scale: 1,
      worstLoss: expect.closeTo(0.16, 12),
    })
  })

  test('counts the book as a whole, in the proportions asked for', () => {
    const put = { delta: -2_000, changes: [9_000, -1_500] }
    const { exposures, worstLoss } = stressCap([1, -0.05], [coin, put], 0.1)
    expect(worstLoss).toBeCloseTo(0.1, 12)
    expect(exposures[0]! / exposures[1]!).toBeCloseTo(1 / -0.05, 10)
    // Long 1 loses 0.4 in the fall; the put gains 0.05 · 9 000 / 2 000 = 0.225.
    expect(exposures[0]).toBeCloseTo(0.1 / (0.4 - 0.225), 12)
  })

  test('an instrument that is not held may have any slope', () => {
    expect(stressCap([0], [{ delta: 0, changes: [1] }], 0)).toEqual({
      exposures: [0],
      scale: 1,
      worstLoss: 0,
    })
  })

  test('refuses bad input by name', () => {
    refused(() => stressCap([1, 1], [coin], 0.1), 'units')
    refused(() => stressCap([1], [{ delta: 0, changes: [1, 1] }], 0.1), 'units[0].delta')
    refused(() => stressCap([1, 1], [coin, { delta: 1, changes: [1] }], 0.1), 'units[1].changes')
    refused(() => stressCap([1], [coin], -0.1), 'lossMax')
    refused(() => stressCap([1], [{ delta: 1, changes: [Number.NaN] }], 0.1), 'units[0].changes[0]')
  })
})
