import { describe, expect, test } from 'vitest'
import { marketWindow } from '#strategy/backtest/weights/market-window.js'
import { measureRun } from '#strategy/backtest/weights/measures.js'
import { type PolicySpec, policyOf, RULES, type RuleName } from '#strategy/backtest/weights/rules.js'
import { runPolicy, START_NAV } from '#strategy/backtest/weights/run-policy.js'
import type { WeightPolicy } from '#strategy/backtest/weights/weight-policy.js'
import { Random } from '#strategy/random.js'
import { randomTable, TARGET } from './random-table.js'

const DAYS = 300
const FIRST = 60
const costs = { proportional: Float64Array.of(1e-3, 1e-3, 2e-3, 3e-3), legCost: 1e-5, baseCost: 2e-5 }
const table = randomTable(DAYS, 21)
const window = marketWindow(table, TARGET, table.times[FIRST]!, table.times[DAYS - 1]!)

const SPECS: readonly PolicySpec[] = [
  { rule: 'none', values: [] },
  { rule: 'calendar', values: [7] },
  { rule: 'absolute', values: [0.02] },
  { rule: 'relative', values: [0.1] },
  { rule: 'destination', values: [0.02, 0.875] },
  { rule: 'relativeDestination', values: [0.2, 0.5] },
  { rule: 'edge', values: [0.01] },
  { rule: 'ggms', values: [5] },
  { rule: 'tracking', values: [0.02, 0.98] },
  { rule: 'drip', values: [0.2, 1] },
  { rule: 'gate', values: [0.3, 0.98] },
]

test('every rule is among those run here', () => {
  expect(SPECS.map(({ rule }) => rule).sort()).toEqual((Object.keys(RULES) as RuleName[]).sort())
})

describe.each(SPECS)('$rule', (spec) => {
  test.each([false, true])('is self-financing to the last unit (delayed: %s)', (delayed) => {
    const run = runPolicy(window, costs, policyOf(spec), delayed)
    let nav = START_NAV
    for (let day = 0; day < run.nav.length; day++) {
      nav -= run.proportionalCost[day]! + run.fixedCost[day]!
      expect(run.nav[day]).toBe(nav)
      nav += run.gain[day]!
      expect([run.gain[day], run.fixedCost[day]].every(Number.isSafeInteger)).toBe(true)
    }
    expect(run.finalNav).toBe(nav)
    if (spec.rule !== 'none') expect(run.legs.some((legs) => legs > 0)).toBe(true)
  })

  test('decides the same whatever the future holds', () => {
    const known = 180
    const random = new Random(3)
    const future = table.prices.slice(known + 1)
    for (let k = future.length - 1; k > 0; k--) {
      const other = random.below(k + 1)
      ;[future[k], future[other]] = [future[other]!, future[k]!]
    }
    const shuffled = { ...table, prices: [...table.prices.slice(0, known + 1), ...future] }
    const decisions = (prices: typeof table) => {
      const seen: (number[] | undefined)[] = []
      const policy = policyOf(spec)
      const recording: WeightPolicy = (view) => {
        const wanted = policy(view)
        seen.push(wanted && Array.from(wanted))
        return wanted
      }
      runPolicy(marketWindow(prices, TARGET, prices.times[FIRST]!, prices.times[DAYS - 1]!), costs, recording)
      return seen
    }
    const [one, two] = [decisions(table), decisions(shuffled)]
    expect(two.slice(0, known - FIRST + 1)).toEqual(one.slice(0, known - FIRST + 1))
    if (!['none', 'calendar'].includes(spec.rule)) expect(two).not.toEqual(one)
  })
})

test('a trade costs its share of each leg, of each asset traded and of the batch', () => {
  const run = runPolicy(window, costs, ({ day, weights }) =>
    day === 1 ? weights.map((w, i) => (i === 0 ? w - 0.1 : i === 3 ? w + 0.05 : w)) : undefined,
  )
  const nav = run.nav[1]! + run.proportionalCost[1]! + run.fixedCost[1]!
  expect(run.legs[1]).toBe(2)
  expect(run.proportionalCost[1]! / nav).toBeCloseTo(0.1 * 1e-3 + 0.05 * 3e-3, 10)
  expect(run.fixedCost[1]! / nav).toBeCloseTo(4e-5, 10)
  expect(run.turnover[1]).toBeCloseTo(0.15, 10)
})

test('a delayed order is filled once, a bar later, at the quantities of its decision', () => {
  const once: WeightPolicy = ({ day, target }) => (day === 5 ? target : undefined)
  const [now, later] = [runPolicy(window, costs, once), runPolicy(window, costs, once, true)]
  expect([...now.legs.keys()].filter((day) => now.legs[day]! > 0)).toEqual([5])
  expect([...later.legs.keys()].filter((day) => later.legs[day]! > 0)).toEqual([6])
  expect(now.deviation[5]).toBeLessThan(1e-4)
  expect(later.deviation[6]).toBeGreaterThan(1e-4)
  expect(later.deviation[6]).toBeLessThan(later.deviation[5]!)
})

test('rebalancing daily without costs tracks exactly, never rebalancing costs nothing', () => {
  const free = { proportional: new Float64Array(4), legCost: 0, baseCost: 0 }
  const daily = measureRun(
    runPolicy(window, free, ({ target }) => target),
    window.barsPerYear,
  )
  expect([daily.trackingError < 1e-8, daily.maxDeviation < 1e-8, daily.costBps]).toEqual([true, true, 0])
  const none = measureRun(
    runPolicy(window, costs, () => undefined),
    window.barsPerYear,
  )
  expect([none.costBps, none.legs, none.trackingError > 0.01]).toEqual([0, 0, true])
  expect(window.barsPerYear).toBeCloseTo(365, 9)
})
