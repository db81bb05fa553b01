import { checkNotNegative, ExecutionInputError } from './execution/execution-input.js'
import { SLIPPAGE_MAX_BPS } from './execution/route-order.js'
import { checkVenue, type Venue } from './execution/venue.js'

/**
 * Where one instrument can be traded, as the fund tells it. The base of every venue is one unit of the instrument and its
 * quote that of the book: quantities in units, prices in quote per unit, `fixedCost` in quote. `reachBps` is how much worse
 * than the mark a marginal price, fee in, may be to count as depth (below 10 000), `slippageBps` how much worse than planned
 * a venue may fill before its order's limit stops it, at most 1 000. Without a venue nothing can be traded.
 */
export type SlotVenues = {
  readonly reachBps: number
  readonly slippageBps: number
  readonly venues: readonly Venue[]
}

/** So many that every set of them is compared. */
export const VENUES_MAX = 12

/** @throws `ExecutionInputError` naming the field under `at`. */
export function checkSlotVenues({ reachBps, slippageBps, venues }: SlotVenues, at: string): void {
  checkNotNegative({ reachBps, slippageBps }, at)
  if (reachBps >= 1e4) throw new ExecutionInputError(`${at}.reachBps`, 'below 10 000')
  if (slippageBps > SLIPPAGE_MAX_BPS) {
    throw new ExecutionInputError(`${at}.slippageBps`, `at most ${SLIPPAGE_MAX_BPS}`)
  }
  if (venues.length > VENUES_MAX) {
    throw new ExecutionInputError(`${at}.venues`, `a list of at most ${VENUES_MAX}`)
  }
  const names = venues.map(({ name }) => name)
  venues.forEach((venue, v) => {
    if (names.indexOf(venue.name) !== v)
      throw new ExecutionInputError(`${at}.venues[${v}].name`, 'given once')
    checkVenue(venue, `${at}.venues[${v}]`)
  })
}

/** @throws `ExecutionInputError` naming the field. */
export function checkVenues(venues: Readonly<Record<number, SlotVenues>>, instruments: number): void {
  for (const [slot, one] of Object.entries(venues)) {
    if (!(Number(slot) < instruments))
      throw new ExecutionInputError(`venues[${slot}]`, 'of a slot of the universe')
    checkSlotVenues(one, `venues[${slot}]`)
  }
}
