import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect } from 'vitest'
import type { PriceTable } from '#strategy/backtest/price-table.js'
import { TUNED_FILE } from '../../bench/strategy/tuned-weights.js'
import { randomTable, TARGET } from '../strategy/backtest/random-table.js'

export const TUNED = fileURLToPath(TUNED_FILE)
export const DEFAULTS = { costBps: '10', legCost: '0.00001', baseLegs: '2', riskAversion: '5' }
export const HEDGING = { costBps: '5', fixedCost: '0' }

/** A folder for each file of tests, with prices, weights and an option in it; what is written there is gone before each test. */
export const folder = mkdtempSync(join(tmpdir(), 'ballast-backtest-'))
afterAll(() => rmSync(folder, { recursive: true }))
export const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
export const day = (time: number) => new Date(time * 1e3).toISOString().slice(0, 10)
export const csvOf = ({ assets, times, prices }: PriceTable): string =>
  [`date,${assets}`, ...prices.map((row, t) => `${day(times[t]!)},${row}`)].join('\n')
export const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T // written just before

export const table = randomTable(150, 11)
export const closes = file('closes.csv', csvOf(table))
export const weights = file('weights.json', JSON.stringify(TARGET))
export const [json, html] = [join(folder, 'out.json'), join(folder, 'out.html')]
export const outputs = { json, html }

export const OPTION_ROWS = Array.from({ length: 60 }, (_, i) => {
  const time = new Date(Date.parse('2026-01-01T00:00:00Z') + i * 21_600e3).toISOString().slice(0, 19)
  const future = 90_000 + 3_000 * Math.sin(i)
  return `BTC-26JUN26-90000-C,${time},${future},${0.09 + 0.01 * Math.sin(i)},0.5,${0.48 - i / 1460}`
})
export const OPTION_HEAD = 'instrument,timestamp_utc,futures_price,mark_price_coin,mark_iv,T_years'
export const optionPath = file('options.csv', [OPTION_HEAD, ...OPTION_ROWS].join('\n'))

beforeEach(() => {
  for (const path of [json, html]) rmSync(path, { force: true })
})
export const nothingWritten = () =>
  expect(readdirSync(folder).filter((name) => name.startsWith('out.') || name.endsWith('.tmp'))).toEqual([])
