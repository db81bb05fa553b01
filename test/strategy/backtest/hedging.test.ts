import { describe, expect, test } from 'vitest'
import { type HedgePolicy, hedgePath } from '#strategy/backtest/hedging/hedge-path.js'
import * as policies from '#strategy/backtest/hedging/hedge-policies.js'
import { optionInstant } from '#strategy/backtest/hedging/option-instant.js'
import { readFrontier } from '#strategy/backtest/hedging/read-frontier.js'
import { simulateHedging } from '#strategy/backtest/hedging/simulate-hedging.js'
import { Prng } from '../../helpers/prng.js'

/** Both paths of Hull, Options, Futures and Other Derivatives: a call on 100 000 shares sold, hedged weekly for 20 weeks. */
const HULL = {
  'in the money': [
    49, 48.12, 47.37, 50.25, 51.75, 53.12, 53, 51.87, 51.38, 53, 49.88, 48.5, 49.88, 50.37, 52.13, 51.88,
    52.87, 54.87, 54.62, 55.87, 57.25,
  ],
  'out of the money': [
    49, 49.75, 52, 50, 48.38, 48.25, 48.75, 49.63, 48.25, 48.25, 51.12, 51.5, 49.88, 49.88, 48.75, 47.5, 48,
    46.25, 48.13, 46.63, 48.12,
  ],
}
const STOCK = { strike: 50, vol: 0.2, years: 20 / 52 }
const FREE = { proportional: 0, fixed: 0 }

describe('the accounts of a hedge', () => {
  test.each([
    ['in the money', 263_305],
    ['out of the money', 256_317],
  ] as const)("cost of Hull's path that ends %s", (name, cost) => {
    const prices = HULL[name]
    const path = prices.map((price, step) => {
      const years = (20 - step) / 52
      const call = { step, type: 'call', price, ...STOCK, years, rate: 0.05, position: -100_000 } as const
      const instant = optionInstant(call)
      // The book rounds deltas to three decimals.
      return { ...instant, delta: Math.round(instant.delta / 100) * 100 }
    })
    const { wealth } = hedgePath(path, policies.calendar(1), { ...FREE, rate: 0.05 })
    const premium = -path[0]!.value * Math.exp(0.05 * STOCK.years)
    // 400: the book rounds every week's cost.
    expect(Math.abs(premium - wealth - cost)).toBeLessThan(400)
  })

  test('lose nothing: profit is the change of values less the costs, to the last digits', () => {
    const rng = new Prng(17)
    const trade: HedgePolicy = (_, held) => (rng.oneIn(3) ? rng.int(-100, 100) / 10 : held)
    const costs = { proportional: 0.001, fixed: 0.5, closing: true }
    for (let n = 0; n < 50; n++) {
      const path = Array.from({ length: 30 }, (_, step) => {
        const price = rng.int(50, 150)
        const years = (30 - step) / 365
        return optionInstant({ step, type: 'put', price, strike: 100, vol: 0.6, years, position: 3 })
      })
      const run = hedgePath(path, trade, costs)
      let [gross, turnover, trades, held] = [path[29]!.value - path[0]!.value, 0, 0, 0]
      for (const [i, units] of [...run.holdings, 0].entries()) {
        gross += i < 29 ? units * (path[i + 1]!.price - path[i]!.price) : 0
        turnover += Math.abs(units - held) * path[i]!.price
        trades += units === held ? 0 : 1
        held = units
      }
      expect(run.trades).toBe(trades)
      expect(run.turnover).toBeCloseTo(turnover, 9)
      expect(run.cost).toBeCloseTo(0.001 * turnover + 0.5 * trades, 9)
      expect(run.wealth).toBeCloseTo(gross - run.cost, 9)
      expect(run.profits.reduce((total, profit) => total + profit, 0)).toBeCloseTo(run.wealth, 9)
    }
  })

  test('refuse what they cannot count', () => {
    const instant = optionInstant({ step: 0, type: 'call', price: 49, ...STOCK, position: 1 })
    const path = [instant, instant]
    const refused = (run: () => unknown, field: string) =>
      expect(run).toThrow(expect.objectContaining({ code: 'STRATEGY_HEDGE_PATH', field }))
    refused(() => hedgePath([instant], policies.unhedged, FREE), 'path')
    refused(() => hedgePath(path, () => NaN, FREE), 'hedge')
    refused(() => hedgePath(path, policies.unhedged, { ...FREE, fixed: -1 }), 'fixed')
    refused(() => hedgePath(path, policies.unhedged, { ...FREE, proportional: Infinity }), 'proportional')
    refused(() => hedgePath(path, policies.unhedged, { ...FREE, rate: NaN }), 'rate')
  })
})

describe('hedging without costs', () => {
  test("at fixed times leaves what Hull's table of performance says", () => {
    const steps = [4, 5, 10, 20, 40, 80]
    const ratios = steps.map((count) => {
      const stock = { price: 49, ...STOCK, position: -1 }
      const costs = { ...FREE, rate: 0.05 }
      const input = { ...stock, steps: count, paths: 2000, seed: 5, costs }
      const { sd } = simulateHedging(input, [policies.calendar(1)])[0]!
      const { value } = optionInstant({ ...stock, step: 0, type: 'call', rate: 0.05, position: 1 })
      return (sd * Math.exp(-0.05 * STOCK.years)) / value
    })
    for (const [i, ratio] of [0.414, 0.373, 0.269, 0.19, 0.138, 0.098].entries()) {
      expect(Math.abs(ratios[i]! - ratio)).toBeLessThan(0.02)
    }
  })

  test('leaves about the error of Derman and Kamal (1999), √(π/4)·vega·σ/√N', () => {
    const option = { price: 100, strike: 100, vol: 0.2, years: 1 / 12 }
    for (const [steps, simulated, formula] of [
      [21, 0.424, 0.443],
      [84, 0.218, 0.222],
    ] as const) {
      const costs = { ...FREE, rate: 0.05 }
      const input = { ...option, steps, position: -1, costs, paths: 2000, seed: 9 }
      const { sd } = simulateHedging(input, [policies.calendar(1)])[0]!
      expect(Math.abs(sd / simulated - 1)).toBeLessThan(0.05)
      expect(Math.abs(sd / formula - 1)).toBeLessThan(0.08)
    }
  })
})

test('a frontier is read between settings that no other beats', () => {
  const points = [
    { sd: 3, price: 1 },
    { sd: 1, price: 5 },
    { sd: 2, price: 9 },
  ]
  // The dear one in the middle is beaten by the first.
  expect(readFrontier(points, 2)).toBe(3)
  expect(readFrontier(points, 3)).toBe(1)
  expect(readFrontier(points, 1)).toBe(5)
  expect(readFrontier(points, 0.9)).toBeUndefined()
  expect(readFrontier(points, 3.1)).toBeUndefined()
})

/**
 * Settings around a standard deviation of 2 on a call at 100. At the small cost the two best rules differ by half a percent,
 * which so few paths do not decide.
 */
const LEVELS = [
  {
    cost: 0.01,
    vol: 0.25,
    saving: 0.2,
    tie: 1,
    every: [7, 9, 11, 14],
    widths: [0.06, 0.08, 0.1, 0.12],
    aversions: [0.9, 0.6, 0.45, 0.3],
  },
  {
    cost: 0.0005,
    vol: 0.6,
    saving: 0.28,
    tie: 1.01,
    every: [2, 3],
    widths: [0.02, 0.03],
    aversions: [0.17, 0.13, 0.1, 0.08, 0.06],
  },
]

test.each(LEVELS)('at a cost of $cost a better rule costs less at equal risk', (level) => {
  const { cost, vol, saving, tie, every, widths, aversions } = level
  const families: readonly (readonly HedgePolicy[])[] = [
    aversions.map((riskAversion) => policies.engineBand({ cost, riskAversion, fixedCost: 0 })),
    aversions.map((riskAversion) => policies.whalleyWilmottBand({ cost, riskAversion })),
    widths.map((width) => policies.constantBand(width, 'edge')),
    every.map((n) => policies.lelandCalendar(n, n / 250, 2 * cost)),
    every.map(policies.calendar),
  ]
  const costs = { proportional: cost, fixed: 0, closing: true }
  const call = { price: 100, strike: 100, vol, years: 1, position: -1 }
  const results = simulateHedging({ ...call, costs, steps: 250, paths: 600, seed: 1 }, families.flat())
  let done = 0
  const [zakamouline, whalleyWilmott, constant, leland, calendar] = families.map((family) => {
    const points = results.slice(done, done + family.length).map((r) => ({ sd: r.sd, price: r.cost }))
    done += family.length
    return readFrontier(points, 2) ?? NaN
  }) as [number, number, number, number, number]
  expect(zakamouline / whalleyWilmott).toBeLessThan(tie)
  expect(whalleyWilmott).toBeLessThan(constant)
  expect(constant).toBeLessThan(leland)
  expect(leland).toBeLessThan(calendar)
  expect(whalleyWilmott / calendar).toBeLessThan(1 - saving)
})
