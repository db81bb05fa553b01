import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatDecimal, QUANTITY_DECIMALS } from '#portfolio/units.js'
import { TINY_BOOK } from '#test/fixtures/tiny-desk.js'
import { type Served, TinyService } from './tiny-service.js'

let service: TinyService
let served: Served
let id: string

beforeAll(async () => {
  service = await TinyService.start()
  served = await service.serve({ plansPerHour: 1_000 })
  id = (await served.fund.openTiny(service.local.accounts.attestor)).id
})
afterAll(async () => {
  await served?.close()
  await service?.stop()
})

const plan = (body: unknown = { mode: 'heartbeat' }) =>
  served.fund.call('POST', `/portfolios/${id}/plans`, body)
const step = (key: string) =>
  served.fund.call('POST', `/portfolios/${id}/rebalances`, { mode: 'heartbeat' }, { 'idempotency-key': key })
const audit = async () => served.fund.ok('GET', `/portfolios/${id}/inquiries`)

/** Restarts over the same data directory. */
async function restart(settings: Parameters<TinyService['serve']>[0]) {
  await served.close()
  served = await service.serve(settings)
}

test('one bit an answer is enough to find a position, so every answer is counted and its asker kept', async () => {
  // Who may only see whether a sale is refused halves the interval in which the position lies, to the last unit.
  let [sold, refused] = [0n, 100n * 100_000_000n]
  let asked = 0
  while (refused - sold > 1n) {
    const middle = (sold + refused) / 2n
    const trades = { BTC: formatDecimal(-middle, QUANTITY_DECIMALS) }
    const { status, body } = await plan({ mode: 'trades', trades })
    expect(status).toBe(200)
    const out = body.limits.some(
      (line: { id: string; after: { status: string } }) =>
        line.id.startsWith('position.') && line.after.status === 'refused',
    )
    if (out) refused = middle
    else sold = middle
    asked++
  }
  expect(formatDecimal(sold, QUANTITY_DECIMALS)).toBe(TINY_BOOK.quantities.BTC)
  const { perHour, inquiries } = await audit()
  expect(perHour).toEqual({ plan: 1_000, step: 30 })
  const rows = inquiries.filter((row: { kind: string }) => row.kind === 'plan')
  expect(rows).toHaveLength(asked)
  expect(new Set(rows.map((row: { mandateDigest: string }) => row.mandateDigest)).size).toBe(1)
  for (const row of inquiries) {
    expect(Object.keys(row).sort()).toEqual(['at', 'caller', 'kind', 'mandateDigest', 'outcome'])
    expect(row).toMatchObject({ outcome: 'admitted', caller: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(served.apiKey).not.toContain(row.caller)
  }
})

test('a restart gives no answer back, and the refusal says when the next may come', async () => {
  const before = (await audit()).inquiries.length
  await restart({ plansPerHour: 20 })
  const refusals = await Promise.all([plan(), plan(), plan({ mode: 'targets' })])
  expect(refusals.map(({ status, body }) => [status, body.code])).toEqual(
    Array(3).fill([429, 'SERVER_INQUIRY_LIMIT']),
  )
  const { headers } = await served.app.inject({
    method: 'POST',
    url: `/portfolios/${id}/plans`,
    headers: { authorization: `Bearer ${served.apiKey}` },
    payload: { mode: 'heartbeat' },
  })
  expect(Number(headers['retry-after'])).toBeGreaterThan(3_000)
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(3_600)
  const { inquiries } = await audit()
  expect(inquiries.length).toBeLessThanOrEqual(before + 3)
  expect(inquiries[0]).toMatchObject({ kind: 'plan', outcome: 'limited' })
  const after = inquiries.length
  await plan()
  expect((await audit()).inquiries).toHaveLength(after)
})

test('many at once get no more than one after the other', async () => {
  const used = (await audit()).inquiries.filter((row: { outcome: string }) => row.outcome === 'admitted')
  const plans = used.filter((row: { kind: string }) => row.kind === 'plan').length
  await restart({ plansPerHour: plans + 3 })
  const answers = await Promise.all(Array.from({ length: 12 }, () => plan()))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(9)
})

test('steps have a number of their own; one asked for again with its key is the same one', async () => {
  await restart({ stepsPerHour: 2 })
  const first = await step('counted')
  expect(first.status).toBe(202)
  expect((await served.fund.settled(first.body.id)).state).toBe('confirmed')
  const again = await step('counted')
  expect([again.status, again.body.id]).toEqual([202, first.body.id])
  const second = await step('one-too-many')
  expect([second.status, second.body.code]).toEqual([429, 'SERVER_INQUIRY_LIMIT'])
  const { rebalances } = await served.fund.ok('GET', `/portfolios/${id}/rebalances`)
  expect(rebalances).toHaveLength(2)
})

test('records are only ever added, and one that is older than an hour counts no more', async () => {
  const { executor } = served.app.store
  for (const statement of [
    "update inquiries set caller = 'nobody'",
    'delete from inquiries',
    'truncate inquiries',
  ]) {
    await expect(executor.executeSql(statement)).rejects.toThrow('only added')
  }
  const other = (await served.fund.createPortfolio()).id
  const { inquiries } = served.app.store
  const inquiry = { portfolioId: other, caller: 'test', kind: 'plan' as const, mandateDigest: 1n }
  const old =
    "insert into inquiries (portfolio_id, caller, kind, mandate_digest, outcome, at) values ($1, 'x', 'plan', '1', 'admitted', now() - interval '3601 seconds')"
  for (let i = 0; i < 5; i++) await executor.executeSql(old, [other])
  await inquiries.admit(inquiry, 2)
  await inquiries.admit(inquiry, 2)
  await expect(inquiries.admit(inquiry, 2)).rejects.toMatchObject({ code: 'SERVER_INQUIRY_LIMIT' })
  await inquiries.admit({ ...inquiry, kind: 'step' }, 1)
  // A portfolio that is not open has no book to ask about.
  const { status, body } = await served.fund.call('POST', `/portfolios/${other}/plans`, { mode: 'heartbeat' })
  expect([status, body.code]).toEqual([409, 'SERVER_NOT_OPEN'])
})
