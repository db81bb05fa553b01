import { describe, expect, test } from 'vitest'
import type { Venue } from '#strategy/execution/venue.js'
import { venueQuote } from '#strategy/execution/venue-quote.js'
import { wholeDown, wholeUp } from '#strategy/execution/whole-units.js'
import { Random } from '#strategy/random.js'
import { exactValue } from '../exact-venues.js'
import { randomVenue } from './route-instances.js'

const e16 = (x: bigint, of: bigint) => (x * 10n ** 16n) / of
const book = (feeBps: number, levels: readonly (readonly [number, number])[]): Venue => ({
  name: 'book',
  feeBps,
  fixedCost: 0,
  minimum: 0,
  market: {
    kind: 'order-ladder',
    asks: levels.map(([price, quantity]) => ({ price, quantity })),
    bids: levels.map(([price, quantity]) => ({ price, quantity })),
  },
})

describe('an order book', () => {
  test('is reckoned to the last digit of its decimals, the fee rounded against the fund', () => {
    const venue = book(0, [
      [0.1, 0.7],
      [0.1, 0.1],
    ])
    // 0.7 + 0.1 is below 0.8 in floats, and 0.1 · 0.8 is not 0.08.
    for (const side of ['buy', 'sell'] as const) {
      expect(venueQuote(venue, side, 80_000_000n)).toEqual({ quote: e16(8n, 100n), price: 0.1 })
      expect(venueQuote(venue, side, 80_000_001n)).toBeUndefined()
    }
    const odd = book(0.3, [[0.00000001, 1]])
    expect(venueQuote(odd, 'buy', 1n)!.quote).toBe(2n)
    expect(venueQuote(odd, 'sell', 1n)!.quote).toBe(0n)
  })
})

test('300 random venues, each of which has the quantity: no quote is better than the rule in exact integers, nor worse by more than 1e-11', () => {
  const rng = new Random(12)
  for (let k = 0; k < 300; k++) {
    const mid = 10 ** (-1 + 6 * rng.uniform())
    const size = 10 ** (-2 + 5 * rng.uniform())
    const given = randomVenue(rng, 'v', mid, size)
    const round = (x: number) => Math.max(Number(x.toFixed(8)), 1e-8)
    const { market } = given
    const levels = (rows: readonly { price: number; quantity: number }[]) =>
      rows.map(({ price, quantity }) => ({ price: round(price), quantity: round(quantity) }))
    const venue =
      market.kind === 'order-ladder'
        ? { ...given, market: { ...market, asks: levels(market.asks), bids: levels(market.bids) } }
        : given
    for (const side of ['buy', 'sell'] as const) {
      const quantity = BigInt(Math.ceil(size * 1e8 * 10 ** (-7 * rng.uniform())))
      const own = exactValue(venue, side, quantity)!
      const { quote } = venueQuote(venue, side, quantity)!
      const worse = side === 'buy' ? quote - own : own - quote
      expect(worse).toBeGreaterThanOrEqual(0n)
      expect(worse).toBeLessThanOrEqual(own / 10n ** 11n + 1n)
    }
  }
})

test('a float near a whole number is that number, any other is rounded', () => {
  expect([wholeUp(0.57 * 1e8), wholeDown(0.57 * 1e8)]).toEqual([57_000_000n, 57_000_000n])
  expect([wholeUp(1.1 * 1e8), wholeDown((0.1 + 0.7) * 1e8)]).toEqual([110_000_000n, 80_000_000n])
  expect([wholeUp(2.5), wholeDown(2.5)]).toEqual([3n, 2n])
  expect([wholeUp(1e9 + 1e-4), wholeDown(1e9 - 1e-4)]).toEqual([1_000_000_001n, 999_999_999n])
})
