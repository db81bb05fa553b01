import { afterAll, beforeAll, expect, test } from 'vitest'
import { JOB_STATES } from '#server/jobs/job-state.js'
import { TINY_PRICES, TINY_PRICES_LATER } from '#test/fixtures/tiny-desk.js'
import { KillableService } from './killable-service.js'
import { AT_ONCE } from './tiny-strategy.js'

/** After each state is persisted, and between sending the transaction and recording that it was sent. */
const POINTS = [...JOB_STATES.slice(0, 6), 'sent', 'submitted', 'confirmed']
let service: KillableService

beforeAll(async () => {
  service = await KillableService.start()
})
afterAll(async () => {
  await service?.stop()
})

test('a rebalance whose process is killed at every state ends once on chain, with the book that the head commits to', async () => {
  await service.setPrices(TINY_PRICES)
  const first = service.serve()
  const fund = await first.ready
  const { id, universeId } = await fund.openTiny(service.local.accounts.attestor)
  await service.setPrices(TINY_PRICES_LATER)
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
    const server = service.serve(point)
    if (point === 'queued') {
      // The request that is cut off was accepted all the same, and is repeated below.
      const ready = await server.ready
      await ready.call('POST', `/portfolios/${id}/rebalances`, request, key).catch(() => {})
    }
    if ((await server.ended) === 'SIGKILL') killedAt.push(point)
  }
  expect(killedAt).toEqual(POINTS)

  const last = service.serve()
  const after = await last.ready
  const repeated = await after.ok('POST', `/portfolios/${id}/rebalances`, request, key)
  expect(repeated).toMatchObject({ state: 'confirmed', epoch: 2, failure: null })
  const { rebalances } = await after.ok('GET', `/portfolios/${id}/rebalances`)
  expect(rebalances.map((job: { kind: string }) => job.kind)).toEqual(['rebalance', 'open'])

  const steps = await service.steps()
  expect(steps.map(({ epoch }) => epoch)).toEqual([1n, 2n])
  const { commitment } = await after.ok('GET', `/portfolios/${id}/book`)
  expect(steps[1]!.commitment).toBe(BigInt(commitment))

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
  const again = service.serve()
  const job = await (await again.ready).settled(next.id)
  expect(job).toMatchObject({ state: 'confirmed', epoch: 3 })
  again.child.kill('SIGTERM')
  expect(await again.ended).toBe(null)
}, 480_000)
