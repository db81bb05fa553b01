import { describe, expect, test } from 'vitest'
import { BandInputError } from '#strategy/bands/band-input.js'
import { leland } from '#strategy/bands/leland.js'
import { weightBand } from '#strategy/bands/weight-band.js'
import { whalleyWilmott } from '#strategy/bands/whalley-wilmott.js'
import { adjustedVol, zakamouline } from '#strategy/bands/zakamouline.js'
import { black76 } from '#strategy/options/black-scholes.js'
import { Prng } from '../../helpers/prng.js'

const atTheMoney = (years: number) => black76({ type: 'call', forward: 100, strike: 100, vol: 0.25, years })

describe('Whalley and Wilmott', () => {
  test('give the half-widths computed elsewhere', () => {
    expect(whalleyWilmott({ price: 5000, gamma: 0.02, cost: 0.0005, riskAversion: 1 })).toBeCloseTo(
      0.1144714,
      7,
    )
    for (const [years, halfWidth] of [
      [0.25, 0.115027],
      [1, 0.07218],
    ] as const) {
      const { gamma } = atTheMoney(years)
      expect(whalleyWilmott({ price: 100, gamma, cost: 0.01, riskAversion: 1 })).toBeCloseTo(halfWidth, 6)
    }
    const { gamma } = black76({ type: 'call', forward: 60_000, strike: 60_000, vol: 0.55, years: 30 / 365 })
    expect(whalleyWilmott({ price: 60_000, gamma, cost: 0.0005, riskAversion: 1e-4 })).toBeCloseTo(
      0.092646,
      6,
    )
  })

  test('move a hedge of 0.5 to the edges that the documentation of pfhedge prints', () => {
    const hedges = [-0.05, -0.01, 0, 0.01, 0.05].map((logMoneyness) => {
      const price = Math.exp(logMoneyness)
      const { delta, gamma } = black76({ type: 'call', forward: price, strike: 1, vol: 0.2, years: 0.1 })
      const halfWidth = whalleyWilmott({ price, gamma, cost: 1e-5, riskAversion: 1 })
      return Math.min(Math.max(0.5, delta - halfWidth), delta + halfWidth)
    })
    for (const [i, hedge] of [0.2946, 0.5, 0.5, 0.5, 0.7284].entries())
      expect(hedges[i]).toBeCloseTo(hedge, 4)
  })

  test('scale: 8 times the cost or the eighth of the aversion is twice the band, in any currency', () => {
    const rng = new Prng(3)
    for (let n = 0; n < 100; n++) {
      const base = {
        price: rng.int(1, 100_000),
        gamma: rng.int(-1000, 1000) / 1e5,
        cost: rng.int(1, 100) / 1e4,
        riskAversion: rng.int(1, 1000) / 1e4,
      }
      const width = whalleyWilmott(base)
      expect(whalleyWilmott({ ...base, cost: 8 * base.cost })).toBeCloseTo(2 * width, 10)
      expect(whalleyWilmott({ ...base, riskAversion: base.riskAversion / 8 })).toBeCloseTo(2 * width, 10)
      expect(whalleyWilmott({ ...base, gamma: -base.gamma })).toBe(width)
      const inCents = {
        price: 100 * base.price,
        gamma: base.gamma / 100,
        riskAversion: base.riskAversion / 100,
      }
      expect(whalleyWilmott({ ...base, ...inCents })).toBeCloseTo(width, 10)
    }
    expect(whalleyWilmott({ price: 1, gamma: 1, cost: 0, riskAversion: 1 })).toBe(0)
    expect(whalleyWilmott({ price: 1, gamma: 0, cost: 1, riskAversion: 1 })).toBe(0)
    const discounted = whalleyWilmott({ price: 1, gamma: 1, cost: 1, riskAversion: 1, rate: 0.3, years: 1 })
    expect(discounted).toBeCloseTo(Math.cbrt(1.5) * Math.exp(-0.1), 12)
  })
})

describe('Zakamouline', () => {
  test.each([
    { years: 0.25, base: 0.0064, width: 0.063271, volAdjustment: -0.452518, vol: 0.301301, delta: 0.530022 },
    { years: 1, base: 0.0016, width: 0.04781, volAdjustment: -0.396331, vol: 0.295416, delta: 0.558713 },
  ])(
    'gives the band computed elsewhere for $years years',
    ({ years, base, width, volAdjustment, vol, delta }) => {
      const { gamma } = atTheMoney(years)
      const band = zakamouline({ price: 100, gamma, vol: 0.25, years, cost: 0.01, riskAversion: 1 })
      expect(band.base).toBeCloseTo(base, 12)
      expect(band.width).toBeCloseTo(width, 6)
      expect(band.volAdjustment).toBeCloseTo(volAdjustment, 6)
      const adjusted = adjustedVol(0.25, band.volAdjustment, 'short')
      expect(adjusted).toBeCloseTo(vol, 6)
      expect(black76({ type: 'call', forward: 100, strike: 100, vol: adjusted, years }).delta).toBeCloseTo(
        delta,
        6,
      )
    },
  )

  test('gives the widths of an independent implementation', () => {
    const band = zakamouline({
      price: 5000,
      gamma: 0.02,
      vol: 0.2,
      years: 0.25,
      cost: 0.0005,
      riskAversion: 1,
    })
    expect(band.base).toBeCloseTo(1e-5, 12)
    expect(band.width).toBeCloseTo(0.020944, 6)
  })

  test('is symmetric in the sign of the gamma, nothing without cost, and the base alone without gamma', () => {
    const input = { price: 100, gamma: 0.03, vol: 0.5, years: 0.1, cost: 0.001, riskAversion: 0.1 }
    expect(zakamouline({ ...input, gamma: -0.03 })).toEqual(zakamouline(input))
    expect(zakamouline({ ...input, cost: 0 })).toEqual({ base: 0, width: 0, volAdjustment: -0 })
    expect(zakamouline({ ...input, gamma: 0 })).toMatchObject({ width: 0, volAdjustment: -0 })
    expect(adjustedVol(0.5, 0, 'long')).toBe(0.5)
    expect(adjustedVol(0.5, -0.19, 'long')).toBeCloseTo(0.45, 12)
    expect(adjustedVol(0.5, -2, 'long')).toBe(0)
  })
})

describe('Leland', () => {
  test('gives the volatilities computed elsewhere', () => {
    const weekly = leland({ vol: 0.25, roundTripCost: 0.01, years: 1 / 52 })
    expect(weekly.number).toBeCloseTo(0.230145, 6)
    expect(weekly.shortVol).toBeCloseTo(0.27728, 6)
    const daily = leland({ vol: 0.6, roundTripCost: 0.001, years: 1 / 365 })
    expect(daily.number).toBeCloseTo(0.025406, 6)
    expect(daily.shortVol).toBeCloseTo(0.607574, 6)
  })

  test('leaves a long gamma what the short one adds, down to nothing', () => {
    const { shortVol, longVol } = leland({ vol: 0.25, roundTripCost: 0.01, years: 1 / 52 })
    expect(shortVol ** 2 + longVol ** 2).toBeCloseTo(2 * 0.25 ** 2, 12)
    expect(leland({ vol: 0.25, roundTripCost: 0, years: 1 })).toEqual({
      number: 0,
      shortVol: 0.25,
      longVol: 0.25,
    })
    expect(leland({ vol: 0.25, roundTripCost: 0.05, years: 1 / 365 }).longVol).toBe(0)
  })
})

describe('the band of a weight', () => {
  test('is that of Gerhold, Guasoni, Muhle-Karbe and Schachermayer', () => {
    const calm = weightBand({ riskAversion: 5, target: 0.08 / (5 * 0.16 ** 2), cost: 0.01 })
    expect(calm.halfWidth).toBeCloseTo(0.043515, 6)
    expect(calm.shareTurnover(0.16)).toBeCloseTo(0.025853, 6)
    expect(calm.liquidityPremium(0.16)).toBeCloseTo(0.0001939, 7)
    const wild = weightBand({ riskAversion: 1.5, target: 0.3 / (1.5 * 0.6 ** 2), cost: 0.001 })
    expect(wild.halfWidth).toBeCloseTo(0.031238, 6)
    expect(wild.shareTurnover(0.6)).toBeCloseTo(0.632337, 6)
  })

  test('scales with the cube root of the cost and vanishes where nothing needs trading', () => {
    const { halfWidth } = weightBand({ riskAversion: 5, target: 0.4, cost: 0.001 })
    expect(weightBand({ riskAversion: 5, target: 0.4, cost: 0.008 }).halfWidth).toBeCloseTo(2 * halfWidth, 12)
    expect(weightBand({ riskAversion: 5, target: 0.6, cost: 0.001 }).halfWidth).toBeCloseTo(halfWidth, 12)
    for (const target of [0, 1]) {
      const band = weightBand({ riskAversion: 5, target, cost: 0.001 })
      expect([band.halfWidth, band.shareTurnover(0.5), band.liquidityPremium(0.5)]).toEqual([0, 0, 0])
    }
    const free = weightBand({ riskAversion: 5, target: 0.4, cost: 0 })
    expect([free.halfWidth, free.shareTurnover(0.5), free.liquidityPremium(0.5)]).toEqual([0, Infinity, 0])
  })
})

test('what is not a usable number is refused by its name', () => {
  const ww = { price: 1, gamma: 1, cost: 0.01, riskAversion: 1 }
  const zak = { ...ww, vol: 0.5, years: 0.1 }
  const refusals: readonly (readonly [string, () => unknown])[] = [
    ['price', () => whalleyWilmott({ ...ww, price: 0 })],
    ['riskAversion', () => whalleyWilmott({ ...ww, riskAversion: Infinity })],
    ['cost', () => whalleyWilmott({ ...ww, cost: -0.01 })],
    ['gamma', () => whalleyWilmott({ ...ww, gamma: NaN })],
    ['years', () => whalleyWilmott({ ...ww, years: -1 })],
    ['rate', () => whalleyWilmott({ ...ww, rate: Infinity })],
    ['vol', () => zakamouline({ ...zak, vol: 0 })],
    ['years', () => zakamouline({ ...zak, years: 0 })],
    ['volAdjustment', () => adjustedVol(0.5, NaN, 'long')],
    ['roundTripCost', () => leland({ vol: 0.5, roundTripCost: -1, years: 1 })],
    ['target', () => weightBand({ riskAversion: 5, target: -0.1, cost: 0.01 })],
    ['vol', () => weightBand({ riskAversion: 5, target: 0.1, cost: 0.01 }).shareTurnover(NaN)],
  ]
  for (const [field, refused] of refusals) {
    expect(refused).toThrow(BandInputError)
    expect(refused).toThrow(expect.objectContaining({ field, code: 'STRATEGY_BAND_INPUT' }))
  }
})
