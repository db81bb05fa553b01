import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  bytesToHex,
  ContractFunctionRevertedError,
  createPublicClient,
  type Hex,
  http,
  BaseError as ViemError,
} from 'viem'
import manifest from '#circuits/manifest.js'
import { loadCircuits } from '#prover/circuits.js'
import { makeRecipientKey } from '#prover/sealed-trade.js'
import { type Embedded, startEmbedded } from '#server/embedded.js'
import type { PlanReport } from '#server/schemas/plan.js'
import type { Job } from '#server/schemas/rebalance.js'
import { errorsAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import { type DemoBatch, demoBatch } from './demo-batch.js'
import { DemoClient, DemoError, example, progressOf } from './demo-client.js'
import { demoOpenTrade } from './demo-open-trade.js'
import { createDesk, type Marks, publish, putBook, secondsOf } from './desk-fund.js'
import { planTable } from './plan-table.js'
import { Progress } from './progress.js'

/** Steps wait for those that are still being proven: a step alone for nobody. */
const BATCHES = { max: 16, waitSeconds: 3_600, baseFeeLimit: undefined }

export type DemoOptions = {
  readonly json: boolean
  readonly dataDir: string
  /** Whether four portfolios also step in one transaction, which takes seven proofs more. */
  readonly batch: boolean
}

/**
 * Runs the whole main job, an open trade and three refusals; throws {@link DemoError} where something does not come out as
 * it must.
 */
export async function runDemo({ json, dataDir, batch }: DemoOptions): Promise<void> {
  const progress = new Progress()
  // Exit handlers end the chain and the provers; without these a signal would skip them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const marks = { first: example<Marks>('marks-2026-01-02'), second: example<Marks>('marks-2026-04-27') }
  console.log('Ballast demo. DEVELOPMENT KEYS: worthless as security, refused off local chains.\n')

  console.log('1. Bring-up: circuits and keys, a local chain, contracts, the service')
  progress.begin('circuits, keys, chain, service')
  const shares = new Map<string, number>()
  const stack = await startEmbedded({
    dataDir,
    port: 0,
    tier: 'desk',
    genesisTime: secondsOf(marks.first.time) - 600n,
    config: { logLevel: 'silent', batches: BATCHES },
    onProgress: (phase, circuit) => {
      if (circuit)
        shares.set(
          circuit.circuit,
          circuit.phase === 'compiling' ? 0 : circuit.phase === 'key' ? circuit.done : 1,
        )
      const total = [...shares.values()].reduce((sum, share) => sum + share, 0) / 3
      progress.update(
        phase === 'circuits' ? total * 0.9 : 0.95,
        circuit ? `${circuit.circuit} ${circuit.phase}` : phase,
      )
    },
  })
  progress.end(`ledger ${stack.deployment.ledger}`)
  try {
    await mainJob(stack, marks, progress, { json, batch })
  } finally {
    await stack.stop()
  }
}

async function mainJob(
  stack: Embedded,
  marks: { first: Marks; second: Marks },
  progress: Progress,
  { json, batch }: Pick<DemoOptions, 'json' | 'batch'>,
): Promise<void> {
  const fund = new DemoClient(stack.baseUrl, stack.apiKey)
  const desk = await makeRecipientKey()
  const auditor = await makeRecipientKey()

  console.log(`\n2. A fund opens its book at the marks of ${marks.first.time}`)
  const recipients = [desk.publicKey, auditor.publicKey]
  const { id, universeId } = await createDesk(fund, recipients)
  progress.begin('market captured, its digest proven and published')
  await publish(stack, fund, universeId, marks.first)
  progress.end()
  await putBook(stack, fund, id)
  const runJob = (label: string, path: string, body: unknown, key: string) =>
    run(fund, progress, label, path, body, key)
  await runJob('opening proven and on chain', `/portfolios/${id}/open`, undefined, 'demo-open')
  await say(fund, id)
  console.log('  what the strategy would do now, for the fund alone:')
  await ask(fund, id)

  console.log(`\n3. The market moves to the marks of ${marks.second.time}`)
  await stack.warp(secondsOf(marks.second.time))
  progress.begin('market captured, its digest proven and published')
  await publish(stack, fund, universeId, marks.second)
  progress.end()
  await say(fund, id)

  console.log('\n4. The plan, for the fund alone')
  await ask(fund, id)

  console.log('\n5. Plan, proof, submission')
  const rebalances = `/portfolios/${id}/rebalances`
  const body = { mode: 'targets' }
  const job = await runJob('rebalance proven and on chain', rebalances, body, 'demo-rebalance')
  const record = await say(fund, id)
  if (record.verdict !== 'green') throw new DemoError(record.verdict, 'the portfolio is not green')
  console.log('  asked again, the strategy answers:')
  const again = await ask(fund, id)
  if (again.outcome !== 'hold') throw new DemoError(again.outcome, 'one snapshot was to be traded twice')

  console.log('\n6. An open trade: its legs in clear, executed in the transaction of their proof')
  await demoOpenTrade({ stack, fund, progress, id, run: runJob, marks: marks.second })
  const after = await say(fund, id)
  if (after.verdict !== 'green') throw new DemoError(after.verdict, 'the portfolio is not green')

  let together: DemoBatch | undefined
  if (batch) {
    console.log('\n   A batch: the steps of four portfolios in one transaction')
    const stage = { stack, fund, progress, id, recipients }
    together = await demoBatch({ ...stage, gasAlone: Number(job.gasUsed) })
  }

  console.log(
    '\n7. A stranger checks, in a fresh process, from the chain alone; the auditor opens the sealed trades',
  )
  const circuits = await loadCircuits('desk')
  const keyHash = keyHashOf(circuits.rebalance.vkey)
  await strangerVerifies(stack, id, keyHash, auditor.privateKey)

  console.log('\n8. Three refusals')
  await refuseReplay(stack, job.txHash as Hex)
  const greedy = { mode: 'trades', trades: { BTC: '2000' } }
  await refuse(fund, 'a trade beyond a limit', rebalances, greedy, 'demo-greedy')
  await stack.warp(secondsOf(marks.second.time) + 7_200n)
  await refuse(fund, 'a stale price', rebalances, { mode: 'heartbeat' }, 'demo-stale')

  const summary = {
    status: after.verdict,
    epoch: Number(record.epoch),
    gasUsed: Number(job.gasUsed),
    constraints: manifest.circuits['rebalance-desk'].constraints,
    proveMs: Math.round(job.timings?.proveMs ?? 0),
    tx: job.txHash,
    ...(together ? { batch: together } : {}),
  }
  if (json) console.log(JSON.stringify(summary))
  else
    console.log(
      `\nGreen: epoch ${summary.epoch}, ${summary.gasUsed} gas, proof in ${summary.proveMs} ms, ${summary.tx}`,
    )
}

async function run(
  fund: DemoClient,
  progress: Progress,
  label: string,
  path: string,
  body: unknown,
  key: string,
): Promise<Job> {
  progress.begin(label)
  const accepted = await fund.call<Job>('POST', path, body, key)
  const job = await fund.follow(accepted.id, (what) => {
    progress.update(progressOf(what), what)
  })
  progress.end(job.gasUsed ? `${job.gasUsed} gas` : job.state)
  if (job.state !== 'confirmed') throw new DemoError(job.failure ?? job.state, `${label} failed`)
  return job
}

/** Prints what the strategy would do at the newest snapshot, and why. */
async function ask(fund: DemoClient, id: Hex): Promise<PlanReport> {
  const plan = await fund.call<PlanReport>('POST', `/portfolios/${id}/plans`, { mode: 'targets' })
  console.log(planTable(plan))
  return plan
}

type PublicRecord = { readonly verdict: string; readonly reasons: readonly string[]; readonly epoch: string }

async function say(fund: DemoClient, id: Hex): Promise<PublicRecord> {
  const record = await fund.call<PublicRecord>('GET', `/public/portfolios/${id}`)
  const why = record.reasons.length === 0 ? '' : ` (${record.reasons.join(', ')})`
  console.log(`  on chain: ${record.verdict}${why}, epoch ${record.epoch}`)
  return record
}

/** A process of its own with nothing but an RPC URL, addresses and the published key hash. */
async function strangerVerifies(
  stack: Embedded,
  id: Hex,
  keyHash: Hex,
  recipientKey: Uint8Array,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-auditor-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const keyFile = join(folder, 'recipient.key')
  writeFileSync(keyFile, bytesToHex(recipientKey), { mode: 0o600 })
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const options = { rpc: stack.rpcUrl, ledger: stack.deployment.ledger, portfolio: id, 'key-hash': keyHash }
  const flags = Object.entries({ ...options, 'recipient-key': keyFile }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ])
  const args = ['--conditions=source', '--import', 'tsx', main, 'verify', ...flags]
  try {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.on('data', (text: Buffer) =>
      process.stdout.write(`${text}`.replace(/^/gm, '  ').replace(/ {2}$/, '')),
    )
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    if (code !== 0) throw new DemoError(`exit ${code}`, 'the independent check failed')
  } finally {
    remove()
    process.off('exit', remove)
  }
}

/** The confirmed transaction once more, by a stranger. */
async function refuseReplay(stack: Embedded, hash: Hex): Promise<void> {
  const client = createPublicClient({ transport: http(stack.rpcUrl) })
  const { input } = await client.getTransaction({ hash })
  const call = { to: stack.deployment.ledger, data: input }
  const reason = await client.call(call).then(
    () => undefined,
    (error: unknown) => revertName(error),
  )
  if (reason === undefined) throw new DemoError('accepted', 'a replayed proof was accepted')
  console.log(`  a replayed proof: refused by the ledger, ${reason}`)
}

function revertName(error: unknown): string {
  const data =
    error instanceof ViemError
      ? (error.walk((e) => 'data' in (e as object)) as { data?: Hex } | null)?.data
      : undefined
  if (!data) return 'reverted'
  const abi = [...rebalanceLedgerAbi, ...errorsAbi]
  return (
    new ContractFunctionRevertedError({ abi, data, functionName: 'rebalance' }).data?.errorName ?? 'reverted'
  )
}

/** A step that must not come through: refused at once, or by a job that fails; nothing moves on chain. */
async function refuse(
  fund: DemoClient,
  what: string,
  path: string,
  body: unknown,
  key: string,
): Promise<void> {
  const { id } = await fund.call<Job>('POST', path, body, key)
  const job = await fund.follow(id, () => {})
  if (job.state === 'confirmed') throw new DemoError('accepted', `${what} was accepted`)
  console.log(`  ${what}: refused by the service before anything is sent, ${job.failure}`)
}
