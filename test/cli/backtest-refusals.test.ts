import { linkSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { backtestHedging, backtestWeights } from '#cli/backtest.js'
import { TARGET } from '../strategy/backtest/random-table.js'
import {
  closes,
  csvOf,
  DEFAULTS,
  file,
  folder,
  HEDGING,
  nothingWritten,
  OPTION_HEAD,
  OPTION_ROWS,
  optionPath,
  outputs,
  TUNED,
  table,
  weights,
} from './backtest-folder.js'

const linked = join(folder, 'linked.csv')
linkSync(closes, linked)
const megabytes = gzipSync(Buffer.alloc(2 ** 23))
const bomb = file('bomb.csv.gz', Buffer.concat(Array<Buffer>(2 ** 6 + 1).fill(megabytes)))

describe('weights', () => {
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
    ['a risk aversion beyond sense', { riskAversion: '5,1000001' }, 'CLI_OPTION', '--risk-aversion'],
    ['a cost above what is traded', { costBps: '10000.1' }, 'CLI_OPTION', '--cost-bps'],
    ['a leg above the whole book', { legCost: '1.0001' }, 'CLI_OPTION', '--leg-cost'],
    ['a batch of too many legs', { baseLegs: '1000001' }, 'CLI_OPTION', '--base-legs'],
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

  test('takes every number up to its bound', async () => {
    const most = { costBps: '0', legCost: '0', baseLegs: '1000000', riskAversion: '0,1000000' }
    const text = await backtestWeights(closes, { ...DEFAULTS, ...most })
    expect(text).toContain('γ = 1000000')
    // At all that is traded and all of the book, it is the book that gives out, not the number.
    for (const [wrong, field] of [
      [{ costBps: '10000', legCost: '0' }, '--cost-bps'],
      [{ costBps: '0', legCost: '1' }, '--leg-cost'],
    ] as const) {
      await expect(backtestWeights(closes, { ...DEFAULTS, ...wrong })).rejects.toThrowError(
        `${field} must be low enough`,
      )
    }
    const hedged = await backtestHedging(optionPath, { costBps: '10000', fixedCost: '1' })
    expect(hedged).not.toMatch(/NaN|Infinity|sd –/)
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
})

describe('hedging', () => {
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
    ['a fixed cost above the notional', { fixedCost: '1.0001' }, 'CLI_OPTION', '--fixed-cost'],
    ['a cost above what is traded', { costBps: '10000.1' }, 'CLI_OPTION', '--cost-bps'],
  ])('refuses %s and writes nothing', async (_, { path = optionPath, ...wrong }, code, field) => {
    const running = backtestHedging(path, { ...HEDGING, ...outputs, ...wrong })
    await expect(running).rejects.toMatchObject({ code, field })
    nothingWritten()
  })
})
