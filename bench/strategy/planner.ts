import { shapeOf } from '#portfolio/shape.js'
import type { Venue } from '#strategy/execution/venue.js'
import type { PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import { deskPlanInput } from '#test/examples/desk-example.js'
import type { Figures } from '../main.js'

const TIMED = 40

/**
 * How long a plan takes with every check, its legs in order, risk weighed and legs dropped that do not pay: for the desk,
 * for the desk twice over, and for the desk with its trades routed over venues.
 */
export async function measure(): Promise<Figures> {
  const desk = withRisk(deskPlanInput('2026-04-27'))
  const fund = twice(desk)
  return {
    planMs: {
      desk: await medianMs(() => desk),
      fund: await medianMs(() => fund),
      // Made anew each time: routes are kept for as long as the venues they are of.
      venues: await medianMs(() => withVenues(desk)),
    },
  }
}

async function medianMs(make: () => PlanInput): Promise<number> {
  const times: number[] = []
  for (let k = 0; k < TIMED; k++) {
    const input = make()
    const started = performance.now()
    await plan(input)
    times.push(performance.now() - started)
  }
  return Math.round(times.sort((a, b) => a - b)[TIMED / 2]!)
}

const withRisk = (input: PlanInput): PlanInput => ({
  ...input,
  risk: {
    underlyings: ['BTC', 'ETH'],
    covariance: [
      [0.000625, 0.0007],
      [0.0007, 0.001225],
    ],
  },
  weighing: { riskAversion: 5, horizonDays: 30 },
  fixedCosts: { leg: 10n ** 16n, batch: 2n * 10n ** 16n },
})

/** Two pools, one of them with gas to pay, and an order book of five levels a side for every spot and perpetual. */
function withVenues(desk: PlanInput): PlanInput {
  const venues = desk.universe.instruments.flatMap(({ kind }, slot) => {
    const price = Number(desk.market.slots[slot]!.price) / 1e8
    if (kind === 'option' || price === 0) return []
    // Some ten million of quote in each.
    const units = 1e7 / price
    const pool = (name: string, feeBps: number, fixedCost: number): Venue => ({
      ...{ name, feeBps, fixedCost, minimum: 0 },
      market: { kind: 'constant-product', baseReserve: 10 * units, quoteReserve: 10 * units * price },
    })
    const levels = (side: 1 | -1) =>
      [1, 2, 3, 4, 5].map((bps) => ({ price: price * (1 + (side * bps) / 1e4), quantity: units / 5 }))
    const book: Venue = {
      ...{ name: 'book', feeBps: 4, fixedCost: 0, minimum: 0 },
      market: { kind: 'order-ladder', asks: levels(1), bids: levels(-1) },
    }
    const listed = [pool('cheap', 1, 20), pool('dear', 30, 0), book]
    return [[slot, { reachBps: 200, slippageBps: 10, venues: listed }] as const]
  })
  return { ...desk, venues: Object.fromEntries(venues) }
}

/** The desk twice over, in the larger shape. */
function twice(desk: PlanInput): PlanInput {
  const double = <T>(list: readonly T[]): T[] => [...list, ...list]
  const again = desk.universe.instruments.map((one) => ({ ...one, symbol: `${one.symbol}.B` }))
  return {
    ...desk,
    shape: shapeOf('fund'),
    universe: { instruments: [...desk.universe.instruments, ...again] },
    market: { ...desk.market, slots: double(desk.market.slots) },
    mandate: { ...desk.mandate, slots: double(desk.mandate.slots) },
    book: { ...desk.book, cash: desk.book.cash.map((c) => 2n * c), quantities: double(desk.book.quantities) },
    costs: double(desk.costs),
    changed: double(desk.changed),
  }
}
