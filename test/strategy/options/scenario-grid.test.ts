import { describe, expect, test } from 'vitest'
import { black76 } from '#strategy/options/black-scholes.js'
import { OptionInputError } from '#strategy/options/option-input-error.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import { DERIBIT_SCENARIOS, scenariosOf, shocksBps } from '#strategy/options/scenario.js'
import { type ScenarioPosition, scenarioGrid } from '#strategy/options/scenario-grid.js'
import { hasGivenData } from '../given-data.js'
import { CHAINS, givenChain } from './given-options.js'

const MONTH = 30 / 365
const put = { type: 'put', strike: 80_000, vol: 0.5, years: MONTH } as const
const short: ScenarioPosition = { quantity: -30, contractSize: 0.1, forward: 90_000, option: put }
const perp: ScenarioPosition = { quantity: -5, contractSize: 0.1, forward: 89_900 }

describe('scenarios', () => {
  test('a grid holds every pair of moves', () => {
    const grid = scenariosOf([-0.1, 0.1], [-0.5, 0, 1])
    expect(grid.map(({ spotMove, shockedVol }) => [spotMove, shockedVol(0.4, 1)])).toEqual([
      [-0.1, 0.2],
      [-0.1, 0.4],
      [-0.1, 0.8],
      [0.1, 0.2],
      [0.1, 0.4],
      [0.1, 0.8],
    ])
  })

  test.each([
    [[-1], [0]],
    [[0], [-1.5]],
    [[Number.NaN], [0]],
  ])('refuses moves of %j and %j', (spots, vols) => {
    expect(() => scenariosOf(spots, vols)).toThrowError(OptionInputError)
  })

  test("Deribit's: nine moves by three volatilities and eight beyond, 35 of different names", () => {
    expect(new Set(DERIBIT_SCENARIOS.map(({ name }) => name)).size).toBe(35)
    const normal = DERIBIT_SCENARIOS.filter(({ extended }) => !extended)
    expect([...new Set(normal.map(({ spotMove }) => spotMove))]).toEqual([
      -0.16, -0.12, -0.08, -0.04, 0, 0.04, 0.08, 0.12, 0.16,
    ])
    expect(DERIBIT_SCENARIOS.slice(27).map(({ spotMove }) => spotMove)).toEqual([
      -0.66, -0.33, 0.5, 1, 2, 3, 4, 5,
    ])
  })

  test('volatility up by half and down by a quarter at 30 days, more before and less after, up never below half', () => {
    const [up, same, down] = DERIBIT_SCENARIOS.slice(12, 15).map(({ shockedVol }) => shockedVol)
    expect(up!(0.6, MONTH)).toBeCloseTo(0.9, 12)
    expect(down!(0.6, MONTH)).toBeCloseTo(0.45, 12)
    expect(same!(0.6, MONTH)).toBe(0.6)
    expect(up!(0.6, MONTH / 2)).toBeCloseTo(0.6 * (1 + 0.5 * 2 ** 0.3), 12)
    expect(up!(0.6, MONTH * 2)).toBeCloseTo(0.6 * (1 + 0.5 * 0.5 ** 0.13), 12)
    expect(up!(0.2, MONTH)).toBe(0.5)
    expect(down!(0.6, 1e-6)).toBeCloseTo(0.6 * (1 - 0.25 * 30 ** 0.3), 12)
  })
})

describe('grid', () => {
  const scenarios = scenariosOf([-0.2, 0, 0.2], [0, 0.5])

  test('is the full repricing of every position, and their sum', () => {
    const grid = scenarioGrid([short, perp], scenarios)
    const at = (spot: number, vol: number) =>
      -3 * black76({ ...put, forward: 90_000 * spot, vol: 0.5 * vol }).price
    expect(grid.value).toBeCloseTo(at(1, 1) - 0.5 * 89_900, 8)
    expect(grid.changesOf[0]).toEqual(
      [0.8, 1, 1.2].flatMap((spot) => [1, 1.5].map((vol) => at(spot, vol) - at(1, 1))),
    )
    expect(grid.changesOf[1]![0]).toBeCloseTo(0.2 * 0.5 * 89_900, 8)
    grid.changes.forEach((change, s) => {
      expect(change).toBeCloseTo(grid.changesOf[0]![s]! + grid.changesOf[1]![s]!, 9)
    })
    expect(grid.worst).toBe(1)
    expect(grid.changes[1]).toBe(Math.min(...grid.changes))
    expect(grid.changes[2]).toBe(0)
  })

  test('of nothing is worth nothing', () => {
    expect(scenarioGrid([], scenarios)).toEqual({
      value: 0,
      changes: Array(6).fill(0),
      changesOf: [],
      worst: 0,
    })
  })

  test('refuses no scenario and numbers that are none', () => {
    expect(() => scenarioGrid([short], [])).toThrowError(OptionInputError)
    expect(() => scenarioGrid([{ ...short, quantity: Number.NaN }], scenarios)).toThrowError('quantity')
    expect(() => scenarioGrid([{ ...perp, forward: 0 }], scenarios)).toThrowError('forward')
    const crash = [{ name: 'all', spotMove: -1, shockedVol: (vol: number) => vol }]
    expect(() => scenarioGrid([perp], crash)).toThrowError('spotMove')
  })
})

describe.skipIf(!hasGivenData)('grid and integer slot (skipped without ../shared/data)', () => {
  // A slot rounds a change away from zero to 1e-8 per unit and moves forward and volatility by whole 1e-8; the float has 16 digits.
  test.each(CHAINS)(
    "%s: agree in Deribit's 35 scenarios on every 24th option, to 3e-8 and 1e-13 of the move",
    (name) => {
      const chain = givenChain(name).filter((_, i) => i % 24 === 0)
      expect(chain.length).toBeGreaterThan(50)
      for (const { type, strike, expiry, now, forward, spot, iv } of chain) {
        const seconds = Math.round(now)
        const years = (expiry - seconds) / 31_536_000
        const shocks = shocksBps(DERIBIT_SCENARIOS, iv, years)
        const e8 = (x: number) => BigInt(Math.round(x * 1e8))
        const slot = optionSlot({
          terms: { type, strikeE8: e8(strike), expiry: BigInt(expiry) },
          spotE8: e8(spot),
          forwardE8: e8(forward),
          ivE8: e8(iv),
          now: BigInt(seconds),
          contractSizeE8: 100_000_000n,
          ...shocks,
          minMarginBps: 0n,
        })
        const scenarios = DERIBIT_SCENARIOS.map(({ name: label }, s) => ({
          name: label,
          spotMove: Number(shocks.spotShocksBps[s]) / 1e4,
          shockedVol: (vol: number) => vol * (1 + Number(shocks.volShocksBps[s]) / 1e4),
        }))
        const option = { type, strike, vol: iv, years }
        const { changes, value } = scenarioGrid(
          [{ quantity: 1, contractSize: 1, forward, option }],
          scenarios,
        )
        expect(Math.abs(value - Number(slot.price) / 1e8)).toBeLessThan(3e-8)
        changes.forEach((change, s) => {
          const gap = Math.abs(change - Number(slot.changes[s]) / 1e8)
          expect([strike, s, gap < 3e-8 + 1e-13 * forward * 6]).toEqual([strike, s, true])
        })
      }
    },
  )
})
