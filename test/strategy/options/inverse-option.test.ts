import { expect, test } from 'vitest'
import { blackScholes, type OptionInput, type OptionValue } from '#strategy/options/black-scholes.js'
import { conventionalDelta, DELTA_CONVENTIONS } from '#strategy/options/delta-convention.js'
import { inverseBlack76 } from '#strategy/options/inverse-option.js'

// BTC-25SEP26-75000-P at 2026-01-02 21:16:23 UTC, Deribit public API: mark 0.07107871 coin at mark volatility 48.59 %.
const BTC: OptionInput = {
  type: 'put',
  forward: 92_870.44,
  strike: 75_000,
  vol: 0.4859,
  years: 22_934_617 / 31_536_000,
}

test('the coin price of a listed option', () => {
  expect(Math.abs(inverseBlack76(BTC).price - 0.07107871)).toBeLessThan(1e-5)
})

test.each(['call', 'put'] as const)(
  'every slope of a %s is the difference quotient of the coin value',
  (type) => {
    const base = { ...BTC, type }
    const slope = (of: keyof OptionValue, by: 'forward' | 'vol' | 'years') => {
      const step = base[by] * 1e-4
      const at = (change: number) => inverseBlack76({ ...base, [by]: base[by] + change })[of]
      return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
    }
    const value = inverseBlack76(base)
    expect(value.delta / slope('price', 'forward')).toBeCloseTo(1, 8)
    expect(value.gamma / slope('delta', 'forward')).toBeCloseTo(1, 8)
    expect(value.vega / slope('price', 'vol')).toBeCloseTo(1, 8)
    expect(value.theta / -slope('price', 'years')).toBeCloseTo(1, 8)
    expect(value.vanna / slope('delta', 'vol')).toBeCloseTo(1, 8)
    expect(value.volga / slope('vega', 'vol')).toBeCloseTo(1, 8)
    expect(value.charm / -slope('delta', 'years')).toBeCloseTo(1, 8)
    expect(value.rho).toBe(0)
  },
)

test('premium-adjusted forward delta is F·∂p/∂F, and without rates the spot deltas are the forward ones', () => {
  const { forward: spot, ...rest } = BTC
  const input = { ...rest, spot, rate: 0, coinRate: 0 }
  const [plain, forward, adjusted, adjustedForward] = DELTA_CONVENTIONS.map((name) =>
    conventionalDelta(input, name),
  )
  expect([forward, adjustedForward]).toEqual([plain, adjusted])
  expect(adjusted).toBeCloseTo(inverseBlack76(BTC).delta * spot, 12)
})

test('a forward delta is the spot delta carried to expiry, adjusted or not', () => {
  const option = { type: 'call', spot: 60_000, strike: 65_000, vol: 0.6, years: 0.25, rate: 0.05 } as const
  const input = { ...option, coinRate: 0.02 }
  const [spot, forward, adjusted, adjustedForward] = DELTA_CONVENTIONS.map((name) =>
    conventionalDelta(input, name),
  )
  const { delta, price } = blackScholes(input)
  expect([spot, adjusted]).toEqual([delta, delta - price / 60_000])
  expect(forward! / spot!).toBeCloseTo(Math.exp(0.02 * 0.25), 14)
  expect(adjustedForward! / adjusted!).toBeCloseTo(Math.exp(0.02 * 0.25), 14)
})
