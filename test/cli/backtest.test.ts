import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { backtestHedging, backtestWeights, registerBacktest } from '#cli/backtest.js'
import { commitOf } from '#cli/backtest-output.js'
import { HEDGE_FAMILIES, type HedgingReport } from '#strategy/backtest/hedging/run-hedging-backtest.js'
import { parsePriceTable } from '#strategy/backtest/price-table.js'
import type { WeightsComparison } from '#strategy/backtest/report/compare-weights.js'
import { runWeightsBacktest } from '#strategy/backtest/weights/run-weights-backtest.js'
import { optionsOf, SETTING } from '../../bench/strategy/weights-setting.js'
import { randomTable, TARGET } from '../strategy/backtest/random-table.js'
import { givenData, hasGivenData } from '../strategy/given-data.js'
import {
  closes,
  csvOf,
  DEFAULTS,
  day,
  file,
  folder,
  HEDGING,
  html,
  json,
  nothingWritten,
  optionPath,
  outputs,
  read,
  TUNED,
  table,
  weights,
} from './backtest-folder.js'

const CLI = ['--import', 'tsx', '--conditions=source', 'cli/main.ts', 'backtest']

describe('weights', () => {
  test('writes every policy as JSON and as a page', async () => {
    await backtestWeights(closes, {
      ...DEFAULTS,
      ...outputs,
      weights,
      from: day(table.times[110]!),
      delayed: true,
    })
    const { report, setting, source } = read<WeightsComparison & { setting: unknown; source: unknown }>(json)
    const direct = await runWeightsBacktest(table, {
      targetWeights: TARGET,
      from: table.times[110]!,
      to: table.times.at(-1)!,
      proportionalBps: 10,
      legCost: 1e-5,
      baseLegs: 2,
      delayed: true,
      riskAversions: [5],
    })
    expect(report.policies.slice(0, direct.policies.length)).toEqual(direct.policies)
    expect(setting).toEqual({ proportionalBps: 10, legCost: 1e-5, baseLegs: 2, parameters: null })
    expect(source).toMatchObject({ file: 'closes.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(readFileSync(html, 'utf8')).toContain('at the close after the decision')
  })

  test('without --weights keeps equal ones, without --from begins after ninety bars', async () => {
    const costBps = file('costs.json', JSON.stringify({ AAA: 1, BBB: 2, CCC: 3, DDD: 4 }))
    const text = await backtestWeights(closes, { ...DEFAULTS, costBps })
    expect(text).toMatch(
      /^2021-04-01 to 2021-05-30, 59 bars, 436 policies, parameters chosen on this period\n/,
    )
    expect(text).toMatch(/\n {2}gate riskAversion /)
    nothingWritten()
    await backtestWeights(closes, { ...DEFAULTS, costBps, json, legCost: '0.000001', parameters: TUNED })
    const { report } = read<WeightsComparison>(json)
    expect(report.targetWeights).toEqual([0.25, 0.25, 0.25, 0.25])
    expect([report.from, report.bars]).toEqual([table.times[90], 59])
  })

  test('stops when it is told to, and writes nothing', async () => {
    const running = backtestWeights(closes, { ...DEFAULTS, ...outputs }, AbortSignal.timeout(20))
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' })
    nothingWritten()
  })
})

describe('hedging', () => {
  test('writes the settings of the families asked for', async () => {
    await backtestHedging(optionPath, { ...HEDGING, ...outputs, policies: 'engine, calendar' })
    const report = read<HedgingReport>(json)
    expect([...new Set(report.results.map(({ family }) => family))]).toEqual(['engine', 'calendar'])
    expect(report.instruments).toEqual(['BTC-26JUN26-90000-C'])
    expect(readFileSync(html, 'utf8')).toContain('5.00 bp one way')
  })
})

describe('the command', () => {
  test('has defaults for what is not given', async () => {
    const program = new Command('ballast')
    registerBacktest(program)
    await program.parseAsync(['backtest', 'hedging', optionPath, '--json', json], { from: 'user' })
    const { proportional, fixed, atDailyRisk } = read<HedgingReport>(json)
    expect([proportional, fixed, atDailyRisk.map(({ family }) => family)]).toEqual([
      0.0005,
      0,
      HEDGE_FAMILIES,
    ])
  })

  test('stops at an interrupt without writing anything', async () => {
    // A pipe says when the command has come as far as reading it.
    const pipe = join(folder, 'pipe.csv')
    execFileSync('mkfifo', [pipe])
    const child = spawn(process.execPath, [...CLI, 'weights', pipe, '--json', json], { stdio: 'pipe' })
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    const writer = await open(pipe, 'w')
    await writer.writeFile(csvOf(randomTable(1_500, 12)))
    child.kill('SIGINT')
    await writer.close()
    expect(await once(child, 'close')).toEqual([130, null])
    expect(said).toBe('stopped; nothing was written\n')
    nothingWritten()
  })
})

test('the commit is that of the program, not of a repository it was installed in', () => {
  const root = join(folder, 'repository')
  mkdirSync(join(root, 'installed'), { recursive: true })
  expect(commitOf(root)).toBeNull()
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: root,
      encoding: 'utf8',
    })
  git('init', '-q')
  writeFileSync(join(root, 'a'), '1')
  git('add', 'a')
  git('commit', '-q', '-m', 'a')
  const head = git('rev-parse', 'HEAD').trim()
  expect([commitOf(root), commitOf(join(root, 'installed'))]).toEqual([head, null])
  writeFileSync(join(root, 'a'), '2')
  expect(commitOf(root)).toBe(`${head}, with changes since`)
})

test.skipIf(!hasGivenData)('frozen parameters on sixteen assets give the figures of the bench', async () => {
  const given = givenData(SETTING.data)
  const options = optionsOf(parsePriceTable(given), 'test', 1e-5)
  await backtestWeights(file('given.csv', given), {
    ...DEFAULTS,
    json,
    weights: file('given.json', JSON.stringify(options.targetWeights)),
    from: SETTING.test.from,
    to: '2023-12-31',
    parameters: TUNED,
  })
  const { report, cells, setting } = read<
    WeightsComparison & { setting: { parameters: { notes: string[] } } }
  >(json)
  expect(setting.parameters.notes[0]).toContain('2021-01-01 to 2022-12-31 of this very file')
  const gate = cells[0]!.contenders.find((one) => one.report.policy.rule === 'gate')!
  const direct = await runWeightsBacktest(parsePriceTable(given), {
    ...options,
    to: Date.parse('2023-12-31') / 1e3,
    policies: [gate.report.policy],
    riskAversions: [5],
  })
  expect(gate.report).toEqual(direct.policies[0])
  expect(gate.difference!.value).toBeLessThan(0)
  expect(report.bars).toBe(364)
})
