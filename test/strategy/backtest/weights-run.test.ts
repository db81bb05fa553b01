import { describe, expect, test } from 'vitest'
import { checkBook, START_NAV } from '#strategy/backtest/weights/check-book.js'
import { marketWindow } from '#strategy/backtest/weights/market-window.js'
import { measureRun } from '#strategy/backtest/weights/measures.js'
import { type PolicySpec, policyOf, RULES, type RuleName } from '#strategy/backtest/weights/rules.js'
import { runPolicy } from '#strategy/backtest/weights/run-policy.js'
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
  test.each([false, true])('is self-financing to the last unit (delayed: %s)', async (delayed) => {
    const run = await runPolicy(window, costs, policyOf(spec), { delayed })
    let nav = START_NAV
    for (let bar = 0; bar < run.nav.length; bar++) {
      nav -= run.proportionalCost[bar]! + run.fixedCost[bar]!
      expect(run.nav[bar]).toBe(nav)
      nav += run.gain[bar]!
      expect([run.gain[bar], run.fixedCost[bar]].every(Number.isSafeInteger)).toBe(true)
    }
    expect(run.finalNav).toBe(nav)
    if (spec.rule !== 'none') expect(run.legs.some((legs) => legs > 0)).toBe(true)
  })

  test('decides the same whatever the future holds', async () => {
    const known = 180
    const random = new Random(3)
    const future = table.prices.slice(known + 1)
    for (let k = future.length - 1; k > 0; k--) {
      const other = random.below(k + 1)
      ;[future[k], future[other]] = [future[other]!, future[k]!]
    }
    const shuffled = { ...table, prices: [...table.prices.slice(0, known + 1), ...future] }
    const decisions = async (prices: typeof table) => {
      const seen: (number[] | undefined)[] = []
      const policy = policyOf(spec)
      const recording: WeightPolicy = (view) => {
        const wanted = policy(view)
        seen.push(wanted && Array.from(wanted))
        return wanted
      }
      const shown = marketWindow(prices, TARGET, prices.times[FIRST]!, prices.times[DAYS - 1]!)
      await runPolicy(shown, costs, recording)
      return seen
    }
    const [one, two] = [await decisions(table), await decisions(shuffled)]
    expect(two.slice(0, known - FIRST + 1)).toEqual(one.slice(0, known - FIRST + 1))
    if (!['none', 'calendar'].includes(spec.rule)) expect(two).not.toEqual(one)
  })
})

test('a trade costs its share of each leg, of each asset traded and of the batch', async () => {
  const run = await runPolicy(window, costs, ({ bar, weights }) =>
    bar === 1 ? weights.map((w, i) => (i === 0 ? w - 0.1 : i === 3 ? w + 0.05 : w)) : undefined,
  )
  const nav = run.nav[1]! + run.proportionalCost[1]! + run.fixedCost[1]!
  expect(run.legs[1]).toBe(2)
  expect(run.proportionalCost[1]! / nav).toBeCloseTo(0.1 * 1e-3 + 0.05 * 3e-3, 10)
  expect(run.fixedCost[1]! / nav).toBeCloseTo(4e-5, 10)
  expect(run.turnover[1]).toBeCloseTo(0.15, 10)
})

test('a delayed order is filled once, a bar later, at the quantities of its decision', async () => {
  const once: WeightPolicy = ({ bar, target }) => (bar === 5 ? target : undefined)
  const now = await runPolicy(window, costs, once)
  const later = await runPolicy(window, costs, once, { delayed: true })
  expect([...now.legs.keys()].filter((bar) => now.legs[bar]! > 0)).toEqual([5])
  expect([...later.legs.keys()].filter((bar) => later.legs[bar]! > 0)).toEqual([6])
  expect(now.deviation[5]).toBeLessThan(1e-4)
  expect(later.deviation[6]).toBeGreaterThan(1e-4)
  expect(later.deviation[6]).toBeLessThan(later.deviation[5]!)
})

test('measures are per year of all bars, the first among them', () => {
  const [nav, proportional, fixed] = [
    [1e12, 5e11, 1e12],
    [1e9, 0, 2e9],
    [0, 5e8, 0],
  ].map((x) => Float64Array.from(x))
  const run = {
    nav: nav!,
    gain: new Float64Array(3),
    proportionalCost: proportional!,
    fixedCost: fixed!,
    turnover: Float64Array.of(0.1, 0.2, 0),
    legs: Uint16Array.of(2, 1, 0),
    deviation: Float64Array.of(0.01, 0.03, 0.02),
    difference: Float64Array.of(0.01, 0.02, 0.06),
    finalNav: 1e12,
  }
  const close = (x: number) => expect.closeTo(x, 9)
  expect(measureRun(run, 12)).toEqual({
    proportionalCostBps: close((10 + 20) * 4),
    fixedCostBps: close(10 * 4),
    costBps: close(40 * 4),
    turnover: close(0.3 * 4),
    legs: close(3 * 4),
    activeBars: close(2 * 4),
    maxDeviation: 0.03,
    // Around a mean of 3 %: squares of 2, 1 and 3 %, over two.
    trackingError: close(Math.sqrt((0.0014 / 2) * 12)),
  })
})

test('a window ends with the close that values the last decision, and begins where all have prices', () => {
  const late = table.prices.map((row, t) => (t < 5 ? [undefined, ...row.slice(1)] : row))
  const shown = marketWindow({ ...table, prices: late }, TARGET, table.times[FIRST]!, table.times[200]!)
  const { start, first, last, prices, times } = shown
  expect([start, first, last, prices.length, times.length]).toEqual([5, FIRST - 5, 195, 196, 196])
  expect(prices[0]).toEqual(Float64Array.from(table.prices[5]!.map(Number)))
  const whole = (rest: number) =>
    marketWindow(table, { AAA: 0.5, BBB: 0.5 + rest }, table.times[FIRST]!, table.times[200]!)
  expect(whole(0).target).toEqual(Float64Array.of(0.5, 0.5))
  expect(() => whole(2e-9)).toThrow(expect.objectContaining({ field: 'targetWeights' }))
})

test('rebalancing daily without costs tracks exactly, never rebalancing costs nothing', async () => {
  const free = { proportional: new Float64Array(4), legCost: 0, baseCost: 0 }
  const daily = measureRun(await runPolicy(window, free, ({ target }) => target), window.barsPerYear)
  expect([daily.trackingError < 1e-8, daily.maxDeviation < 1e-8, daily.costBps]).toEqual([true, true, 0])
  const none = measureRun(await runPolicy(window, costs, () => undefined), window.barsPerYear)
  expect([none.costBps, none.legs, none.trackingError > 0.01]).toEqual([0, 0, true])
  expect(window.barsPerYear).toBeCloseTo(365, 9)
})

describe('a run whose figures would say nothing is stopped', () => {
  const assets = ['AAA', 'BBB', 'CCC', 'DDD']
  const daily: WeightPolicy = ({ target }) => target
  const moves = assets.map((_, i) =>
    Math.abs(Math.log(table.prices[FIRST + 1]![i]! / table.prices[FIRST]![i]!)),
  )
  const moved = `prices[${FIRST + 1}].${assets[moves.indexOf(Math.max(...moves))]}`
  const running = (change: Partial<typeof costs>, policy: WeightPolicy = daily) =>
    runPolicy(window, { ...costs, ...change }, policy)

  test.each([
    ['legCost', { legCost: 0.5, baseCost: 0 }],
    ['legCost', { legCost: 0, baseCost: 1e300 }],
    ['proportionalBps', { proportional: new Float64Array(4).fill(20) }],
  ])('where %s eats it up', async (field, change) => {
    await expect(running(change)).rejects.toMatchObject({ code: 'STRATEGY_BACKTEST_INPUT', field })
  })

  test('and not before: down to a millionth, up to the last whole number that is exact', () => {
    const paid = { proportionalCost: Float64Array.of(9e11), fixedCost: Float64Array.of(0) }
    for (const nav of [START_NAV / 1e6, Number.MAX_SAFE_INTEGER]) {
      expect(() => checkBook(nav, paid, 0, window)).not.toThrow()
    }
    const refused = (nav: number, run: typeof paid, field: string) =>
      expect(() => checkBook(nav, run, 0, window)).toThrow(expect.objectContaining({ field }))
    refused(START_NAV / 1e6 - 1, paid, 'proportionalBps')
    refused(START_NAV / 1e6 - 1, { ...paid, proportionalCost: Float64Array.of(0) }, moved)
    refused(Number.MAX_SAFE_INTEGER + 1, paid, moved)
  })

  test.each([
    ['CCC', 1e6],
    ['DDD', 1e9],
  ])('where the price of %s takes it beyond what is exact', async (asset, times) => {
    const prices = table.prices.map((row, t) =>
      row.map((p, i) => (t >= 250 && assets[i] === asset ? p! * times : p)),
    )
    const wild = marketWindow({ ...table, prices }, TARGET, table.times[FIRST]!, table.times[DAYS - 1]!)
    await expect(runPolicy(wild, costs, () => undefined)).rejects.toMatchObject({
      field: `prices[250].${asset}`,
    })
  })
})

test('a run pauses after every bar and stops where a pause fails', async () => {
  let pauses = 0
  const pause = () => {
    pauses += 1
    return pauses === 7 ? Promise.reject(new Error('enough')) : undefined
  }
  await expect(runPolicy(window, costs, () => undefined, { pause })).rejects.toThrowError('enough')
  expect(pauses).toBe(7)
})

test('estimates are the same whichever were asked for before, and after others took their place', () => {
  const { history } = window
  const fresh = marketWindow(table, TARGET, table.times[FIRST]!, table.times[DAYS - 1]!).history
  const [one, two, three] = [0.97, 0.98, 0.99].map((lambda) => ({ lambda }))
  const at = [history.covariance(200, one!), history.covariance(FIRST, two!), history.covariance(90, three!)]
  expect([fresh.covariance(200, one!), fresh.covariance(FIRST, two!)]).toEqual(at.slice(0, 2))
  expect(history.covariance(200, one!)).toEqual(at[0])
  expect(history.covariance(100, one!)).not.toEqual(at[0])
})
