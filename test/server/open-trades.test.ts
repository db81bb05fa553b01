import { type Address, createPublicClient, erc20Abi, type Hex, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyRecord } from '#cli/verify-record.js'
import { VECTORS } from '#portfolio/layout.js'
import { parseDecimal, VALUE_DECIMALS } from '#portfolio/units.js'
import { loadCircuits } from '#prover/circuits.js'
import type { LocalMarkets } from '#server/local-markets.js'
import { parsePrice } from '#server/schemas/wire.js'
import { TINY_PRICES_LATER } from '#test/fixtures/tiny-desk.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import { readLeg } from '#verifier-contracts/open-trade.js'
import { decodeOpenTrade } from './decode-open-trade.js'
import { expectRefusal } from './refusals.js'
import { NOBODY, REFUSED_LISTINGS } from './refused-listings.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'
import { AT_ONCE } from './tiny-strategy.js'

const PRICES = {
  BTC: parsePrice(TINY_PRICES_LATER.BTC, 'BTC'),
  ETH: parsePrice(TINY_PRICES_LATER.ETH, 'ETH'),
}
const BTC = 0
const ETH = 2

let stack: TinyStack
let markets: LocalMarkets
let id: string
let universeId: string
let vault: Address

beforeAll(async () => {
  stack = await startTinyStack()
  markets = await stack.makeMarkets(PRICES)
  const opened = await stack.fund.openTiny(stack.accounts.attestor)
  id = opened.id
  universeId = opened.universeId
})
afterAll(async () => stack?.stop())

const one = (pool: Address, shareBps = '10000') => [{ pool, shareBps }]
/** The same address in the other capitals. */
const respellingOf = (address: string) =>
  `0x${[...address.slice(2)].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('')}` as Address
const coin = (name: 'BTC' | 'ETH') => markets.coins[name]!
const listing = () => ({
  account: 0,
  quote: markets.dollar.address,
  tokens: { BTC: coin('BTC').address, ETH: coin('ETH').address },
  venues: [
    { kind: 'uniswap-v3', factory: markets.v3Factory },
    { kind: 'uniswap-v2', factory: markets.v2Factory, feePips: '3000' },
  ],
})
const sale = (change: object = {}) => ({
  mode: 'trades',
  trades: { BTC: '-1' },
  open: true,
  routes: { BTC: one(coin('BTC').pool) },
  slippageBps: '10',
  ...change,
})
const rebalances = () => `/portfolios/${id}/rebalances`
const plan = (body: unknown) => stack.fund.ok('POST', `/portfolios/${id}/plans`, body)
const held = async (token: { address: Address }) => {
  const client = createPublicClient({ transport: http(stack.rpcUrl), cacheTime: 0 })
  return client.readContract({ ...token, abi: erc20Abi, functionName: 'balanceOf', args: [vault] })
}
const refused = (call: object, status: number, code: string, field?: string) =>
  expectRefusal(
    stack,
    id,
    { path: rebalances(), headers: { 'idempotency-key': crypto.randomUUID() }, ...call },
    status,
    code,
    field,
  )

describe('what open trades are settled in', () => {
  const put = (body: object) => ({ method: 'PUT', path: `/portfolios/${id}/settlement`, body })

  test('is nothing until it is listed, and then nothing is traded openly', async () => {
    const { vault, inForce, announced } = await stack.fund.ok('GET', `/portfolios/${id}/settlement`)
    expect([vault, inForce, announced]).toEqual([null, null, null])
    await refused({ body: sale() }, 409, 'SERVER_NO_SETTLEMENT', 'open')
  })

  test.each(REFUSED_LISTINGS)('is refused with %s', async (_, change, status, code, field) => {
    await refused(put({ ...listing(), ...change }), status, code, field)
  })

  test('is not listed before the portfolio has a mandate on chain', async () => {
    const draft = await stack.fund.createPortfolio()
    const call = { method: 'PUT', path: `/portfolios/${draft.id}/settlement`, body: listing() }
    await refused(call, 409, 'CHAIN_NO_MANDATE')
  })

  test('is listed at once, with the decimals of its tokens and a vault; a change has its notice', async () => {
    const listed = await stack.fund.ok('PUT', `/portfolios/${id}/settlement`, listing())
    vault = listed.vault
    expect(listed.inForce).toMatchObject({ quote: { decimals: 6 }, tokens: { BTC: { decimals: 8 } } })
    expect(Object.keys(listed.inForce.tokens)).toEqual(['BTC', 'ETH'])
    await markets.give(coin('BTC'), vault, 30n * 10n ** 8n)
    await markets.give(coin('ETH'), vault, 500n * 10n ** 18n)
    await markets.give(markets.dollar, vault, 1_000_000n * 10n ** 6n)

    const narrower = { ...listing(), tokens: { BTC: coin('BTC').address } }
    const announced = await stack.fund.ok('PUT', `/portfolios/${id}/settlement`, narrower)
    expect(Object.keys(announced.inForce.tokens)).toEqual(['BTC', 'ETH'])
    expect(Object.keys(announced.announced.settlement.tokens)).toEqual(['BTC'])
    expect(Number(announced.announced.dueAt)).toBeGreaterThan(Date.now() / 1000)
    await stack.fund.ok('PUT', `/portfolios/${id}/settlement`, listing())
  })
})

describe('a request for an open trade', () => {
  test.each([
    ['no routes', () => sale({ routes: undefined }), 400, 'SERVER_WIRE', 'routes'],
    ['routes, but not open', () => sale({ open: undefined }), 400, 'SERVER_WIRE', 'routes'],
    ['open: false', () => sale({ open: false }), 400, 'SERVER_WIRE', 'open'],
    [
      'a trade without a route',
      () => sale({ trades: { BTC: '-1', ETH: '2' } }),
      400,
      'SERVER_WIRE',
      'routes.ETH',
    ],
    ['a route without a trade', () => sale({ trades: { BTC: '0' } }), 400, 'SERVER_WIRE', 'routes.BTC'],
    [
      'shares of less than the leg',
      () => sale({ routes: { BTC: one(coin('BTC').pool, '9999') } }),
      400,
      'SERVER_WIRE',
      'routes.BTC',
    ],
    [
      'a share of more than the leg',
      () => sale({ routes: { BTC: one(coin('BTC').pool, '10001') } }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'routes.BTC[0].shareBps',
    ],
    ['too much slippage', () => sale({ slippageBps: '1001' }), 422, 'PORTFOLIO_OUT_OF_RANGE', 'slippageBps'],
    ['no time', () => sale({ deadlineSeconds: '0' }), 422, 'PORTFOLIO_OUT_OF_RANGE', 'deadlineSeconds'],
    [
      'too much time',
      () => sale({ deadlineSeconds: '86401' }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'deadlineSeconds',
    ],
    [
      'venues beside its routes',
      () => ({ mode: 'targets', open: true, routes: { BTC: one(coin('BTC').pool) }, venues: {} }),
      400,
      'SERVER_WIRE',
      'venues',
    ],
    [
      'a perpetual',
      () => sale({ trades: { 'BTC-PERP': '1' }, routes: { 'BTC-PERP': one(coin('BTC').pool) } }),
      422,
      'SERVER_NOT_EXECUTABLE',
      'routes.BTC-PERP',
    ],
    [
      'a pool that is none',
      () => sale({ routes: { BTC: one(coin('BTC').address) } }),
      422,
      'SERVER_ROUTE',
      'routes.BTC[0].pool',
    ],
    [
      'an address without a contract for a pool',
      () => sale({ routes: { BTC: one(NOBODY) } }),
      422,
      'SERVER_ROUTE',
      'routes.BTC[0].pool',
    ],
  ])('is refused with %s', async (_, body, status, code, field) => {
    await refused({ body: body() }, status, code, field)
  })

  test('is told in a dry run what the chain would do with it', async () => {
    await stack.setPrices(TINY_PRICES_LATER)
    await stack.fund.ok('POST', '/markets', { universeId })
    const good = await plan(sale())
    expect(good).toMatchObject({ verdict: 'compliant', execution: { refusal: null } })
    expect(Number(good.execution.improvement)).toBeGreaterThan(0)
    // A fee of 30 basis points where the strategy expects 7.
    const dear = await plan(sale({ routes: { BTC: one(coin('BTC').dearPool) }, slippageBps: '0' }))
    expect(dear.execution).toEqual({ refusal: 'CHAIN_WORSE_THAN_PROVEN', improvement: '0' })
    // Capitals that are no checksum name the same pool.
    const respelt = one(respellingOf(coin('BTC').pool))
    expect((await plan(sale({ routes: { BTC: respelt } }))).execution).toEqual(good.execution)
    const elsewhere = await plan(sale({ routes: { BTC: one(coin('ETH').pool) } }))
    expect(elsewhere.execution).toEqual({ refusal: 'CHAIN_WRONG_POOL', improvement: '0' })
    expect((await plan({ mode: 'trades', trades: { BTC: '-1' } })).execution).toBe(null)
  })

  test('that would not be executed fails before anything is proven', async () => {
    const body = sale({ routes: { BTC: one(coin('BTC').dearPool) }, slippageBps: '0' })
    const job = await stack.fund.run(rebalances(), body, 'dear')
    expect(job).toMatchObject({
      state: 'failed',
      failure: 'CHAIN_WORSE_THAN_PROVEN',
      txHash: null,
      timings: null,
    })
  })
})

test('targets are reached with the routed spots alone, in the transaction of the proof', async () => {
  const body = {
    mode: 'targets',
    open: true,
    slippageBps: '20',
    routes: {
      BTC: [...one(coin('BTC').pool, '9000'), ...one(coin('BTC').pair, '1000')],
      ETH: one(coin('ETH').pool),
    },
  }
  const { trades } = await plan(body)
  expect(trades.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['BTC'])
  const before = await held(coin('BTC'))
  const job = await stack.fund.run(rebalances(), body, 'targets')
  expect(job).toMatchObject({ state: 'confirmed', epoch: 2, failure: null })
  const bought = parseDecimal(trades[0].quantity, 8, 'quantity')
  expect((await held(coin('BTC'))) - before).toBe(bought)

  const receipt = await stack.fund.ok('GET', `/rebalances/${job.id}/proof`)
  expect(await stack.fund.ok('POST', '/public/verify', receipt)).toMatchObject({ valid: true })
  expect(readLeg(BigInt(receipt.x[VECTORS.rebalance.head.length + BTC])).trade).toBe(bought)
  const { routes } = decodeOpenTrade(receipt.sealedTrade)
  expect(routes.map(({ quantity }) => quantity)).toEqual([(bought * 9n) / 10n, bought - (bought * 9n) / 10n])
})

test('what was better than proven is cash after the next step', async () => {
  const { fund } = stack
  const cash = async () => {
    const { book } = await fund.ok('GET', `/portfolios/${id}/book`)
    return parseDecimal(book.cash[0], VALUE_DECIMALS, 'cash')
  }
  await fund.ok('POST', '/markets', { universeId })
  const [before, dollars] = [await cash(), await held(markets.dollar)]
  const body = sale({
    trades: { BTC: '-1', ETH: '20' },
    routes: { BTC: one(coin('BTC').pool), ETH: one(coin('ETH').pool) },
  })
  const { trades, execution } = await plan(body)
  const job = await fund.run(rebalances(), body, 'both')
  expect(job).toMatchObject({ state: 'confirmed', epoch: 3 })
  const { routes } = decodeOpenTrade((await fund.ok('GET', `/rebalances/${job.id}/proof`)).sealedTrade)
  expect(routes.map(({ slot }) => slot)).toEqual([BTC, ETH])

  const improvement = parseDecimal(execution.improvement, VALUE_DECIMALS, 'improvement')
  const proven = trades.reduce(
    (sum: bigint, { quantity, expectedFill }: { quantity: string; expectedFill: string }) =>
      sum - parseDecimal(quantity, 8, 'quantity') * parseDecimal(expectedFill, 8, 'fill'),
    0n,
  )
  // The flow of the first trade was due at this snapshot, its own comes with the next.
  const earlier = (await cash()) - before - proven
  expect(earlier).toBeGreaterThan(0n)
  const paid = ((await held(markets.dollar)) - dollars) * 10n ** 10n
  expect(paid).toBe(proven + improvement)

  await fund.ok('POST', '/markets', { universeId })
  const beat = await fund.run(rebalances(), { mode: 'heartbeat' }, 'beat')
  expect(beat).toMatchObject({ state: 'confirmed', epoch: 4 })
  expect((await cash()) - before).toBe(proven + earlier + improvement)
})

test('the slippage that is allowed counts in the cost cap of an intent', async () => {
  const path = `/portfolios/${id}/strategy`
  const { version } = await stack.fund.ok('GET', path)
  const { status } = await stack.fund.call('PUT', path, AT_ONCE, { 'if-match': `"${version}"` })
  expect(status).toBe(200)
  const routes = { BTC: one(coin('BTC').pool), ETH: one(coin('ETH').pool) }
  const decidedBy = async (slippageBps: string) =>
    (await plan({ mode: 'targets', open: true, slippageBps, routes })).sizing.decidedBy
  expect([await decidedBy('0'), await decidedBy('1000')]).toEqual(['risk', 'costCap'])
})

test('a stranger checks open and sealed steps from the chain alone', async () => {
  const { verdict, epochs } = await verifyRecord({
    rpcUrl: stack.rpcUrl,
    ledger: stack.deployment.ledger,
    portfolioId: id as Hex,
    keyHashes: [keyHashOf((await loadCircuits('tiny')).rebalance.vkey)],
  })
  expect(verdict).toBe('green')
  expect(epochs.map(({ openLegs }) => openLegs)).toEqual([undefined, 1, 2, undefined])
})
