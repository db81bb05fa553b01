import { describe, expect, test } from 'vitest'
import { certifyRoute, RouteCertificateError } from '#strategy/execution/certify-route.js'
import { tickPrice } from '#strategy/execution/concentrated-liquidity.js'
import { ExecutionInputError } from '#strategy/execution/execution-input.js'
import { DepthError, type Order, routeOrder } from '#strategy/execution/route-order.js'
import { type Venue, venueFill } from '#strategy/execution/venue.js'

const pool = (baseReserve: number, quoteReserve: number, feeBps: number): Venue => ({
  name: 'pool',
  feeBps,
  fixedCost: 0,
  minimum: 0,
  market: { kind: 'constant-product', baseReserve, quoteReserve },
})
const levels = (rows: readonly (readonly [number, number])[]) =>
  rows.map(([price, quantity]) => ({ price, quantity }))
const book = (asks: readonly (readonly [number, number])[], feeBps: number): Venue => ({
  name: 'book',
  feeBps,
  fixedCost: 0,
  minimum: 0,
  market: { kind: 'order-ladder', asks: levels(asks), bids: [] },
})

const ETHER: readonly Venue[] = [
  pool(1_000, 3_000_000, 30),
  pool(400, 1_204_000, 5),
  book(
    [
      [3_001, 5],
      [3_003, 8],
      [3_006, 12],
      [3_012, 25],
      [3_025, 60],
    ],
    5,
  ),
]
const buy = (quantity: number): Order => ({
  side: 'buy',
  quantity,
  mid: 3_000,
  reachBps: 500,
  slippageBps: 10,
})

describe('the worked examples', () => {
  // The split by hand, its quote re-computed independently.
  test.each([
    [40, [0.743417, 0.132774, 39.123809], 3_013.506, 120_339.34],
    [60, [2.892892, 0.992918, 56.11419], 3_026.5125, 180_708.54],
  ])('two pools and an order book, %d ether', (quantity, split, marginal, quote) => {
    const route = routeOrder(buy(quantity), ETHER)
    expect(route.legs.map((leg) => leg.quantity)).toEqual(split.map((q) => expect.closeTo(q, 6)))
    expect(route.marginalPrice).toBeCloseTo(marginal, 6)
    expect(route.quote).toBeCloseTo(quote, 2)
  })

  test('60 ether cost 39.36 bp; on the book alone 41.18', () => {
    expect(routeOrder(buy(60), ETHER).costBps).toBeCloseTo(39.36, 2)
    expect(routeOrder(buy(60), [ETHER[2]!]).costBps).toBeCloseTo(41.18, 2)
  })

  test('two pools without a fee: the simple swap of CFMMRouter', () => {
    const sale: Order = { side: 'sell', quantity: 5, mid: 2, reachBps: 9_000, slippageBps: 10 }
    const route = routeOrder(sale, [pool(100, 100, 0), pool(1, 2, 0)])
    expect(route.legs.map((leg) => leg.quantity)).toEqual([
      expect.closeTo(4.521837991, 9),
      expect.closeTo(0.478162009, 9),
    ])
    expect(route.quote).toBeCloseTo(4.973181958, 9)
    expect(1 / route.marginalPrice).toBeCloseTo(1.09248146, 8)
  })

  test('concentrated liquidity: the first swap of the Uniswap V3 Development Book, 42 in', () => {
    const market = {
      kind: 'concentrated-liquidity',
      price: 5_000,
      ranges: [{ lower: 4_545, upper: 5_500, liquidity: 1_517.8823437515098 }],
    } as const
    const venue = { name: 'v3', feeBps: 0, fixedCost: 0, minimum: 0, market }
    const order: Order = { ...buy(0.008396714242162444), mid: 5_000 }
    const { quote, marginalPrice } = routeOrder(order, [venue])
    expect(quote).toBeCloseTo(42, 9)
    expect(marginalPrice).toBeCloseTo(5_003.913912782393, 8)
  })

  test('one full range is a constant-product pool', () => {
    const market = {
      kind: 'concentrated-liquidity',
      price: 3_000,
      ranges: [{ lower: 1e-9, upper: 1e15, liquidity: Math.sqrt(1_000 * 3_000_000) }],
    } as const
    const v3 = { ...ETHER[0]!, market }
    for (const side of ['buy', 'sell'] as const) {
      const order = { ...buy(7), side, reachBps: 900 }
      expect(routeOrder(order, [v3]).quote).toBeCloseTo(routeOrder(order, [ETHER[0]!]).quote, 6)
    }
  })
})

test('the price of a tick: 1.0001^tick between tokens of 18 and 6 decimals', () => {
  expect(tickPrice(85_176, 18, 18)).toBeCloseTo(4_999.904, 2)
  expect(tickPrice(0, 18, 6)).toBe(1e12)
})

describe('fixed costs and minimum sizes', () => {
  test('a venue whose saving is below its gas is dropped, and kept where it is above', () => {
    const saved =
      routeOrder(buy(60), ETHER.slice(0, 1).concat(ETHER[2]!)).quote - routeOrder(buy(60), ETHER).quote
    expect(saved).toBeGreaterThan(1)
    const withGas = (fixedCost: number) =>
      ETHER.map((venue, v) => (v === 1 ? { ...venue, fixedCost } : venue))
    expect(routeOrder(buy(60), withGas(saved * 0.99))).toMatchObject({ dropped: [], fixedCost: saved * 0.99 })
    const without = routeOrder(buy(60), withGas(saved * 1.01))
    expect(without).toMatchObject({ dropped: [1], fixedCost: 0, search: 'exact' })
  })

  test('a minimum is kept by dropping the venue or by using it whole', () => {
    const least = (minimum: number) => ETHER.map((venue, v) => (v === 0 ? { ...venue, minimum } : venue))
    const raised = routeOrder(buy(60), least(2.9))
    expect(raised.legs[0]!.quantity).toBeCloseTo(2.9, 12)
    expect(raised.certificate.atMinimum).toEqual([0])
    expect(routeOrder(buy(60), least(20)).dropped).toEqual([0])
  })
})

describe('limits', () => {
  test('every leg carries a price and an amount that bound what it may cost', () => {
    for (const leg of routeOrder(buy(60), ETHER).legs) {
      expect(leg.limitQuote).toBeCloseTo(leg.quote * 1.001, 6)
      const fee = leg.name === 'book' ? 1.0005 : 1 / (leg.venue === 0 ? 0.997 : 0.9995)
      expect(leg.limitPrice * fee).toBeCloseTo(leg.marginalPrice * 1.001, 6)
    }
    const sale = routeOrder({ ...buy(3), side: 'sell' }, ETHER)
    for (const leg of sale.legs) expect(leg.limitQuote).toBeCloseTo(leg.quote * 0.999, 6)
  })

  test('no tolerance without end', () => {
    for (const slippageBps of [Infinity, NaN, 1_001, -1]) {
      expect(() => routeOrder({ ...buy(1), slippageBps }, ETHER)).toThrowError('order.slippageBps')
    }
    expect(() => routeOrder({ ...buy(1), side: 'sell', reachBps: 10_000 }, ETHER)).toThrowError(
      'order.reachBps',
    )
  })

  test('depth that is not there, or not within reach, is refused', () => {
    expect(() => routeOrder(buy(111), [ETHER[2]!])).toThrowError(DepthError)
    expect(routeOrder(buy(110), [ETHER[2]!]).legs[0]!.quantity).toBe(110)
    expect(() => routeOrder({ ...buy(60), reachBps: 50 }, ETHER)).toThrowError(DepthError)
    expect(() => routeOrder({ ...buy(1), side: 'sell' }, [ETHER[2]!])).toThrowError(DepthError)
    expect(() => routeOrder(buy(1), [])).toThrowError(DepthError)
    expect(() => routeOrder(buy(1), [{ ...ETHER[0]!, minimum: 2 }])).toThrowError(DepthError)
  })

  test.each([
    ['order.quantity', { ...buy(0) }, ETHER],
    ['order.mid', { ...buy(1), mid: NaN }, ETHER],
    ['venues[0].feeBps', buy(1), [{ ...ETHER[0]!, feeBps: 10_000 }]],
    ['venues[0].fixedCost', buy(1), [{ ...ETHER[0]!, fixedCost: -1 }]],
    ['venues[0].market.baseReserve', buy(1), [pool(0, 1, 0)]],
    [
      'venues[0].market.asks[1].price',
      buy(1),
      [
        book(
          [
            [2, 1],
            [1, 1],
          ],
          0,
        ),
      ],
    ],
  ])('a bad %s is named', (field, order, venues) => {
    expect(() => routeOrder(order, venues)).toThrowError(ExecutionInputError)
    expect(() => routeOrder(order, venues)).toThrowError(field)
  })
})

describe('the certificate', () => {
  const order = buy(60)
  const route = routeOrder(order, ETHER)
  const moved = (by: number) =>
    route.legs.map((leg, k) => {
      const quantity = leg.quantity + (k === 0 ? by : k === 1 ? -by : 0)
      return { ...leg, quantity, quote: venueFill(ETHER[leg.venue]!, 'buy', quantity)!.quote }
    })

  test('holds for the route', () => {
    expect(certifyRoute(order, ETHER, route)).toEqual(route.certificate)
  })
  test('refuses a unit moved from one venue to another, a quote that is wrong, a part that is missing', () => {
    const refused = (legs: typeof route.legs) => () => certifyRoute(order, ETHER, { ...route, legs })
    expect(refused(moved(0.001))).toThrowError(RouteCertificateError)
    expect(refused(moved(0.001))).toThrowError('marginal')
    expect(refused(route.legs.map((leg) => ({ ...leg, quote: leg.quote * (1 - 1e-6) })))).toThrowError(
      'quote',
    )
    expect(refused(route.legs.slice(1))).toThrowError('quantity')
  })
})
