import type { Venue } from '#strategy/execution/venue.js'
import type { PlanInput } from '#strategy/plan.js'
import { Random } from '#strategy/random.js'
import type { SlotVenues } from '#strategy/slot-venues.js'
import { randomVenue } from './execution/route-instances.js'

/**
 * The same input where two slots of three are traded over venues, one to four of them as deep as a thousandth to all of the
 * book, some with a fixed cost or a minimum, and some slots have none left.
 */
export function withRandomVenues(input: PlanInput, seed: number): PlanInput {
  const rng = new Random(seed ^ 0x7e4d)
  const { market, universe, book } = input
  const worth = book.quantities.reduce(
    (sum, q, i) => sum + Math.abs(Number(q)) * Number(market.slots[i]!.price),
    book.cash.reduce((sum, c) => sum + Math.abs(Number(c)), 0),
  )
  const venues: Record<number, SlotVenues> = {}
  universe.instruments.forEach((_, i) => {
    const mid = Number(market.slots[i]!.price) / 1e8
    // A wire has too few decimals for the ladders of what is worth next to nothing.
    if (mid < 0.1 || rng.below(3) === 0) return
    const size = Math.max((worth / 1e16 / mid) * 10 ** (-3 * rng.uniform()), 1e-4)
    const count = rng.below(12) === 0 ? 0 : 1 + rng.below(4)
    const list = Array.from({ length: count }, (_, v): Venue => {
      const venue = randomVenue(rng, `V${v}`, mid, size)
      const fixedCost = rng.below(3) === 0 ? size * mid * 1e-4 * rng.uniform() : 0
      const minimum = rng.below(4) === 0 ? size * 0.2 * rng.uniform() : 0
      return rounded({ ...venue, fixedCost, minimum })
    })
    venues[i] = { reachBps: 20 + rng.below(400), slippageBps: rng.below(50), venues: list }
  })
  return { ...input, venues }
}

/** Every number to the 8 decimals of a wire. */
function rounded<T>(x: T): T {
  if (typeof x === 'number') return Number(x.toFixed(8)) as T & number
  if (Array.isArray(x)) return x.map(rounded) as T & unknown[]
  if (typeof x !== 'object' || x === null) return x
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, rounded(value)])) as T & object
}
