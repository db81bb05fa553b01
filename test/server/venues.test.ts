import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlanReport } from '#server/schemas/plan.js'
import { TINY_PRICES_LATER } from '#test/fixtures/tiny-desk.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'

let stack: TinyStack
let id: string

beforeAll(async () => {
  stack = await startTinyStack()
  const opened = await stack.fund.openTiny(stack.accounts.attestor)
  id = opened.id
  await stack.setPrices(TINY_PRICES_LATER)
  await stack.fund.ok('POST', '/markets', { universeId: opened.universeId })
})
afterAll(async () => stack?.stop())

/** A number of the fund's own that stands nowhere else. */
const PRIVATE = '70035.27182818'
const levels = (side: 1 | -1, first: string) =>
  [first, `${70_050 * (side === 1 ? 1 : 0.998)}`].map((price) => ({ price, quantity: '400' }))
const venues = (quantity: string) => ({
  BTC: {
    reachBps: '100',
    slippageBps: '10',
    venues: [
      {
        name: 'exchange',
        feeBps: '2',
        fixedCost: '0',
        minimum: '0.001',
        market: {
          kind: 'order-ladder',
          asks: levels(1, PRIVATE).map((level) => ({ ...level, quantity })),
          bids: levels(-1, '69980').map((level) => ({ ...level, quantity })),
        },
      },
      {
        name: 'pool',
        feeBps: '5',
        fixedCost: '3.5',
        minimum: '0',
        market: { kind: 'constant-product', baseReserve: '100', quoteReserve: '7000000' },
      },
    ],
  },
  'BTC-PERP': { reachBps: '0', slippageBps: '0', venues: [] },
})
const dryRun = (body: unknown): Promise<PlanReport> => stack.fund.ok('POST', `/portfolios/${id}/plans`, body)

test('a dry run shows the orders of every routed trade, in the units of the book', async () => {
  const plan = await dryRun({ mode: 'targets', venues: venues('400') })
  expect(plan.outcome).toBe('trade')
  const trade = plan.trades.find(({ symbol }) => symbol === 'BTC')!
  const { orders, dropped, certificate, quote } = trade.route!
  const sum = (numbers: readonly string[]) => numbers.reduce((total, x) => total + Number(x), 0)
  expect(sum(orders.map(({ quantity }) => quantity))).toBeCloseTo(Math.abs(Number(trade.quantity)), 8)
  expect(Number(quote)).toBeCloseTo(sum(orders.map((order) => order.quote)), 6)
  expect(Number(trade.expectedFill)).toBeCloseTo(Number(quote) / Math.abs(Number(trade.quantity)), 6)
  expect([...orders.map(({ venue }) => venue), ...dropped].sort()).toEqual(['exchange', 'pool'])
  expect(certificate.marginalGap).toBeLessThan(certificate.tolerance)
  for (const order of orders) {
    for (const number of Object.values(order)) expect(typeof number).toBe('string')
    expect(order.limitPrice).toMatch(/^\d+(\.\d{1,8})?$/)
  }
  for (const { symbol, route } of plan.trades)
    expect([symbol, route !== null]).toEqual([symbol, symbol === 'BTC'])
})

test('depth that keeps a target from being reached is named with its numbers', async () => {
  const shallow = venues('0.5')
  const one = { ...shallow, BTC: { ...shallow.BTC, venues: shallow.BTC.venues.slice(0, 1) } }
  const plan = await dryRun({ mode: 'targets', venues: one })
  const numbers = { traded: 1, depth: 1 }
  expect(plan.reasons).toContainEqual({ code: 'venue_depth', subject: 'BTC', numbers, unit: 'units' })
  expect(plan.trades.find(({ symbol }) => symbol === 'BTC')!.quantity).toBe('1')
})

test('a venue of no such form is refused by its field, and nothing of it is repeated', async () => {
  const wrong = venues(`-${PRIVATE}`)
  const answer = await stack.fund.call('POST', `/portfolios/${id}/plans`, { mode: 'targets', venues: wrong })
  expect([answer.status, answer.body.code, answer.body.field]).toEqual([
    422,
    'STRATEGY_EXECUTION_INPUT',
    'venues.BTC.venues[0].market.asks[0].quantity',
  ])
  expect(answer.text).not.toContain(PRIVATE)
})

test('a rebalance over venues is proven and confirmed, and its request is sealed', async () => {
  const body = { mode: 'targets', venues: venues('400') }
  const job = await stack.fund.run(`/portfolios/${id}/rebalances`, body, 'routed')
  expect(job).toMatchObject({ state: 'confirmed', failure: null })
  const { executeSql } = stack.app.store.executor
  const { rows } = await executeSql('select * from jobs')
  const seen = [...stack.logs, JSON.stringify(rows)]
  expect(JSON.stringify(rows)).toContain(job.id)
  for (const form of [PRIVATE, '7003527182818', 'order-ladder', 'reachBps']) {
    expect(seen.filter((text) => text.includes(form))).toEqual([])
  }
})
