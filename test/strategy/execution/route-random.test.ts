import { expect, test } from 'vitest'
import { DepthError, OrderRouter, routeOrder } from '#strategy/execution/route-order.js'
import { venueFill } from '#strategy/execution/venue.js'
import { costAlone, costByPrograms, costOfRoute, randomInstance, routerGaps } from './route-instances.js'

test('within a tenth of a basis point of the linear programs, never above them', async () => {
  const gaps = await routerGaps(Array.from({ length: 16 }, (_, seed) => 10_000 + seed))
  expect(Math.max(...gaps)).toBeLessThan(1e-6)
  expect(Math.min(...gaps)).toBeGreaterThan(-0.1)
})

test('800 random orders: never worse than the best single venue, every limit and minimum kept', () => {
  const seen = { routed: 0, refused: 0, dropped: 0, atMinimum: 0 }
  for (let seed = 0; seed < 800; seed++) {
    const { order, venues } = randomInstance(seed, 1 + (seed % 12), seed % 3 === 0 ? 12 : 0)
    try {
      const route = routeOrder(order, venues)
      seen.routed++
      if (route.dropped.length > 0) seen.dropped++
      if (route.certificate.atMinimum.length > 0) seen.atMinimum++
      const cost = costOfRoute(order, route)
      for (const venue of venues) {
        const alone = costAlone(order, venue)
        if (alone !== undefined) expect((cost - alone) / (order.quantity * order.mid)).toBeLessThan(1e-9)
      }
      for (const leg of route.legs) {
        expect(leg.quantity).toBeGreaterThanOrEqual(venues[leg.venue]!.minimum * (1 - 1e-9))
        const own = venueFill(venues[leg.venue]!, order.side, leg.quantity)!
        expect(leg.quote / own.quote).toBeCloseTo(1, 8)
        const worse = order.side === 'buy' ? leg.limitQuote - own.quote : own.quote - leg.limitQuote
        expect(worse).toBeGreaterThan(0)
      }
    } catch (error) {
      if (!(error instanceof DepthError)) throw error
      seen.refused++
    }
  }
  expect(seen.routed).toBeGreaterThan(700)
  expect(seen.dropped).toBeGreaterThan(100)
  expect(seen.atMinimum).toBeGreaterThan(5)
})

test('an order that hardly moves its venues is routed to the last digits', () => {
  const gaps: number[] = []
  for (let seed = 0; seed < 300; seed++) {
    const { order, venues } = randomInstance(seed, 1 + (seed % 6), 0)
    for (const share of [1e-6, 1e-9, 1e-12]) {
      const { certificate, quote, averagePrice } = routeOrder(
        { ...order, quantity: order.quantity * share },
        venues,
      )
      expect(quote).toBeGreaterThan(0)
      expect(averagePrice / order.mid).toBeCloseTo(1, 1)
      gaps.push(certificate.quantityGap, certificate.quoteGap, certificate.marginalGap)
    }
  }
  expect(Math.max(...gaps)).toBeLessThan(1e-13)
})

test('the bound is convex in the quantity, and what a route costs where nothing is fixed', () => {
  for (let seed = 0; seed < 60; seed++) {
    const { order, venues } = randomInstance(seed, 1 + (seed % 6), 0)
    const router = new OrderRouter(order, venues)
    const sign = order.side === 'buy' ? 1 : -1
    const depth = router.supplies.flat().reduce((sum, { quantity }) => sum + quantity, 0)
    expect(router.bound(depth * (1 + 1e-6))).toBeUndefined()
    let last = { quantity: 0, quote: 0, price: router.bound(0)!.price }
    for (const share of [1e-6, 0.01, 0.2, 0.7, 1]) {
      const quantity = depth * share
      const { quote, price } = router.bound(quantity)!
      expect(quote / router.route(quantity).quote).toBeCloseTo(1, 12)
      const slope = (quote - last.quote) / (quantity - last.quantity)
      expect((sign * (slope - last.price)) / order.mid).toBeGreaterThan(-1e-9)
      expect((sign * (price - slope)) / order.mid).toBeGreaterThan(-1e-9)
      last = { quantity, quote, price }
    }
  }
})

test('every set of venues with fixed costs and minima: the best of the linear programs over all sets', async () => {
  for (const [seed, count] of [
    [30_000, 4],
    [30_001, 5],
    [30_002, 5],
    [30_003, 5],
  ] as const) {
    const instance = randomInstance(seed, count, count)
    const { order, venues } = instance
    const route = routeOrder(order, venues)
    expect(route.search).toBe('exact')
    const gap = (costOfRoute(order, route) - (await costByPrograms(instance))) / (order.quantity * order.mid)
    expect(Math.abs(gap) * 1e4).toBeLessThan(0.1)
  }
})

test('among forty equal pools not every set is compared; the number used is still the best one', () => {
  const market = { kind: 'constant-product', baseReserve: 100, quoteReserve: 100 } as const
  const pools = Array.from({ length: 40 }, () => ({
    name: 'pool',
    feeBps: 30,
    fixedCost: 0.02,
    minimum: 0,
    market,
  }))
  const order = { side: 'buy', quantity: 20, mid: 1, reachBps: 5_000, slippageBps: 10 } as const
  const route = routeOrder(order, pools)
  expect(route.search).toBe('greedy')
  const costs = pools.map((pool, k) => {
    const part = venueFill(pool, 'buy', order.quantity / (k + 1))!
    return (k + 1) * (part.quote + pool.fixedCost)
  })
  expect(costOfRoute(order, route)).toBeCloseTo(Math.min(...costs), 9)
  expect(route.legs.length).toBe(costs.indexOf(Math.min(...costs)) + 1)
})
