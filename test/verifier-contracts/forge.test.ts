import { beforeAll, describe, expect, it } from 'vitest'
import { runForge } from './forge.js'

type Suite = { test_results: Record<string, { status: string; reason: string | null }> }

let suites: Record<string, Suite>

beforeAll(async () => {
  const { output } = await runForge(['test', '--json'])
  const start = output.indexOf('{"')
  if (start < 0) throw new Error(`forge did not run:\n${output}`)
  suites = JSON.parse(output.slice(start).split('\n')[0]!)
})

const SUITES = [
  'PublicVectorTest',
  'MarketSnapshotsTest',
  'FeedsTest',
  'MandatesTest',
  'LedgerTest',
  'LedgerLifeTest',
  'AttestationsTest',
  'StatusTest',
  'UniswapSwapsTest',
  'OpenTradesTest',
  'HostilePoolsTest',
  'OddTokensTest',
  'TradeExecutorTest',
  'SettlementRegistryTest',
]

describe('the Solidity tests', () => {
  it.each(SUITES)('%s pass', (name) => {
    const suite = Object.entries(suites).find(([path]) => path.endsWith(`:${name}`))?.[1]
    expect(suite, `${name} was not run`).toBeDefined()
    const results = Object.entries(suite!.test_results)
    expect(results.length).toBeGreaterThan(0)
    expect(
      results.filter(([, { status }]) => status !== 'Success').map(([test, { reason }]) => [test, reason]),
    ).toEqual([])
  })

  it('are all in a suite that is listed here', () => {
    expect(
      Object.keys(suites)
        .map((path) => path.split(':')[1])
        .sort(),
    ).toEqual([...SUITES].sort())
  })
})
