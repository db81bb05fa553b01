import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HEDGE_FAMILIES, runHedgingBacktest } from '#strategy/backtest/hedging/run-hedging-backtest.js'
import { compareWeights, policyName } from '#strategy/backtest/report/compare-weights.js'
import { lossDifference } from '#strategy/backtest/report/loss-difference.js'
import { OURS, RULES } from '#strategy/backtest/weights/rules.js'
import { black76 } from '#strategy/options/black-scholes.js'
import { Random } from '#strategy/random.js'
import { randomTable, TARGET } from './random-table.js'

const table = randomTable(160, 5)
const options = {
  targetWeights: TARGET,
  from: table.times[40]!,
  to: table.times[159]!,
  proportionalBps: 10,
  legCost: 1e-5,
  riskAversions: [5, 20],
}

describe('a comparison of the whole grid', async () => {
  const { report, detail, cells, matched, frozen } = await compareWeights(table, options)

  test('has one choice of each rule and the two in common use at each risk aversion, by loss', () => {
    expect(frozen).toBe(false)
    expect(cells.map(({ riskAversion }) => riskAversion)).toEqual([5, 20])
    for (const { contenders, bestSimple } of cells) {
      const losses = contenders.map(({ lossBps }) => lossBps)
      expect(losses).toEqual([...losses].sort((a, b) => a - b))
      const chosen = contenders.filter(({ reference }) => !reference).map((one) => one.report.policy.rule)
      expect(chosen.sort()).toEqual(Object.keys(RULES).sort())
      const names = contenders.map((one) => policyName(one.report.policy))
      expect(names).toEqual(expect.arrayContaining(['absolute threshold 0.05', 'calendar days 30']))
      const simple = contenders.filter((one) => !one.reference && one.report.policy.rule !== OURS)
      expect(bestSimple).toEqual(simple[0]!.report.policy)
      for (const { report: one } of contenders) {
        expect(detail.series.map(({ policy }) => policyName(policy))).toContain(policyName(one.policy))
      }
    }
  })

  test('holds each against the best simple rule, on the same bars', () => {
    for (const { contenders, bestSimple } of cells) {
      const best = contenders.find((one) => policyName(one.report.policy) === policyName(bestSimple!))!
      expect(best.difference).toBeNull()
      for (const { lossBps, difference } of contenders.filter((one) => one !== best)) {
        expect(difference!.value).toBeCloseTo(lossBps - best.lossBps, 6)
        expect(difference!.low).toBeLessThanOrEqual(difference!.high)
      }
    }
  })

  test('reads costs at equal tracking error between the points of the grid', () => {
    expect(matched.map(({ trackingError }) => trackingError)).toEqual([0.005, 0.01, 0.02, 0.03, 0.05])
    const read = matched.filter(({ ours, best }) => ours !== null && best !== null)
    expect(read.length).toBeGreaterThan(0)
    for (const { trackingError, ours } of read) {
      const own = report.policies.filter(({ policy }) => policy.rule === OURS)
      const above = own.filter(({ measures }) => measures.trackingError <= trackingError)
      expect(ours!).toBeLessThanOrEqual(Math.min(...above.map(({ measures }) => measures.costBps)) + 1e-9)
    }
  })
})

test('frozen choices are run as they are, each at its own risk aversion', async () => {
  const choices = [
    { riskAversion: 5, policy: { rule: 'gate', values: [0.4, 0.98] } },
    { riskAversion: 20, policy: { rule: 'edge', values: [0.01] } },
  ] as const
  const seen: number[] = []
  const { cells, report, matched, frozen } = await compareWeights(table, options, choices, (_, share) =>
    seen.push(share),
  )
  expect([frozen, matched, report.policies.length]).toEqual([true, [], 4])
  expect(cells[0]!.contenders.filter((one) => !one.reference).map((one) => one.report.policy)).toEqual([
    choices[0].policy,
  ])
  expect(cells[0]!.bestSimple).toBeNull()
  expect(cells[0]!.contenders.map(({ difference }) => difference)).toEqual([null, null, null])
  expect(cells[1]!.bestSimple).toEqual(choices[1].policy)
  expect(seen.at(-1)).toBe(1)
})

test('a difference in loss is certain where one costs the same amount more on every bar', () => {
  const random = new Random(4)
  const difference = Array.from({ length: 400 }, () => 0.001 * random.normal())
  const costBps = difference.map(() => random.uniform())
  const dearer = { difference, costBps: costBps.map((cost) => cost + 0.25) }
  const { value, low, high } = lossDifference(dearer, { difference, costBps }, 5, 365)
  for (const x of [value, low, high]) expect(x).toBeCloseTo(0.25 * 365, 6)
})

test('a difference in loss is of costs and of the variance around the mean, in a year', () => {
  const one = { costBps: [1, 3], difference: [0.02, 0.06] }
  const other = { costBps: [1, 1], difference: [0.1, 0.1] }
  // Two bars a year: 1 bp a bar more on average, and a variance of 0.0008 a bar.
  expect(lossDifference(one, other, 5, 2).value).toBeCloseTo(2 + 2.5 * 0.0016 * 1e4, 9)
})

test('the interval of a difference in loss knows how long its causes last: blocks are of thirty days', () => {
  // A month dear, a month cheap.
  const width = (bars: number, barsPerYear: number) => {
    const costBps = Array.from({ length: bars }, (_, t) => Math.floor((t * 365) / barsPerYear / 30) % 2)
    const difference = costBps.map(() => 0)
    const none = { costBps: difference, difference }
    const { low, high } = lossDifference({ costBps, difference }, none, 5, barsPerYear)
    return (high - low) / barsPerYear
  }
  // Twenty blocks, the mean of each uniform on 0 to 1, so with a variance of a twelfth.
  const expected = 3.92 * Math.sqrt(1 / 12 / 20)
  expect(Math.abs(width(600, 365) / expected - 1)).toBeLessThan(0.2)
  expect(Math.abs(width(2_400, 4 * 365) / expected - 1)).toBeLessThan(0.2)
})

describe('hedging of a file of options', () => {
  const random = new Random(9)
  let future = 100
  const sights = Array.from({ length: 200 }, (_, i) => {
    future *= Math.exp(0.01 * random.normal())
    const years = 0.5 - i / 1460
    const { price } = black76({ type: 'call', forward: future, strike: 100, vol: 0.4, years })
    return { time: i * 21_600, future, markCoin: price / future, vol: 0.4, years }
  })
  const path = { instrument: 'BTC-26JUN26-100-C', type: 'call', strike: 100, sights } as const

  test('runs every setting of the families asked for', async () => {
    const seen: string[] = []
    const report = await runHedgingBacktest(
      [path],
      { proportional: 0.0005, fixed: 0, families: ['calendar', 'engine'] },
      (done, total) => seen.push(`${done}/${total}`),
    )
    expect(seen.at(-1)).toBe(`${report.results.length}/${report.results.length}`)
    expect([...new Set(report.results.map(({ family }) => family))]).toEqual(['calendar', 'engine'])
    expect(report.daily.every).toBe(4)
    const daily = report.results.find(({ family, setting }) => family === 'calendar' && setting === 4)!
    expect(report.daily).toEqual({ every: 4, ...shown(daily) })
    expect(report.atDailyRisk[0]!.costBpsPerYear).toBeLessThanOrEqual(daily.costBpsPerYear)
    expect(report.unhedged.costBpsPerYear).toBe(0)
    expect(report.unhedged.sd).toBeGreaterThan(report.daily.sd)
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  const shown = ({
    sd,
    costBpsPerYear,
    tradesPerYear,
  }: Awaited<ReturnType<typeof runHedgingBacktest>>['daily' | 'unhedged']) => ({
    sd,
    costBpsPerYear,
    tradesPerYear,
  })

  test('takes as many options as a file has', async () => {
    const many = Array.from({ length: 70_000 }, (_, n) => ({
      ...path,
      sights: sights.slice(n % 50, (n % 50) + 2),
    }))
    const { from, to, instruments } = await runHedgingBacktest(many, {
      proportional: 0,
      fixed: 0,
      families: [],
    })
    expect([from, to, instruments.length]).toEqual([0, 50 * 21_600, 70_000])
  })

  test('refuses no option, and one that was seen once', async () => {
    const costs = { proportional: 0.0005, fixed: 0, families: HEDGE_FAMILIES }
    await expect(runHedgingBacktest([], costs)).rejects.toMatchObject({
      code: 'STRATEGY_OPTION_PATH',
      field: 'line 2',
    })
    const once = { ...path, sights: sights.slice(0, 1) }
    await expect(runHedgingBacktest([once], costs)).rejects.toMatchObject({ field: path.instrument })
  })

  test('lets others work between options, who may stop it before a setting is done', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 50))
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    const controller = new AbortController()
    let [turns, settings] = [0, 0]
    // Five options are read in ten turns, with either delta.
    const other = () => (++turns === 12 ? controller.abort() : setImmediate(other))
    setImmediate(other)
    const given = { proportional: 0, fixed: 0, signal: controller.signal }
    const running = runHedgingBacktest(Array(5).fill(path), given, () => {
      settings += 1
    })
    await expect(running).rejects.toThrowError('abort')
    expect(settings).toBe(0)
  })

  test('stops between settings when it is told to', async () => {
    const controller = new AbortController()
    const running = runHedgingBacktest([path], { proportional: 0, fixed: 0, signal: controller.signal }, () =>
      controller.abort(),
    )
    await expect(running).rejects.toThrowError('abort')
  })
})
