import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCircuits } from '#prover/circuits.js'
import { type Anvil, startAnvil } from '#server/anvil.js'
import { formatDeployment } from '#server/chain/deployment.js'
import { JOB_STATES } from '#server/jobs/job-state.js'
import { deployLocal, type LocalChain } from '#server/local-chain.js'
import { parsePrice } from '#server/schemas/wire.js'
import { readSecretFile, writeSecretFile } from '#server/secret-file.js'
import { TINY_FEEDS, TINY_PRICES, TINY_PRICES_LATER } from '#test/fixtures/tiny-desk.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { FundClient } from './fund-client.js'
import { AT_ONCE } from './tiny-strategy.js'

const DATA = mkdtempSync(join(tmpdir(), 'ballast-kill-'))
const file = (name: string) => join(DATA, name)
/** After each state is persisted, and between sending the transaction and recording that it was sent. */
const POINTS = [...JOB_STATES.slice(0, 6), 'sent', 'submitted', 'confirmed']
const running = new Set<ChildProcess>()
let anvil: Anvil
let local: LocalChain

beforeAll(async () => {
  anvil = await startAnvil()
  local = await deployLocal({
    rpcUrl: anvil.rpcUrl,
    circuits: await loadCircuits('tiny'),
    feeds: TINY_FEEDS,
  })
  writeSecretFile(file('deployment.json'), formatDeployment(local.deployment))
  writeSecretFile(file('keystore.json'), JSON.stringify(local.privateKeys))
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await anvil?.stop()
  rmSync(DATA, { recursive: true, force: true })
})

/** A real server process; `ready` resolves when it listens, `ended` with the signal that ended it. */
function serve(crashAt?: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'server/main.ts'], {
    env: {
      ...process.env,
      BALLAST_DATA_DIR: DATA,
      BALLAST_PORT: '0',
      BALLAST_TIER: 'tiny',
      BALLAST_RPC_URL: anvil.rpcUrl,
      BALLAST_LOG_LEVEL: 'error',
      ...(crashAt ? { BALLAST_CRASH_AT: crashAt } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  const ended = new Promise<string | null>((resolve) => {
    child.once('exit', (_, signal) => {
      running.delete(child)
      resolve(signal)
    })
  })
  let output = ''
  const ready = new Promise<FundClient>((resolve, reject) => {
    child.stdout!.on('data', (chunk) => {
      output += chunk
      const url = /service\s+(http:\S+)/.exec(output)?.[1]
      if (url) resolve(new FundClient(url, apiKey()))
    })
    child.once('exit', () => reject(new Error('the server ended before it listened')))
  })
  ready.catch(() => {})
  return { child, ready, ended }
}

const apiKey = () => readSecretFile(file('api.key'), 'BALLAST_API_KEY_FILE').toString('hex')

const setPrices = async (prices: Readonly<Record<string, string>>) => {
  for (const [name, price] of Object.entries(prices)) await local.setFeed(name, parsePrice(price, name))
}

test('a rebalance whose process is killed at every state ends once on chain, with the book that the head commits to', async () => {
  await setPrices(TINY_PRICES)
  const first = serve()
  const fund = await first.ready
  const { id, universeId } = await fund.openTiny(local.accounts.attestor)
  await setPrices(TINY_PRICES_LATER)
  await fund.ok('POST', '/markets', { universeId })
  await fund.ok('PUT', `/portfolios/${id}/strategy`, AT_ONCE, { 'if-match': '"1"' })
  const planned = await fund.ok('POST', `/portfolios/${id}/plans`, { mode: 'targets' })
  expect([planned.outcome, Number(planned.expectedCost) > 0]).toEqual(['trade', true])
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(null)

  const request = { mode: 'targets' }
  const key = { 'idempotency-key': 'killed' }
  const killedAt: string[] = []
  for (const point of POINTS) {
    const server = serve(point)
    if (point === 'queued') {
      // The request that is cut off was accepted all the same, and is repeated below.
      const ready = await server.ready
      await ready.call('POST', `/portfolios/${id}/rebalances`, request, key).catch(() => {})
    }
    if ((await server.ended) === 'SIGKILL') killedAt.push(point)
  }
  expect(killedAt).toEqual(POINTS)

  const last = serve()
  const after = await last.ready
  const repeated = await after.ok('POST', `/portfolios/${id}/rebalances`, request, key)
  expect(repeated).toMatchObject({ state: 'confirmed', epoch: 2, failure: null })
  const { rebalances } = await after.ok('GET', `/portfolios/${id}/rebalances`)
  expect(rebalances.map((job: { kind: string }) => job.kind)).toEqual(['rebalance', 'open'])

  const client = createPublicClient({ chain: foundry, transport: http(anvil.rpcUrl) })
  const logs = await client.getContractEvents({
    address: local.deployment.ledger,
    abi: rebalanceLedgerAbi,
    eventName: 'Rebalanced',
    fromBlock: 0n,
    strict: true,
  })
  expect(logs.map((log) => log.args.epoch)).toEqual([1n, 2n])
  const { commitment } = await after.ok('GET', `/portfolios/${id}/book`)
  expect(logs[1]!.args.x[3]).toBe(BigInt(commitment))

  // What the step has cost is counted once.
  const { nav, sizing } = await after.ok('POST', `/portfolios/${id}/plans`, { mode: 'targets' })
  const left = 5_000 - Number(planned.expectedCost)
  expect(sizing.numbers.costLeftBps).toBeCloseTo((left / Number(nav.before)) * 1e4, 9)

  // The stored opening is the real one: the next step proves from it, though told to stop in the middle of the proof.
  const next = await after.ok(
    'POST',
    `/portfolios/${id}/rebalances`,
    { mode: 'heartbeat' },
    { 'idempotency-key': 'next' },
  )
  while ((await after.ok('GET', `/rebalances/${next.id}`)).state !== 'proving')
    await new Promise((go) => setTimeout(go, 20))
  last.child.kill('SIGTERM')
  expect(await last.ended).toBe(null)
  expect(last.child.exitCode).toBe(0)
  const again = serve()
  const job = await (await again.ready).settled(next.id)
  expect(job).toMatchObject({ state: 'confirmed', epoch: 3 })
  again.child.kill('SIGTERM')
  expect(await again.ended).toBe(null)
}, 480_000)
