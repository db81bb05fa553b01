import { describe, expect, test } from 'vitest'
import { BaseError } from '#portfolio/base-error.js'
import { problemOf } from '#server/problem.js'
import { parseStepRequest } from '#server/schemas/rebalance.js'
import { parseUniverse } from '#server/schemas/universe.js'
import { Sealer } from '#server/store/seal.js'
import { TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'

const universe = parseUniverse(TINY_UNIVERSE)
const SLOTS = 4
const SECRET = '31.41592653'
const parse = (venues: unknown) => parseStepRequest({ mode: 'targets', venues }, universe, SLOTS)

const LADDER = {
  kind: 'order-ladder',
  asks: [{ price: '90010.5', quantity: '0.7' }],
  bids: [{ price: '89990', quantity: '1.25' }],
}
const POOL = { kind: 'constant-product', baseReserve: '1000', quoteReserve: '90000000' }
const RANGES = {
  kind: 'concentrated-liquidity',
  price: '90000',
  ranges: [{ lower: '89000', upper: '91000', liquidity: '300000.5' }],
}
const venue = (market: unknown, change: object = {}) => ({
  name: 'one',
  feeBps: '5',
  fixedCost: '1.5',
  minimum: '0',
  market,
  ...change,
})
const given = (...venues: unknown[]) => ({ reachBps: '100', slippageBps: '2.5', venues })

test('every kind of venue is read, by slot', () => {
  const venues = [LADDER, POOL, RANGES].map((market, k) => venue(market, { name: `v${k}` }))
  expect(parse({ ETH: given(...venues), BTC: given() })).toEqual({
    mode: 'targets',
    venues: {
      0: { reachBps: 100, slippageBps: 2.5, venues: [] },
      2: {
        reachBps: 100,
        slippageBps: 2.5,
        venues: [
          { name: 'v0', feeBps: 5, fixedCost: 1.5, minimum: 0 },
          { name: 'v1', feeBps: 5, fixedCost: 1.5, minimum: 0 },
          { name: 'v2', feeBps: 5, fixedCost: 1.5, minimum: 0 },
        ].map((each, k) => ({
          ...each,
          market: [
            {
              kind: 'order-ladder',
              asks: [{ price: 90_010.5, quantity: 0.7 }],
              bids: [{ price: 89_990, quantity: 1.25 }],
            },
            { kind: 'constant-product', baseReserve: 1_000, quoteReserve: 90_000_000 },
            {
              kind: 'concentrated-liquidity',
              price: 90_000,
              ranges: [{ lower: 89_000, upper: 91_000, liquidity: 300_000.5 }],
            },
          ][k],
        })),
      },
    },
  })
})

test('a request is the same after it was sealed and opened, and shows nothing meanwhile', () => {
  const sealer = new Sealer(Buffer.alloc(32, 7))
  const place = { table: 'jobs.request', row: 'a', portfolioId: 'b', version: 0 }
  const request = parse({ ETH: given(venue(LADDER)) })
  const sealed = sealer.seal(request, place)
  expect(sealer.open(sealed, place)).toEqual(request)
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('90010.5')
})

describe('at its bounds', () => {
  const many = <T>(length: number, of: (k: number) => T) => Array.from({ length }, (_, k) => of(k))
  const levels = (length: number) => ({
    ...LADDER,
    asks: many(length, (k) => ({ price: `${90_000 + k}`, quantity: '1' })),
  })
  const named = (length: number) => given(...many(length, (k) => venue(POOL, { name: `v${k}` })))

  test.each<[string, unknown, unknown, string]>([
    ['venues', { BTC: named(12) }, { BTC: named(13) }, 'venues.BTC.venues'],
    [
      'levels',
      { BTC: given(venue(levels(256))) },
      { BTC: given(venue(levels(257))) },
      'venues.BTC.venues[0].market.asks',
    ],
    [
      'reach',
      { BTC: { ...given(), reachBps: '9999.99999999' } },
      { BTC: { ...given(), reachBps: '10000' } },
      'venues.BTC.reachBps',
    ],
    [
      'slippage',
      { BTC: { ...given(), slippageBps: '1000' } },
      { BTC: { ...given(), slippageBps: '1000.00000001' } },
      'venues.BTC.slippageBps',
    ],
    [
      'fee',
      { BTC: given(venue(POOL, { feeBps: '9999' })) },
      { BTC: given(venue(POOL, { feeBps: '10000' })) },
      'venues.BTC.venues[0].feeBps',
    ],
    [
      'name',
      { BTC: given(venue(POOL, { name: `a${'.'.repeat(31)}` })) },
      { BTC: given(venue(POOL, { name: `a${'.'.repeat(32)}` })) },
      'venues.BTC.venues[0].name',
    ],
  ])('%s: one is taken, one more is refused', (_, inside, beyond, field) => {
    expect(parse(inside)).toHaveProperty('venues')
    expect(() => parse(beyond)).toThrow(expect.objectContaining({ field }))
  })
})

describe('a form that is none is refused by its field, as a mistake of the client', () => {
  const market = (change: object) => ({ BTC: given(venue({ ...LADDER, ...change })) })
  const at = 'venues.BTC.venues[0]'
  test.each<[string, unknown, string, string]>([
    ['an unknown instrument', { DOGE: given() }, 'PORTFOLIO_UNKNOWN_INSTRUMENT', 'venues.DOGE'],
    ['an instrument that is a number', { [SECRET]: given() }, 'PORTFOLIO_UNKNOWN_INSTRUMENT', 'venues'],
    ['a list', [given()], 'SERVER_WIRE', 'venues'],
    ['no reach', { BTC: { slippageBps: '1', venues: [] } }, 'SERVER_WIRE', 'venues.BTC.reachBps'],
    ['a field too many', { BTC: { ...given(), depth: SECRET } }, 'SERVER_WIRE', 'venues.BTC'],
    ['a number of JSON', { BTC: { ...given(), reachBps: 31.4 } }, 'SERVER_WIRE', 'venues.BTC.reachBps'],
    ['another kind of venue', { BTC: given(venue({ kind: SECRET })) }, 'SERVER_WIRE', `${at}.market.kind`],
    ['a pool with levels', { BTC: given(venue({ ...POOL, asks: [] })) }, 'SERVER_WIRE', `${at}.market`],
    ['a name with blanks', { BTC: given(venue(POOL, { name: `a ${SECRET}` })) }, 'SERVER_WIRE', `${at}.name`],
    [
      'a name twice',
      { BTC: given(venue(POOL), venue(LADDER)) },
      'STRATEGY_EXECUTION_INPUT',
      'venues.BTC.venues[1].name',
    ],
    [
      'an exponent',
      { BTC: given(venue(POOL, { fixedCost: '1e3' })) },
      'PORTFOLIO_DECIMAL',
      `${at}.fixedCost`,
    ],
    [
      'too many decimals',
      { BTC: given(venue(POOL, { minimum: `${SECRET}0` })) },
      'PORTFOLIO_DECIMAL',
      `${at}.minimum`,
    ],
    [
      'a negative cost',
      { BTC: given(venue(POOL, { fixedCost: `-${SECRET}` })) },
      'STRATEGY_EXECUTION_INPUT',
      `${at}.fixedCost`,
    ],
    [
      'an empty pool',
      { BTC: given(venue({ ...POOL, baseReserve: '0' })) },
      'STRATEGY_EXECUTION_INPUT',
      `${at}.market.baseReserve`,
    ],
    [
      'a level of nothing',
      market({ bids: [{ price: SECRET, quantity: '0' }] }),
      'STRATEGY_EXECUTION_INPUT',
      `${at}.market.bids[0].quantity`,
    ],
    [
      'levels out of order',
      market({
        asks: [
          { price: '2', quantity: SECRET },
          { price: '1', quantity: '1' },
        ],
      }),
      'STRATEGY_EXECUTION_INPUT',
      `${at}.market.asks[1].price`,
    ],
    [
      'a range upside down',
      { BTC: given(venue({ ...RANGES, ranges: [{ lower: '2', upper: '1', liquidity: SECRET }] })) },
      'STRATEGY_EXECUTION_INPUT',
      `${at}.market.ranges[0].upper`,
    ],
    [
      'a price as a word',
      { BTC: given(venue({ ...RANGES, price: 'high' })) },
      'PORTFOLIO_DECIMAL',
      `${at}.market.price`,
    ],
  ])('%s', (_, venues, code, field) => {
    let error: unknown
    try {
      parse(venues)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(BaseError)
    expect(error).toMatchObject({ code, field })
    expect(String(error)).not.toContain(SECRET)
    const { status } = problemOf(error)
    expect([400, 422]).toContain(status)
  })

  test('venues are for targets alone', () => {
    for (const mode of ['heartbeat', 'trades']) {
      const body = { mode, ...(mode === 'trades' ? { trades: {} } : {}), venues: {} }
      expect(() => parseStepRequest(body, universe, SLOTS)).toThrow(
        expect.objectContaining({ code: 'SERVER_WIRE' }),
      )
    }
  })
})
