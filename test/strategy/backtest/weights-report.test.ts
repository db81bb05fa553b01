import { describe, expect, test } from 'vitest'
import { parsePriceTable } from '#strategy/backtest/price-table.js'
import { BacktestInputError } from '#strategy/backtest/weights/market-window.js'
import { runWeightsBacktest } from '#strategy/backtest/weights/run-weights-backtest.js'
import { readTuned } from '../../../bench/strategy/tuned-weights.js'
import { optionsOf, SETTING } from '../../../bench/strategy/weights-setting.js'
import { givenData, hasGivenData } from '../given-data.js'
import { randomTable, TARGET } from './random-table.js'

const table = randomTable(200, 8)
const options = {
  targetWeights: TARGET,
  from: table.times[40]!,
  to: table.times[199]!,
  proportionalBps: 10,
  legCost: 1e-5,
  policies: [
    { rule: 'calendar', values: [7] },
    { rule: 'gate', values: [0.3, 0.98] },
  ],
  detailed: [{ rule: 'gate', values: [0.3, 0.98] }],
} as const

describe('the report', () => {
  test('is plain data, with series that add up to the measures', async () => {
    const seen: string[] = []
    const report = await runWeightsBacktest(table, options, (done, total) => seen.push(`${done}/${total}`))
    expect(seen).toEqual(['1/3', '2/3', '3/3'])
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    const [series] = report.series
    const [, gate] = report.policies
    expect(series!.deviation.length).toBe(report.times.length)
    expect((series!.cumulativeCostBps.at(-1)! * 365) / report.bars).toBeCloseTo(gate!.measures.costBps, 9)
    const { costBps, trackingError } = gate!.measures
    expect(gate!.lossBps[0]).toBeCloseTo(costBps + 2.5 * trackingError ** 2 * 1e4, 9)
  })

  test('stops between policies when it is told to', async () => {
    const controller = new AbortController()
    const running = runWeightsBacktest(table, { ...options, signal: controller.signal }, () =>
      controller.abort(),
    )
    await expect(running).rejects.toThrowError('abort')
  })

  test.each([
    [{ targetWeights: { AAA: 0.6, BBB: 0.6 } }, 'targetWeights'],
    [{ targetWeights: { ZZZ: 0.5 } }, 'targetWeights.ZZZ'],
    [{ targetWeights: {} }, 'targetWeights'],
    [{ from: table.times[3]! }, 'from'],
    [{ to: options.from }, 'to'],
    [{ from: NaN }, 'from'],
    [{ proportionalBps: -1 }, 'proportionalBps'],
    [{ proportionalBps: { AAA: 1 } }, 'proportionalBps.BBB'],
    [{ legCost: Infinity }, 'legCost'],
    [{ baseLegs: -1 }, 'baseLegs'],
    [{ riskAversions: [NaN] }, 'riskAversions[0]'],
  ])('%j is refused', async (wrong, field) => {
    const running = runWeightsBacktest(table, { ...options, ...wrong })
    await expect(running).rejects.toThrowError(BacktestInputError)
    await expect(running).rejects.toThrowError(field)
  })

  test('a cost is that of the file, whatever the asset is called', async () => {
    const named = { ...table, assets: ['__proto__', 'constructor', 'CCC', 'DDD'] }
    const targetWeights = JSON.parse('{"__proto__":0.3,"constructor":0.3}')
    const running = runWeightsBacktest(named, { ...options, targetWeights, proportionalBps: { CCC: 1 } })
    await expect(running).rejects.toMatchObject({ field: 'proportionalBps.__proto__' })
  })

  test('a price missing after the first decision is refused', async () => {
    const prices = table.prices.map((row, t) => (t === 100 ? [undefined, ...row.slice(1)] : row))
    await expect(runWeightsBacktest({ ...table, prices }, options)).rejects.toThrowError('prices[100].AAA')
  })
})

describe.skipIf(!hasGivenData)('sixteen assets (skipped without ../shared/data)', () => {
  const data = hasGivenData ? givenData(SETTING.data) : ''

  test('the frozen parameters are of this data, these grids and these train years', async () => {
    const { choices } = readTuned(data)
    expect(SETTING.train.to < SETTING.test.from).toBe(true)
    const [legCost, riskAversion] = [SETTING.legCosts[1], SETTING.riskAversions[0]]
    const cell = choices.filter((one) => one.legCost === legCost && one.riskAversion === riskAversion)
    const { policies } = await runWeightsBacktest(parsePriceTable(data), {
      ...optionsOf(parsePriceTable(data), 'train', legCost),
      policies: cell.map(({ rule, values }) => ({ rule, values })),
      riskAversions: [riskAversion],
    })
    cell.forEach(({ rule, trainLossBps }, k) => {
      expect([rule, policies[k]!.lossBps[0]! / trainLossBps]).toEqual([rule, expect.closeTo(1, 6)])
    })
  })

  test('choices of other data are not read', () => {
    expect(() => readTuned(`${data}\n`)).toThrowError('does not match')
  })
})
