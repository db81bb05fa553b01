import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { plays, runForge } from '#test/verifier-contracts/forge.js'
import type { Figures } from './main.js'

const FOLDER = resolve('verifier-contracts', 'build', 'invariants')
/** What forge takes from no environment variable: where tests may write. */
const CONFIG = `[profile.default]
fs_permissions = [{ access = "read-write", path = "${FOLDER}" }]
`

/**
 * The invariants of the contracts over RUNS plays (1,000) of DEPTH acts (200) each. Per handler: the acts, the share of those
 * that could be refused and succeeded, and the seconds.
 */
export async function measure(): Promise<Figures> {
  const [runs, depth] = [Number(process.env.RUNS ?? 1_000), Number(process.env.DEPTH ?? 200)]
  return {
    runs,
    depth,
    ledger: await play('LedgerInvariantsTest', runs, depth),
    market: await play('MarketInvariantsTest', runs, depth),
  }
}

/** @throws {Error} with forge's own words when an invariant does not hold. */
async function play(suite: string, runs: number, depth: number): Promise<Figures> {
  const tally = join(FOLDER, suite)
  rmSync(tally, { force: true })
  mkdirSync(FOLDER, { recursive: true })
  const config = join(FOLDER, 'foundry.toml')
  writeFileSync(config, CONFIG)
  const started = performance.now()
  const { status, output } = await runForge(['test', '--match-contract', suite], {
    FOUNDRY_INVARIANT: plays(runs, depth),
    FOUNDRY_CONFIG: config,
    TALLY: tally,
  })
  if (status !== 0) throw new Error(output)
  const seconds = Math.round((performance.now() - started) / 1000)
  const ends = readFileSync(tally, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
  const sum = (index: number) => ends.reduce((total, end) => total + end[index]!, 0)
  const [tried, succeeded] = [sum(0), sum(1)]
  return {
    calls: runs * depth,
    tried,
    succeeded,
    share: Math.round((100 * succeeded) / tried) / 100,
    seconds,
  }
}
