import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileContracts } from '#verifier-contracts/compile.js'
import { runForge } from './forge.js'

type Suite = { test_results: Record<string, { status: string; reason: string | null }> }

let suites: Record<string, Suite>

beforeAll(async () => {
  const { output } = await runForge(['test', '--json'])
  const start = output.indexOf('{"')
  if (start < 0) throw new Error(`forge did not run:\n${output}`)
  suites = JSON.parse(output.slice(start).split('\n')[0]!)
  // In CI the invariants alone play 40,000 acts.
}, 900_000)

const SUITES = [
  'PublicVectorTest',
  'MarketSettingsTest',
  'MarketSnapshotsTest',
  'UniverseRulesTest',
  'MarketInvariantsTest',
  'LedgerInvariantsTest',
  'LibrariesTest',
  'EventsTest',
  'TradeEventsTest',
  'FeedsTest',
  'BadOraclesTest',
  'JumpsTest',
  'OptionLifeTest',
  'MandatesTest',
  'MandateTimesTest',
  'TighteningTest',
  'PortfolioCircuitsTest',
  'PortfolioRolesTest',
  'LedgerTest',
  'LedgerLifeTest',
  'LedgerBatchTest',
  'LedgerBatchManagerTest',
  'BatchVerificationTest',
  'AttestationsTest',
  'StatusTest',
  'QuorumTest',
  'AttestorListTest',
  'GovernorWithNoticeTest',
  'GuardianTest',
  'RolesTest',
  'TradeRolesTest',
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

describe('who may call what', () => {
  it('is tried for every function that changes anything', () => {
    const tried = ['Roles.t.sol', 'TradeRoles.t.sol']
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
      .join()
    const artefacts = compileContracts()
    const functions = CONTRACTS.flatMap((contract) =>
      artefacts[contract]!.abi.flatMap((entry) =>
        entry.type === 'function' && !['view', 'pure'].includes(entry.stateMutability)
          ? [`${contract}.${entry.name}`]
          : [],
      ),
    )
    expect(functions.length).toBeGreaterThan(40)
    expect(functions.filter((name) => !tried.includes(`"${name}"`))).toEqual([])
  })
})

/** Contracts of a deployment; the demo's price feed and the blobs of code are nobody's business. */
const CONTRACTS = [
  'Groth16Verifier',
  'MarketSnapshots',
  'Mandates',
  'MarketSettings',
  'AttestorList',
  'RebalanceLedger',
  'TradeExecutor',
  'FundVault',
] as const
