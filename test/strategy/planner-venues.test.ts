import { describe, expect, test } from 'vitest'
import { ExecutionInputError } from '#strategy/execution/execution-input.js'
import type { Venue } from '#strategy/execution/venue.js'
import type { Plan, PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import type { SlotVenues } from '#strategy/slot-venues.js'
import { bookOf, dollars, e8, target, traded } from './small-book.js'

const ladder = (name: string, quantity: number, price = 100.1, more: Partial<Venue> = {}): Venue => ({
  name,
  feeBps: 0,
  fixedCost: 0,
  minimum: 0,
  ...more,
  market: {
    kind: 'order-ladder',
    asks: [{ price, quantity }],
    bids: [{ price: 200 - price, quantity }],
  },
})
const pool = (name: string, baseReserve: number, more: Partial<Venue> = {}): Venue => ({
  name,
  feeBps: 5,
  fixedCost: 0,
  minimum: 0,
  ...more,
  market: { kind: 'constant-product', baseReserve, quoteReserve: baseReserve * 100 },
})
const at = (...venues: readonly Venue[]): SlotVenues => ({ reachBps: 500, slippageBps: 10, venues })
/** A million in cash, to be put into one instrument at 100. */
const cash = (venues: SlotVenues, targetBps = 1_000, more: Partial<PlanInput> = {}): PlanInput =>
  bookOf([{}], [1_000_000], { targets: [target(0, targetBps, 0)], venues: { 0: venues }, ...more })
const routed = ({ trades }: Plan) =>
  Object.fromEntries(
    (trades[0]?.route?.orders ?? []).map(({ venue, quantity }) => [venue, Number(quantity) / 1e8]),
  )
const shallow = ({ reasons }: Plan) => reasons.filter(({ code }) => code === 'venue_depth')

describe('a trade over venues', () => {
  test('is split over a deep and a shallow one, and fills at their average with fees', async () => {
    const planned = await plan(cash(at(pool('deep', 1e6), pool('shallow', 1e4))))
    const [trade] = planned.trades
    expect(planned.outcome).toBe('trade')
    // Two pools of one price and fee share an order as their reserves are.
    const parts = routed(planned)
    expect(parts.deep! / parts.shallow!).toBeCloseTo(100, 2)
    const { route, quantity, expectedFill, cost } = trade!
    expect(expectedFill).toBe((route!.quote + quantity - 1n) / quantity)
    expect(cost).toBe(planned.verdict.used.cost)
    expect(Number(expectedFill) / 1e10).toBeCloseTo(1 / 0.9995 / (1 - Number(quantity) / 1e8 / 1.01e6), 7)
    expect(planned.weighed!.tradingCost).toBeCloseTo(Number(planned.expectedCost) / 1e18, 6)
    for (const order of route!.orders) {
      expect(order.limitPrice).toBeGreaterThan(e8(100))
      expect(order.limitQuote).toBe((order.quote * 10_010n + 9_999n) / 10_000n)
    }
    expect(route!.certificate.marginalGap).toBeLessThan(1e-8)
  })

  test('costs what the route costs, not what the costs of its instrument say', async () => {
    const dear = bookOf([{ halfSpread: 900 }], [1_000_000], { targets: [target(0, 1_000, 0)] })
    expect(traded(await plan(dear))).toEqual({})
    const planned = await plan({ ...dear, venues: { 0: at(ladder('book', 5_000)) } })
    expect(planned.trades[0]!.expectedFill).toBe(e8(100.1))
    const other = await plan({ ...dear, venues: {} })
    expect(other.trades).toEqual([])
  })

  test('that are better than the mark is planned at the mark: a mark that lags is no gain', async () => {
    const planned = await plan(cash(at(ladder('book', 5_000, 99))))
    const [{ route, expectedFill, cost }] = planned.trades as [Plan['trades'][0]]
    expect([expectedFill, cost]).toEqual([e8(100), 0n])
    expect(route!.orders[0]!.limitPrice).toBe((e8(99) * 10_010n) / 10_000n)
    expect((await plan(cash(at(ladder('book', 5_000, 99)), 0))).trades).toEqual([])
  })

  test('prefers the instrument whose venues are cheaper, as far as they are', async () => {
    const targets = [{ of: 'book', targetBps: 2_000n, bandBps: 0n }] as const
    const venues = { 0: at(ladder('near', 700, 100.05)), 1: at(ladder('far', 5_000, 100.3)) }
    const planned = await plan(bookOf([{}, {}], [1_000_000], { targets, venues }))
    expect(traded(planned).S0).toBe(700)
    expect(traded(planned).S1!).toBeGreaterThan(1_290)
  })

  test('is in whole lots per venue where they can be, and in 1e-8 unit where not', async () => {
    const pools = at(pool('one', 1e5), pool('two', 37_123.4567))
    const lots = (await plan(cash(pools, 1_000))).trades[0]!.route!.orders
    expect(lots.map(({ quantity }) => quantity % e8(0.0001))).toEqual([0n, 0n])
    const odd = at(ladder('odd', 5.00005), ladder('rest', 4.99995, 100.2))
    const planned = await plan(cash(odd, 1_000))
    expect(routed(planned)).toEqual({ odd: 5.00005, rest: 4.99995 })
  })
})

describe('fixed costs and minima', () => {
  const gas = pool('pool', 1e7, { feeBps: 1, fixedCost: 50 })

  test('a pool is worth its gas for a large trade and not for a small one', async () => {
    const venues = at(gas, ladder('book', 5_000, 100.1))
    const large = await plan(cash(venues, 1_000))
    expect(Object.keys(routed(large))).toEqual(['pool'])
    expect(large.trades[0]!.route).toMatchObject({ fixedCost: dollars(50), dropped: [] })
    // 50 in basis points of a million.
    expect(large.weighed!.fixedCost).toBeCloseTo(0.5, 6)
    // A hundred units save 10 of the spread.
    const small = await plan(cash(venues, 100))
    expect(Object.keys(routed(small))).toEqual(['book'])
    expect(small.trades[0]!.route).toMatchObject({ fixedCost: 0n, dropped: ['pool'] })
  })

  test('are weighed: a trade that saves less than the gas of its only pool is not done', async () => {
    // Being 100 basis points off is worth 5 of them at 5 cents a dollar: 500 on a million.
    const done = async (fixedCost: number) => (await plan(cash(at({ ...gas, fixedCost }), 100))).trades.length
    expect([await done(450), await done(550)]).toEqual([1, 0])
  })

  test('may lead a route past the cap on cost, which is then named', async () => {
    // The program reckons with the pool at a basis point; a hundred units save 50 there, less than its gas.
    const venues = at({ ...gas, fixedCost: 100 }, ladder('book', 5_000, 100.5))
    const capped = (costBps: bigint) => {
      const input = cash(venues, 100)
      return plan({ ...input, mandate: { ...input.mandate, costBps } })
    }
    const { outcome, reasons, trades } = await capped(40n)
    expect([outcome, trades]).toEqual(['hold', []])
    expect(reasons.slice(1)).toEqual([
      { code: 'target_unreached', subject: 'slot[0]' },
      { code: 'limit_conflict', subject: 'cost' },
    ])
    expect(Object.keys(routed(await capped(50n)))).toEqual(['book'])
  })

  test('a trade below the minimum of its only venue is raised to it if that is nearer, else not planned', async () => {
    const planned = async (minimum: number) =>
      traded(await plan(cash(at(ladder('book', 5_000, 100.1, { minimum })), 100)))
    expect((await planned(99.9)).S0).toBeCloseTo(100, 1)
    expect(await planned(190)).toEqual({ S0: 190 })
    expect(await planned(210)).toEqual({})
  })
})

describe('depth', () => {
  test('caps the trade, and the plan says so in numbers', async () => {
    const planned = await plan(cash(at(ladder('one', 300), ladder('two', 200.5, 100.2))))
    expect(planned.outcome).toBe('trade')
    expect(traded(planned)).toEqual({ S0: 500.5 })
    expect(planned.reasons.map(({ code }) => code)).toEqual(['threshold', 'target_unreached', 'venue_depth'])
    expect(shallow(planned)).toEqual([
      { code: 'venue_depth', subject: 'S0', numbers: { traded: 500.5, depth: 500.5 }, unit: 'units' },
    ])
  })

  test('that is exactly what the target needs is used to the last lot; a lot less is not enough', async () => {
    // 100 units bring a million to 1 % of it, less what they cost.
    const input = (depth: number) => ({
      ...cash(at(ladder('book', depth, 100)), 100),
      costs: [{ halfSpreadBps: 0n, feeBps: 0n, lot: 1n, minimum: 0n }],
    })
    const enough = await plan(input(100))
    expect(traded(enough)).toEqual({ S0: 100 })
    expect(shallow(enough)).toEqual([])
    const short = await plan(input(99.99999999))
    expect(traded(short)).toEqual({ S0: 99.99999999 })
    expect(short.reasons.map(({ code }) => code)).toContain('target_unreached')
  })

  test('within reach is what counts: a level at it, not one beyond', async () => {
    const venues = (price: number) => ({
      ...at(ladder('near', 10), ladder('far', 1_000, price)),
      reachBps: 50,
    })
    expect(Object.keys(routed(await plan(cash(venues(100.5)))))).toEqual(['near', 'far'])
    expect(traded(await plan(cash(venues(100.50000001))))).toEqual({ S0: 10 })
  })

  test('of nothing trades nothing and says why', async () => {
    const planned = await plan(cash(at()))
    expect([planned.outcome, planned.trades]).toEqual(['hold', []])
    expect(shallow(planned)[0]!.numbers).toEqual({ traded: 0, depth: 0 })
  })

  test('keeps a limit out, and the plan goes as far as it can', async () => {
    const input = bookOf([{ held: 3_000, cap: 2_000 }], [700_000], { venues: { 0: at(ladder('book', 400)) } })
    const planned = await plan(input)
    expect([planned.outcome, planned.verdict.outcome]).toEqual(['trade', 'reducing'])
    expect(traded(planned)).toEqual({ S0: -400 })
    expect(planned.reasons.map(({ code }) => code)).toContain('limit_reduced')
    expect(shallow(planned)[0]!.numbers).toEqual({ traded: -400, depth: 400 })
    const deep = await plan({ ...input, venues: { 0: at(ladder('book', 4_000)) } })
    expect([deep.verdict.outcome, shallow(deep)]).toEqual(['compliant', []])
  })

  test('stands in the way of a payout: the plan names it', async () => {
    const input = bookOf([{ held: 9_000, cap: 10_000 }], [100_000], { netFlow: -dollars(400_000) })
    const slots = input.mandate.slots.map((slot) => ({ ...slot, concentrationBps: 10_000n }))
    const mandate = { ...input.mandate, slots }
    const planned = await plan({ ...input, mandate, venues: { 0: at(ladder('book', 1_000)) } })
    expect(planned.outcome).not.toBe('hold')
    expect(shallow(planned)).toHaveLength(1)
    expect(traded(planned).S0 ?? 0).toBeGreaterThanOrEqual(-1_000)
  })

  test('leaves part of a position open that is to be left, and says so', async () => {
    const triggers = [{ kind: 'delisting', symbol: 'S0', closeBy: 1_700_000_000, noticeSeconds: 60 }] as const
    const input = bookOf([{ held: 1_000 }], [900_000], { triggers })
    const part = await plan({ ...input, venues: { 0: at(ladder('book', 600)) } })
    expect(traded(part)).toEqual({ S0: -600 })
    expect(shallow(part)[0]!.numbers).toEqual({ traded: -600, depth: 600 })
    const all = await plan({ ...input, venues: { 0: at(ladder('book', 1_000)) } })
    expect([all.step.newBook.quantities[0], shallow(all)]).toEqual([0n, []])
  })

  test('between what one venue has and another asks at least, nothing is planned', async () => {
    const gap = at(ladder('small', 5), ladder('large', 500, 100.2, { minimum: 100 }))
    const size = async (units: number) => traded(await plan(cash(gap, units))).S0 ?? 0
    expect(await size(4)).toBeCloseTo(4, 2)
    expect(await size(50)).toBe(5)
    expect(await size(120)).toBeCloseTo(119.97, 1)
  })
})

describe('a cap on cost', () => {
  // 50 basis points of the mark are half a dollar a unit.
  const capped = (price: number) => {
    const input = cash(at(ladder('book', 5_000, price)))
    return plan({ ...input, mandate: { ...input.mandate, costBps: 50n } })
  }

  test('takes a fill exactly at it', async () => {
    const planned = await capped(100.5)
    const { after } = planned.limits.find(({ id }) => id === 'cost')!
    expect(planned.trades[0]!.expectedFill).toBe(e8(100.5))
    expect([planned.verdict.outcome, after.headroom]).toEqual(['compliant', 0n])
  })

  test('and none a unit beyond it, and is named', async () => {
    const planned = await capped(100.50000001)
    expect(planned.trades).toEqual([])
    expect(planned.reasons.map(({ code }) => code)).toContain('target_unreached')
    expect((await capped(100.6)).reasons).toContainEqual({ code: 'limit_conflict', subject: 'cost' })
  })
})

test('the same input gives the same plan, and planned again at the same snapshot nothing is traded', async () => {
  const input = cash(at(pool('one', 1e5, { fixedCost: 1 }), pool('two', 3e4), ladder('book', 40)))
  const [one, two] = [await plan(input), await plan(structuredClone(input))]
  expect(two).toEqual(one)
  const { step, verdict } = one
  const next = { ...input, book: step.newBook, budget: verdict.newBudget, lastTradeAt: input.market.time }
  expect((await plan(next)).trades).toEqual([])
  expect((await plan({ ...next, lastTradeAt: 0n })).trades).toEqual([])
})

const book = ladder('book', 1)
test.each<[string, PlanInput['venues'] & {}]>([
  ['venues[1]', { 1: at(book) }],
  ['venues[0].reachBps', { 0: { ...at(book), reachBps: 10_000 } }],
  ['venues[0].reachBps', { 0: { ...at(book), reachBps: Number.NaN } }],
  ['venues[0].slippageBps', { 0: { ...at(book), slippageBps: 1_001 } }],
  ['venues[0].venues', { 0: at(...Array.from({ length: 13 }, (_, v) => ladder(`${v}`, 1))) }],
  ['venues[0].venues[1].name', { 0: at(book, book) }],
  ['venues[0].venues[0].feeBps', { 0: at({ ...book, feeBps: -1 }) }],
  ['venues[0].venues[0].market.asks[0].price', { 0: at(ladder('book', 1, 0)) }],
])('a wrong %s is refused by name', async (field, venues) => {
  const refused = plan(bookOf([{ held: 1 }], [1_000], { venues }))
  await expect(refused).rejects.toThrowError(ExecutionInputError)
  await expect(refused).rejects.toMatchObject({ field })
})

test('what is at its bounds is taken', async () => {
  const twelve = Array.from({ length: 12 }, (_, v) => ladder(`${v}`, 1))
  const given = { reachBps: 9_999.99999999, slippageBps: 1_000, venues: twelve }
  expect(traded(await plan(cash(given, 1_000)))).toEqual({ S0: 12 })
})
