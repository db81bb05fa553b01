import { describe, expect, test } from 'vitest'
import { abs, BPS, BPS_MAX, OutOfRangeError } from '#portfolio/units.js'
import { black76 } from '#strategy/options/black-scholes.js'
import { OptionInputError } from '#strategy/options/option-input-error.js'
import { type OptionMark, optionSlot } from '#strategy/options/option-slot.js'

const E8 = 100_000_000n

// BTC-25SEP26-75000-P at 2026-01-02 21:16:23 UTC; Deribit public API: forward 92,870.44, mark IV 48.59 %, mark 0.07107871.
const MARK: OptionMark = {
  terms: { type: 'put', strikeE8: 75_000n * E8, expiry: 1_790_323_200n },
  spotE8: 8_980_524_000_000n,
  forwardE8: 9_287_044_000_000n,
  ivE8: 48_590_000n,
  now: 1_767_388_583n,
  contractSizeE8: E8,
  spotShocksBps: [-2500n, -1600n, 0n, 800n, 2500n],
  volShocksBps: [4000n, 0n, 0n, -1500n, 4000n],
  minMarginBps: 1000n,
}

describe('a live option', () => {
  const slot = optionSlot(MARK)

  test('reproduces the exchange: price 0.07107871 × forward, delta −0.2348', () => {
    expect(Math.abs(Number(slot.price) / 1e8 / 92_870.44 - 0.07107871)).toBeLessThan(1e-5)
    expect(Number(slot.delta) / 1e8 / 92_870.44).toBeCloseTo(-0.2348, 3)
  })

  test('dollar delta and gamma predict a small move of the spot, vega a small move of the volatility', () => {
    const up = optionSlot({ ...MARK, spotShocksBps: [100n, -100n, 0n], volShocksBps: [0n, 0n, 200n] })
    const [rise, fall, steeper] = up.changes.map(Number) as [number, number, number]
    expect((rise - fall) / (0.02 * Number(slot.delta))).toBeCloseTo(1, 3)
    // Γ·F²/100 is the change of the dollar delta for 1 %, so the second difference over ±1 % is a hundredth of it.
    expect((rise + fall) / (Number(slot.gamma) / 100)).toBeCloseTo(1, 2)
    expect(steeper / (Number(slot.vega) * 0.02 * 48.59)).toBeCloseTo(1, 2)
  })

  test('each scenario is a full repricing, and an unmoved one changes nothing', () => {
    const years = Number(MARK.terms.expiry - MARK.now) / 31_536_000
    const at = (spot: number, vol: number) =>
      black76({ type: 'put', forward: 92_870.44 * spot, strike: 75_000, vol: 0.4859 * vol, years }).price
    const expected = at(0.75, 1.4) - at(1, 1)
    expect(Math.abs(Number(slot.changes[0]) / 1e8 - expected)).toBeLessThan(1e-6)
    expect(slot.changes[2]).toBe(0n)
  })

  test('the margin rate covers the worst scenario over the dollar delta, and no more', () => {
    const worst = slot.changes.map(abs).reduce((a, b) => (a > b ? a : b))
    expect(slot.marginBps * abs(slot.delta)).toBeGreaterThanOrEqual(worst * BPS)
    expect((slot.marginBps - 1n) * abs(slot.delta)).toBeLessThan(worst * BPS)
  })

  test('the margin rate keeps to its floor and to the highest rate there is', () => {
    const calm = { ...MARK, spotShocksBps: [1n], volShocksBps: [0n] }
    expect(optionSlot(calm).marginBps).toBe(1000n)
    const far = {
      ...MARK,
      terms: { ...MARK.terms, strikeE8: 20_000n * E8 },
      now: MARK.terms.expiry - 864_000n,
    }
    expect(optionSlot({ ...far, spotShocksBps: [-9000n], volShocksBps: [30_000n] }).marginBps).toBe(BPS_MAX)
  })

  test('scales with the contract size and never moves more than the put is worth', () => {
    const tenth = optionSlot({ ...MARK, contractSizeE8: E8 / 10n })
    for (const name of ['price', 'delta', 'gamma', 'vega'] as const) {
      expect(abs(tenth[name] * 10n - slot[name])).toBeLessThanOrEqual(10n)
    }
    for (const change of slot.changes) expect(change).toBeGreaterThanOrEqual(-slot.price - 1n)
  })
})

describe('at expiry', () => {
  const expired = { ...MARK, now: MARK.terms.expiry }
  const flat = { delta: 0n, gamma: 0n, vega: 0n, marginBps: 0n, changes: [0n, 0n, 0n, 0n, 0n] }

  test('in the money: its settlement value and nothing else', () => {
    expect(optionSlot({ ...expired, spotE8: 7_000_012_345_678n })).toEqual({
      ...flat,
      price: 75_000n * E8 - 7_000_012_345_678n,
      suspended: false,
    })
  })

  test('out of the money: nothing', () => {
    expect(optionSlot({ ...expired, suspended: true })).toEqual({ ...flat, price: 0n, suspended: true })
  })

  test('one second before, it still moves', () => {
    const last = optionSlot({
      ...expired,
      now: expired.now - 1n,
      spotE8: 7_000_000_000_000n,
      forwardE8: 7_000_000_000_000n,
    })
    expect(last.delta).toBe(-7_000_000_000_000n)
  })
})

describe('bad input', () => {
  test('shock lists of different length', () => {
    expect(() => optionSlot({ ...MARK, volShocksBps: [0n] })).toThrowError(OptionInputError)
  })
  test('a volatility below 0', () => {
    expect(() => optionSlot({ ...MARK, ivE8: -1n })).toThrowError(OptionInputError)
  })
  test('a unit too large for the width of a price', () => {
    expect(() => optionSlot({ ...MARK, contractSizeE8: 100_000_000n * E8 })).toThrowError(OutOfRangeError)
  })
})
