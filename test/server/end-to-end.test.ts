import { afterAll, beforeAll, expect, test } from 'vitest'
import { TINY_BOOK, TINY_PRICES_LATER } from '#test/fixtures/tiny-desk.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'

let stack: TinyStack
let id: string
let universeId: string

beforeAll(async () => {
  stack = await startTinyStack()
})
afterAll(async () => stack?.stop())

test('a portfolio opens with its attested book and is green', async () => {
  const opened = await stack.fund.openTiny(stack.accounts.attestor)
  id = opened.id
  universeId = opened.universeId
  const record = await stack.fund.ok('GET', `/public/portfolios/${id}`)
  expect(record).toMatchObject({ verdict: 'green', reasons: [], epoch: '1', compliant: true })
})

test('after the market moved, one request plans, proves and submits the way back to target', async () => {
  await stack.setPrices(TINY_PRICES_LATER)
  await stack.fund.ok('POST', '/markets', { universeId })
  const plan = await stack.fund.ok('POST', `/portfolios/${id}/plans`, { mode: 'targets' })
  expect(plan).toMatchObject({ outcome: 'trade', verdict: 'compliant' })
  expect(plan.trades.length).toBeGreaterThan(0)

  const job = await stack.fund.run(`/portfolios/${id}/rebalances`, { mode: 'targets' }, 'first')
  expect(job).toMatchObject({ state: 'confirmed', epoch: 2, failure: null })
  const record = await stack.fund.ok('GET', `/public/portfolios/${id}`)
  expect(record).toMatchObject({ verdict: 'green', epoch: '2' })

  const { book } = await stack.fund.ok('GET', `/portfolios/${id}/book`)
  for (const { symbol, quantity } of plan.trades) {
    const before = Number(TINY_BOOK.quantities[symbol])
    expect(Number(book.quantities[symbol])).toBeCloseTo(before + Number(quantity), 8)
  }
  const receipt = await stack.fund.ok('GET', `/rebalances/${job.id}/proof`)
  expect(await stack.fund.ok('POST', '/public/verify', receipt)).toMatchObject({ valid: true })
  const other = { ...receipt, x: receipt.x.with(1, '3') }
  expect(await stack.fund.ok('POST', '/public/verify', other)).toMatchObject({ valid: false })
})

test('a heartbeat proves the same book under a fresh commitment', async () => {
  const before = await stack.fund.ok('GET', `/portfolios/${id}/book`)
  const job = await stack.fund.run(`/portfolios/${id}/rebalances`, { mode: 'heartbeat' }, 'second')
  expect(job).toMatchObject({ state: 'confirmed', epoch: 3 })
  const after = await stack.fund.ok('GET', `/portfolios/${id}/book`)
  expect(after.book).toEqual(before.book)
  expect(after.commitment).not.toBe(before.commitment)
})
