import { decodeFunctionData, encodeFunctionData, type Hex } from 'viem'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { scheduleMandate } from '#server/chain/mandate-registrar.js'
import { mandatesAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { BatchDesk } from './batch-desk.js'

const FUNDS = 3
const HOUR = 3_600
/** The base fee never falls so far. */
const NEVER = { waitSeconds: HOUR, baseFeeLimit: 0n }
let desk: BatchDesk

beforeAll(async () => {
  desk = await BatchDesk.open(FUNDS)
})
afterEach(async () => {
  await desk.anvil.setAutomine(true)
})
afterAll(async () => desk?.close())

const dataOf = async (hash: string | null) => (await desk.chain.getTransaction({ hash: hash as Hex })).input

test('a step waits for the base fee, and goes when it has fallen', async () => {
  await desk.serve({ waitSeconds: HOUR, baseFeeLimit: 5n })
  const { id } = await desk.heartbeat(0, 'dear')
  await desk.reached(id, 'proved')
  // Another one, cancelled while it waits, leaves nothing behind.
  const other = await desk.heartbeat(1, 'given-up')
  await desk.reached(other.id, 'proved')
  await desk.fund.ok('POST', `/rebalances/${other.id}/cancel`)
  expect(await desk.fund.settled(other.id)).toMatchObject({ state: 'cancelled', txHash: null })
  expect(await desk.fund.ok('GET', `/rebalances/${id}`)).toMatchObject({ state: 'proved' })
  await desk.setBaseFee(5n)
  const job = await desk.fund.settled(id)
  expect(job.state).toBe('confirmed')
  expect(await desk.stepsOf(job.txHash)).toEqual([[desk.ids[0], BigInt(job.epoch!)]])
  await desk.setBaseFee(1_000_000_000n)
})

test('no proof waits until it is worthless: a newer capture sends what its grace is short for', async () => {
  await desk.serve(NEVER)
  const jobs = await Promise.all([0, 1].map((i) => desk.heartbeat(i, 'superseded')))
  for (const { id } of jobs) await desk.reached(id, 'proved')
  await desk.fund.ok('POST', '/markets', { universeId: desk.universeId })
  const [first, second] = await desk.settled(jobs)
  expect([first!.state, second!.state]).toEqual(['confirmed', 'confirmed'])
  // The proofs were those made before the capture, in one transaction.
  expect([first!.retries, second!.retries, second!.txHash]).toEqual([0, 0, first!.txHash])
})

test('one bad entry is found and left out, and proven anew; the others go together', async () => {
  await desk.serve(NEVER)
  const accepted = await desk.heartbeats('one-bad')
  for (const { id } of accepted) await desk.reached(id, 'proved')
  const [bad, ...good] = accepted
  const { jobs } = desk.served.app.store
  const spoilt = await jobs.get(bad!.id)
  const { proof, ...receipt } = (await jobs.receipt(spoilt))!
  await jobs.advance(spoilt, 'proved', { receipt: { ...receipt, proof: { ...proof, pi_a: proof.pi_c } } })
  await desk.serve({ ...NEVER, max: FUNDS })
  const others = await desk.settled(good)
  expect(others.map(({ state, retries }) => [state, retries])).toEqual(good.map(() => ['confirmed', 0]))
  expect(others[1]!.txHash).toBe(others[0]!.txHash)
  // The one proven anew waits for two that do not come.
  await desk.reached(bad!.id, 'proved')
  await desk.serve({})
  const again = await desk.fund.settled(bad!.id)
  expect([again.state, again.retries]).toEqual(['confirmed', 1])
  expect(again.txHash).not.toBe(others[0]!.txHash)
  await desk.expectBooksAreHeads()
})

test('a batch that needs more gas than a block has goes in parts', async () => {
  const { gasLimit } = await desk.chain.getBlock()
  await desk.serve({ ...NEVER, max: FUNDS })
  // One step fits with a quarter to spare, two do not fit.
  await desk.setBlockGasLimit(390_000n)
  const jobs = await desk.settled(await desk.heartbeats('too-much'))
  await desk.setBlockGasLimit(gasLimit)
  expect(jobs.map(({ state, retries }) => [state, retries])).toEqual(jobs.map(() => ['confirmed', 0]))
  expect(new Set(jobs.map(({ txHash }) => txHash)).size).toBe(FUNDS)
})

test('a copy sent ahead voids neither the rest of a batch nor its own step', async () => {
  await desk.serve({ ...NEVER, max: FUNDS })
  await desk.anvil.setAutomine(false)
  const accepted = await desk.heartbeats('copied')
  const jobs = await Promise.all(accepted.map(({ id }) => desk.reached(id, 'submitted')))
  const txHash = jobs[0]!.txHash
  const batch = decodeFunctionData({ abi: rebalanceLedgerAbi, data: await dataOf(txHash) })
  if (batch.functionName !== 'rebalanceBatch') throw new Error('not a batch')
  const [copied] = batch.args[0]
  const { portfolioId, head, submission } = copied!
  const args = [portfolioId, head, submission] as const
  await desk.sendAhead(encodeFunctionData({ abi: rebalanceLedgerAbi, functionName: 'rebalance', args }))
  const done = await desk.settled(accepted)
  expect(done.map(({ state, retries }) => [state, retries])).toEqual(accepted.map(() => ['confirmed', 0]))
  // The batch did the others only, and they alone have paid.
  const others = [...desk.ids].sort().filter((id) => id !== portfolioId)
  expect((await desk.stepsOf(txHash)).map(([id]) => id)).toEqual(others)
  const paid = done.filter(({ gasUsed }) => gasUsed !== null).map((job) => job.portfolioId)
  expect(paid.toSorted()).toEqual(others)
  await desk.expectBooksAreHeads()
})

test('a copy of a single step, sent ahead, reverts its transaction and confirms its job', async () => {
  await desk.serve({})
  await desk.anvil.setAutomine(false)
  const { id } = await desk.heartbeat(0, 'copied-alone')
  const { txHash } = await desk.reached(id, 'submitted')
  await desk.sendAhead(await dataOf(txHash))
  expect(await desk.fund.settled(id)).toMatchObject({ state: 'confirmed', retries: 0, gasUsed: null })
  expect((await desk.receipt(txHash)).status).toBe('reverted')
  await desk.expectBooksAreHeads()
})

test('the terms in force say how long a proof may wait: one without grace does not', async () => {
  await desk.serve(NEVER)
  const { app } = desk.served
  const portfolio = await app.store.portfolios.get(desk.ids[0]!)
  const tighter = { ...portfolio, terms: { ...portfolio.terms, grace: 0 } }
  await scheduleMandate(app.parts, tighter, AbortSignal.timeout(60_000))
  const mandates = { address: app.chain.deployment.mandates, abi: mandatesAbi }
  await app.chain.send('governor', { ...mandates, functionName: 'activate', args: [portfolio.id] })
  const { id } = await desk.heartbeat(0, 'without-grace')
  expect(await desk.fund.settled(id)).toMatchObject({ state: 'confirmed', retries: 0 })
})
