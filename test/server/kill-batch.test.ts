import { createPublicClient, type Hex, http } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TINY_PRICES, TINY_PRICES_LATER } from '#test/fixtures/tiny-desk.js'
import { KillableService } from './killable-service.js'

/** From the first proof that waits, through the transaction that two jobs share, to the first of them confirmed. */
const POINTS = ['proved', 'signed', 'sent', 'submitted', 'confirmed']
/** A step waits for another one, for as long as it takes. */
const PAIRS = {
  BALLAST_BATCH_MAX: '2',
  BALLAST_BATCH_WAIT_SECONDS: '86400',
  BALLAST_BATCH_BASE_FEE_GWEI: '0',
}
let service: KillableService

beforeAll(async () => {
  service = await KillableService.start()
})
afterAll(async () => {
  await service?.stop()
})

test('two jobs whose process is killed at every state of their batch end in one transaction', async () => {
  await service.setPrices(TINY_PRICES)
  const first = service.serve()
  const fund = await first.ready
  const portfolios = []
  for (let i = 0; i < 2; i++) portfolios.push(await fund.openTiny(service.local.accounts.attestor))
  await service.setPrices(TINY_PRICES_LATER)
  await fund.ok('POST', '/markets', { universeId: portfolios[0]!.universeId })
  const client = createPublicClient({ chain: foundry, transport: http(service.rpcUrl), cacheTime: 0 })
  const { address } = service.local.accounts.submitter
  const nonce = await client.getTransactionCount({ address })

  const jobs = await Promise.all(
    portfolios.map(({ id }) =>
      fund.ok('POST', `/portfolios/${id}/rebalances`, { mode: 'targets' }, { 'idempotency-key': 'pair' }),
    ),
  )
  first.child.kill('SIGKILL')
  expect(await first.ended).toBe('SIGKILL')
  const killedAt: string[] = []
  for (const point of POINTS) {
    if ((await service.serve(point, PAIRS).ended) === 'SIGKILL') killedAt.push(point)
  }
  expect(killedAt).toEqual(POINTS)

  const last = service.serve(undefined, PAIRS)
  const after = await last.ready
  const settled = await Promise.all(jobs.map(({ id }) => after.settled(id)))
  expect(settled.map(({ state, epoch, retries }) => [state, epoch, retries])).toEqual([
    ['confirmed', 2, 0],
    ['confirmed', 2, 0],
  ])
  const hash = settled[0]!.txHash as Hex
  expect(settled[1]!.txHash).toBe(hash)
  expect(await client.getTransactionCount({ address })).toBe(nonce + 1)

  const steps = await service.steps()
  const second = steps.filter(({ epoch }) => epoch === 2n)
  expect(steps.length).toBe(4)
  expect(second.map(({ transactionHash }) => transactionHash)).toEqual([hash, hash])
  for (const { id } of portfolios) {
    const { commitment } = await after.ok('GET', `/portfolios/${id}/book`)
    const step = second.find(({ portfolioId }) => portfolioId === id)
    expect(step?.commitment).toBe(BigInt(commitment))
  }
  last.child.kill('SIGTERM')
  expect(await last.ended).toBe(null)
}, 480_000)
