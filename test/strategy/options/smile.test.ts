import { describe, expect, test } from 'vitest'
import { arbitrageViolations } from '#strategy/options/arbitrage-violations.js'
import { black76 } from '#strategy/options/black-scholes.js'
import { monotoneCubic } from '#strategy/options/monotone-cubic.js'
import { OptionInputError } from '#strategy/options/option-input-error.js'
import { fitSmile, type Smile, SmileError } from '#strategy/options/smile.js'
import { VolSurfaceError, volSurface } from '#strategy/options/vol-surface.js'

const strikes = [60, 75, 90, 100, 110, 130, 170]
/** A parabola in log-moneyness: no quotes of anybody's. */
const volAt = (strike: number) => Math.sqrt(0.36 + 0.5 * Math.log(strike / 100) ** 2)
const fitted = (years: number, change: (vol: number) => number = (vol) => vol): Smile =>
  fitSmile(
    strikes.map((strike) => ({ strike, vol: change(volAt(strike)) })),
    { forward: 100, years },
  )

describe('monotone cubic', () => {
  test('a straight line stays one, its ends go on straight, and a parabola is met to the third order inside', () => {
    const line = monotoneCubic([0, 1, 3, 4], [1, 3, 7, 9])
    for (const x of [-2, 0, 0.3, 1, 2.7, 4, 11]) expect(line.at(x)).toBeCloseTo(1 + 2 * x, 12)
    const error = (step: number) => {
      const xs = Array.from({ length: Math.round(2 / step) + 1 }, (_, i) => 1 + i * step)
      return Math.abs(
        monotoneCubic(
          xs,
          xs.map((x) => x * x),
        ).at(2 + step / 3) -
          (2 + step / 3) ** 2,
      )
    }
    expect(error(0.1) / error(0.05)).toBeGreaterThan(6)
  })

  test('rises wherever the points rise, turns only at a point, and never leaves their range', () => {
    const [xs, ys] = [
      [0, 1, 1.1, 4, 5, 9],
      [0, 0.1, 5, 5.2, 2, 2],
    ]
    const curve = monotoneCubic(xs, ys)
    for (let i = 0; i + 1 < xs.length; i++) {
      const [from, to] = [xs[i]!, xs[i + 1]!]
      let last = ys[i]!
      for (let t = 0; t <= 1; t += 1 / 64) {
        const y = curve.at(from + t * (to - from))
        expect(Math.sign(ys[i + 1]! - ys[i]!) * (y - last)).toBeGreaterThanOrEqual(-1e-12)
        last = y
      }
      expect(curve.at(from)).toBeCloseTo(ys[i]!, 12)
    }
  })
})

describe('smile of one expiry', () => {
  test('meets its quotes, whatever their order, and comes close between them', () => {
    const quotes = strikes.map((strike) => ({ strike, vol: volAt(strike) }))
    const smile = fitSmile(quotes.toReversed(), { forward: 100, years: 0.25 })
    for (const { strike, vol } of quotes) expect(smile.vol(strike)).toBeCloseTo(vol, 13)
    for (let strike = 60; strike <= 170; strike++)
      expect(Math.abs(smile.vol(strike) - volAt(strike))).toBeLessThan(0.006)
    expect(smile.strikes).toEqual(strikes)
    expect(smile.totalVariance(0)).toBeCloseTo(0.36 * 0.25, 13)
  })

  test('goes on straight in total variance, up and never steeper than 2', () => {
    const smile = fitted(0.25)
    const slope = (k: number) => (smile.totalVariance(k + 0.1) - smile.totalVariance(k)) / 0.1
    expect(slope(1)).toBeCloseTo(slope(2), 10)
    expect(slope(1)).toBeGreaterThan(0.05)
    expect(slope(-2)).toBeCloseTo(slope(-1.5), 10)
    expect(slope(-2)).toBeLessThan(-0.05)
    const steep = fitSmile(
      [
        { strike: 100, vol: 0.1 },
        { strike: 101, vol: 3 },
      ],
      { forward: 100, years: 1 },
    )
    expect(steep.totalVariance(2) - steep.totalVariance(1)).toBeCloseTo(2, 12)
    expect(steep.totalVariance(-2)).toBeCloseTo(0.01, 12)
  })

  test('of a single quote is flat', () => {
    const smile = fitSmile([{ strike: 90, vol: 0.6 }], { forward: 100, years: 0.1 })
    for (const strike of [1, 90, 1000]) expect(smile.vol(strike)).toBeCloseTo(0.6, 14)
  })

  test('refuses no quotes, a strike twice and numbers that are none', () => {
    const at = { forward: 100, years: 1 }
    expect(() => fitSmile([], at)).toThrowError(SmileError)
    expect(() =>
      fitSmile(
        [
          { strike: 90, vol: 0.5 },
          { strike: 90, vol: 0.6 },
        ],
        at,
      ),
    ).toThrowError(SmileError)
    const [one, next] = [1.1e-3, 1.1e-3 * (1 + 2 ** -52)]
    expect(next).not.toBe(one)
    expect(() =>
      fitSmile(
        [
          { strike: one, vol: 0.5 },
          { strike: next, vol: 0.6 },
        ],
        { forward: 1e5, years: 1 },
      ),
    ).toThrowError(SmileError)
    expect(() => fitSmile([{ strike: 90, vol: Number.NaN }], at)).toThrowError(OptionInputError)
    expect(() => fitSmile([{ strike: 90, vol: 1 }], { ...at, years: 0 })).toThrowError(OptionInputError)
    expect(() => fitted(1).vol(-1)).toThrowError(OptionInputError)
  })
})

describe('surface', () => {
  const [near, far] = [fitted(0.1), fitted(0.4, (vol) => vol * 0.9)]
  const surface = volSurface([far, near])

  test('is each smile at its expiry, and linear in total variance between at the same moneyness', () => {
    for (const strike of [50, 80, 100, 140, 300]) {
      expect(surface({ strike, forward: 100, years: 0.1 })).toBeCloseTo(near.vol(strike), 13)
      expect(surface({ strike, forward: 100, years: 0.4 })).toBeCloseTo(far.vol(strike), 13)
      const k = Math.log(strike / 100)
      const third = (2 * near.totalVariance(k) + far.totalVariance(k)) / 3
      expect(surface({ strike: strike * 1.1, forward: 110, years: 0.2 }) ** 2 * 0.2).toBeCloseTo(third, 13)
    }
  })

  test('keeps the outer volatilities before the first and after the last expiry', () => {
    expect(surface({ strike: 80, forward: 100, years: 0.001 })).toBeCloseTo(near.vol(80), 13)
    expect(surface({ strike: 80, forward: 100, years: 3 })).toBeCloseTo(far.vol(80), 13)
  })

  test('refuses no smiles, two of one expiry, and a time that is none', () => {
    expect(() => volSurface([])).toThrowError(VolSurfaceError)
    expect(() => volSurface([near, fitted(0.1)])).toThrowError(VolSurfaceError)
    expect(() => surface({ strike: 80, forward: 100, years: 0 })).toThrowError(OptionInputError)
  })
})

describe('no-arbitrage check', () => {
  test('finds nothing in calm smiles', () => {
    expect(arbitrageViolations([fitted(0.1), fitted(0.4)])).toEqual([])
  })

  test('finds the strike whose volatility stands out, as a butterfly, and with more as a spread', () => {
    const raised = (vol: number) =>
      fitSmile(
        strikes.map((strike) => ({ strike, vol: strike === 110 ? vol : volAt(strike) })),
        { forward: 100, years: 0.25 },
      )
    const butterflies = arbitrageViolations([raised(0.75)])
    expect(butterflies.map(({ kind, strike }) => [kind, strike])).toEqual([['butterfly', 110]])
    const call = (strike: number, vol: number) =>
      black76({ type: 'call', forward: 100, strike, vol, years: 0.25 }).price
    const mix = (2 * call(100, volAt(100)) + call(130, volAt(130))) / 3
    expect(butterflies[0]!.amount).toBeCloseTo((call(110, 0.75) - mix) / 100, 12)
    const kinds = arbitrageViolations([raised(1.5)]).map(({ kind, strike }) => `${kind} ${strike}`)
    expect(kinds).toContain('spread 100')
    expect(arbitrageViolations([raised(0.75)], { tolerance: 0.1 })).toEqual([])
  })

  test('finds an expiry whose total variance falls, by the price of the calendar spread', () => {
    const found = arbitrageViolations([fitted(0.4), fitted(0.5, (vol) => vol * 0.8)])
    expect(new Set(found.map(({ kind, years }) => `${kind} ${years}`))).toEqual(new Set(['calendar 0.5']))
    expect(found.map(({ strike }) => strike)).toEqual(strikes)
    for (const { amount } of found) expect(amount).toBeGreaterThan(0)
  })

  test('looks between the quotes where it is told to', () => {
    const kinked = fitSmile(
      [
        { strike: 80, vol: 0.5 },
        { strike: 99.9, vol: 0.5 },
        { strike: 100, vol: 0.6 },
        { strike: 130, vol: 0.6 },
      ],
      { forward: 100, years: 0.1 },
    )
    const dense = Array.from({ length: 500 }, (_, i) => 80 + i / 10)
    expect(arbitrageViolations([kinked], { strikesOf: () => dense }).length).toBeGreaterThan(0)
  })
})
