import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Command } from 'commander'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { backtestHedging, backtestWeights, registerBacktest } from '#cli/backtest.js'
import { commitOf } from '#cli/backtest-output.js'
import { HEDGE_FAMILIES, type HedgingReport } from '#strategy/backtest/hedging/run-hedging-backtest.js'
import type { PriceTable } from '#strategy/backtest/price-table.js'
import { parsePriceTable } from '#strategy/backtest/price-table.js'
import type { WeightsComparison } from '#strategy/backtest/report/compare-weights.js'
import { runWeightsBacktest } from '#strategy/backtest/weights/run-weights-backtest.js'
import { TUNED_FILE } from '../../bench/strategy/tuned-weights.js'
import { optionsOf, SETTING } from '../../bench/strategy/weights-setting.js'
import { randomTable, TARGET } from '../strategy/backtest/random-table.js'
import { givenData, hasGivenData } from '../strategy/given-data.js'

const CLI = ['--import', 'tsx', '--conditions=source', 'cli/main.ts', 'backtest']
const TUNED = fileURLToPath(TUNED_FILE)
const DEFAULTS = { costBps: '10', legCost: '0.00001', baseLegs: '2', riskAversion: '5' }
const HEDGING = { costBps: '5', fixedCost: '0' }

const folder = mkdtempSync(join(tmpdir(), 'ballast-backtest-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const day = (time: number) => new Date(time * 1e3).toISOString().slice(0, 10)
const csvOf = ({ assets, times, prices }: PriceTable): string =>
  [`date,${assets}`, ...prices.map((row, t) => `${day(times[t]!)},${row}`)].join('\n')
const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T // written just before

const table = randomTable(150, 11)
const closes = file('closes.csv', csvOf(table))
const weights = file('weights.json', JSON.stringify(TARGET))
const [json, html] = [join(folder, 'out.json'), join(folder, 'out.html')]
const outputs = { json, html }
const linked = join(folder, 'linked.csv')
linkSync(closes, linked)
const megabytes = gzipSync(Buffer.alloc(2 ** 23))
const bomb = file('bomb.csv.gz', Buffer.concat(Array<Buffer>(2 ** 6 + 1).fill(megabytes)))

const OPTION_ROWS = Array.from({ length: 60 }, (_, i) => {
  const time = new Date(Date.parse('2026-01-01T00:00:00Z') + i * 21_600e3).toISOString().slice(0, 19)
  const future = 90_000 + 3_000 * Math.sin(i)
  return `BTC-26JUN26-90000-C,${time},${future},${0.09 + 0.01 * Math.sin(i)},0.5,${0.48 - i / 1460}`
})
const OPTION_HEAD = 'instrument,timestamp_utc,futures_price,mark_price_coin,mark_iv,T_years'
const optionPath = file('options.csv', [OPTION_HEAD, ...OPTION_ROWS].join('\n'))

beforeEach(() => {
  for (const path of [json, html]) rmSync(path, { force: true })
})
const nothingWritten = () =>
  expect(readdirSync(folder).filter((name) => name.startsWith('out.') || name.endsWith('.tmp'))).toEqual([])

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

  test.each<[string, Partial<Parameters<typeof backtestWeights>[1]> & { path?: string }, string, string]>([
    ['no such file', { path: join(folder, 'absent.csv') }, 'CLI_OPTION', '<closes.csv>'],
    ['a file of something else', { path: optionPath }, 'STRATEGY_PRICE_TABLE', 'line 2'],
    [
      'a broken line',
      { path: file('broken.csv', csvOf(table).replace(/\n2021-01-03,[^,]*/, '\n2021-01-03,-1')) },
      'STRATEGY_PRICE_TABLE',
      'line 4, AAA',
    ],
    [
      'a gap in the period',
      { path: file('gap.csv', csvOf(table).replace(/\n2021-05-10,[^,]*/, '\n2021-05-10,')) },
      'CLI_OPTION',
      'line 131, AAA of <closes.csv>',
    ],
    ['a file without prices', { path: file('empty.csv', 'date,A,B') }, 'CLI_OPTION', '<closes.csv>'],
    ['a period before the data', { to: '2019-01-01' }, 'CLI_OPTION', '--to'],
    ['a period after the data', { from: '2031-01-01' }, 'CLI_OPTION', '--from'],
    ['a start without history', { from: '2021-01-05' }, 'CLI_OPTION', '--from'],
    ['no day', { from: 'yesterday' }, 'CLI_OPTION', '--from'],
    ['a day that is none', { to: '2021-13-01' }, 'CLI_OPTION', '--to'],
    ['weights above 1', { weights: file('w1.json', '{"AAA":0.6,"BBB":0.6}') }, 'CLI_OPTION', '--weights'],
    [
      'an unknown asset',
      { weights: file('w2.json', '{"AAA":0.5,"ZZZ":0.1}') },
      'CLI_OPTION',
      '--weights ZZZ',
    ],
    ['weights that are no numbers', { weights: file('w3.json', '{"AAA":"0.5"}') }, 'CLI_OPTION', '--weights'],
    ['a cost below 0', { costBps: '-1' }, 'CLI_OPTION', '--cost-bps'],
    ['a cost that is no file', { costBps: 'ten' }, 'CLI_OPTION', '--cost-bps'],
    ['an asset without a cost', { costBps: file('c1.json', '{"AAA":1}') }, 'CLI_OPTION', '--cost-bps BBB'],
    ['a leg cost', { legCost: 'NaN' }, 'CLI_OPTION', '--leg-cost'],
    ['a number of legs', { baseLegs: '' }, 'CLI_OPTION', '--base-legs'],
    ['a risk aversion', { riskAversion: '5,Infinity' }, 'CLI_OPTION', '--risk-aversion'],
    ['other parameters', { parameters: weights }, 'CLI_OPTION', '--parameters'],
    ['a folder that is not there', { json: join(folder, 'absent', 'out.json') }, 'CLI_OPTION', '--json'],
    ['a folder for a file', { html: folder }, 'CLI_OPTION', '--html'],
    ['a device for a file', { json: '/dev/null' }, 'CLI_OPTION', '--json'],
    ['a folder that takes no file', { json: '/proc/out.json' }, 'CLI_OPTION', '--json'],
    ['one file for both outputs', { html: `${folder}/./out.json` }, 'CLI_OPTION', '--html'],
    ['an output over the prices', { json: closes }, 'CLI_OPTION', '--json'],
    ['an output over the prices by another name', { html: linked }, 'CLI_OPTION', '--html'],
    ['an output over the weights', { weights, html: weights }, 'CLI_OPTION', '--html'],
    ['a day that no month has', { from: '2021-02-31' }, 'CLI_OPTION', '--from'],
    ['a number that is not in decimals', { costBps: '0x10' }, 'CLI_OPTION', '--cost-bps'],
    ['more than there is memory', { path: bomb }, 'CLI_OPTION', '<closes.csv>'],
    [
      'half a file',
      { path: file('half.csv.gz', gzipSync(csvOf(table)).subarray(0, 500)) },
      'CLI_OPTION',
      '<closes.csv>',
    ],
  ])('refuses %s and writes nothing', async (_, { path = closes, ...wrong }, code, field) => {
    const running = backtestWeights(path, { ...DEFAULTS, ...outputs, ...wrong })
    await expect(running).rejects.toMatchObject({ code, field })
    await expect(running).rejects.toThrowError(field)
    nothingWritten()
  })

  test('reads files with a byte order mark and of other systems, and packed ones', async () => {
    const plain = await backtestWeights(closes, { ...DEFAULTS, weights })
    const marked = file('marked.csv.gz', gzipSync(`\uFEFF${csvOf(table).replaceAll('\n', '\r\n')}\r\n`))
    const other = file('marked.json', `\uFEFF${JSON.stringify(TARGET)}`)
    expect(await backtestWeights(marked, { ...DEFAULTS, weights: other })).toBe(plain)
    expect(readFileSync(linked, 'utf8')).toBe(csvOf(table))
  })

  test('refuses parameters that were changed after they were frozen, or are for other costs', async () => {
    const tuned = readFileSync(TUNED, 'utf8')
    const changed = file('changed.json', tuned.replace('"values": [0.3417, 0.99]', '"values": [0.3, 0.99]'))
    const run = (parameters: string, legCost: string) =>
      backtestWeights(closes, { ...DEFAULTS, ...outputs, legCost, parameters })
    await expect(run(changed, '0.00001')).rejects.toThrowError('its own hash')
    await expect(run(file('tuned.json', tuned), '0.5')).rejects.toThrowError('0.00001 and 20')
    nothingWritten()
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

  test.each<[string, Partial<Parameters<typeof backtestHedging>[1]> & { path?: string }, string, string]>([
    ['a missing column', { path: closes }, 'STRATEGY_OPTION_PATH', 'line 1'],
    ['no option', { path: file('none.csv', OPTION_HEAD) }, 'STRATEGY_OPTION_PATH', 'line 2'],
    [
      'a volatility of 0',
      { path: file('vol.csv', [OPTION_HEAD, OPTION_ROWS[0]!.replace(',0.5,', ',0,')].join('\n')) },
      'STRATEGY_OPTION_PATH',
      'line 2, mark_iv',
    ],
    ['an unknown policy', { policies: 'engine,magic' }, 'CLI_OPTION', '--policies'],
    ['a policy twice', { policies: 'engine, engine' }, 'CLI_OPTION', '--policies'],
    ['an output over the options', { json: optionPath }, 'CLI_OPTION', '--json'],
    ['a cost', { costBps: '-5' }, 'CLI_OPTION', '--cost-bps'],
    ['a fixed cost', { fixedCost: 'x' }, 'CLI_OPTION', '--fixed-cost'],
  ])('refuses %s and writes nothing', async (_, { path = optionPath, ...wrong }, code, field) => {
    const running = backtestHedging(path, { ...HEDGING, ...outputs, ...wrong })
    await expect(running).rejects.toMatchObject({ code, field })
    nothingWritten()
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
