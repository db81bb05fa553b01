import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runForge } from './forge.js'

/** Constants and structs: nothing runs in them. */
const WITHOUT_CODE = ['Layout', 'LedgerStorage', 'Shape', 'Swap'].map((name) => `libraries/${name}.sol`)

/** Everything but interfaces and the demo's contracts. */
const CONTRACTS = ['', 'libraries/'].flatMap((folder) =>
  readdirSync(`verifier-contracts/${folder}`)
    .filter((name) => name.endsWith('.sol'))
    .map((name) => `${folder}${name}`),
)

test('the contracts are covered line by line and branch by branch', async () => {
  const settings = {
    FOUNDRY_TEST: 'test',
    // A folder of its own: forge compiles for coverage without the optimizer.
    FOUNDRY_OUT: 'verifier-contracts/build/coverage',
    FOUNDRY_CACHE_PATH: 'verifier-contracts/build/coverage-cache',
    FOUNDRY_FUZZ: '{runs=8, seed="0x62616c6c617374"}',
  }
  // What only a long play reaches has a test of its own, or is not covered.
  const { output } = await runForge(
    ['coverage', '--report', 'summary', '--no-match-contract', 'Invariants'],
    settings,
  )
  const rows = [...output.matchAll(/^\| verifier-contracts\/(\S+\.sol) +\|(.+)\|$/gm)]
  const shares = new Map(
    rows.map(([, name, cells]) => [name, [...cells!.matchAll(/([\d.]+)%/g)].map((m) => m[1])]),
  )
  // Lines, statements, branches, functions.
  const whole = CONTRACTS.filter((name) => !WITHOUT_CODE.includes(name)).map((name) => [
    name,
    Array(4).fill('100.00'),
  ])
  expect(CONTRACTS.filter((name) => shares.has(name)).map((name) => [name, shares.get(name)])).toEqual(whole)
})
