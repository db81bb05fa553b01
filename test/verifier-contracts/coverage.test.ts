import { expect, test } from 'vitest'
import { runForge } from './forge.js'

/** Contracts whose every line and branch their own Solidity tests run, and those tests. */
const COVERED = [
  'CoinPrices.sol',
  'GovernorWithNotice.sol',
  'MarketBuilder.sol',
  'MarketSettings.sol',
  'MarketSnapshots.sol',
  'UniverseRules.sol',
  'libraries/Feeds.sol',
  'libraries/Instruments.sol',
  'libraries/Jumps.sol',
  'libraries/MarketRows.sol',
  'libraries/Notices.sol',
  'libraries/OptionBlocks.sol',
]
const SUITES =
  'MarketSnap|MarketSettings|GovernorWithNotice|FeedsTest|BadOracles|JumpsTest|OptionLife|UniverseRules'

test('the market contracts are covered line by line and branch by branch', async () => {
  // A folder of its own: forge compiles for coverage without the optimizer.
  const settings = {
    FOUNDRY_OUT: 'verifier-contracts/build/coverage',
    FOUNDRY_CACHE_PATH: 'verifier-contracts/build/coverage-cache',
    FOUNDRY_FUZZ: '{runs=8, seed="0x62616c6c617374"}',
  }
  const { output } = await runForge(['coverage', '--report', 'summary', '--match-contract', SUITES], settings)
  const rows = [...output.matchAll(/^\| verifier-contracts\/(\S+\.sol) +\|(.+)\|$/gm)]
  const shares = new Map(
    rows.map(([, name, cells]) => [name, [...cells!.matchAll(/([\d.]+)%/g)].map((m) => m[1])]),
  )
  // Lines, statements, branches, functions.
  expect(COVERED.map((name) => [name, shares.get(name)])).toEqual(
    COVERED.map((name) => [name, Array(4).fill('100.00')]),
  )
})
