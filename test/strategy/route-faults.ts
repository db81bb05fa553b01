import { abs, sum } from '#portfolio/units.js'
import { venueFill } from '#strategy/execution/venue.js'
import type { PlanInput, PlannedTrade } from '#strategy/plan.js'
import { exactValue } from './exact-venues.js'

/** What is wrong with the route of a planned trade, in words; judged by the venues' rules in exact integers. */
export function routeFaults({ venues, market }: PlanInput, trade: PlannedTrade): string[] {
  const { slot, symbol, quantity, expectedFill, route } = trade
  const given = venues?.[slot]
  if (!given || market.slots[slot]!.price === 0n) return route ? [`${symbol} has a route and no venues`] : []
  if (!route) return [`${symbol} has venues and no route`]
  const faults: string[] = []
  const side = quantity > 0n ? 'buy' : 'sell'
  const mark = market.slots[slot]!.price
  const size = abs(quantity)
  /** Whether x is no better for the fund than y. */
  const noBetter = (x: bigint, y: bigint) => (side === 'buy' ? x >= y : x <= y)
  if (sum(route.orders.map((order) => order.quantity)) !== size) faults.push('its orders do not add up')
  if (sum(route.orders.map((order) => order.quote)) !== route.quote) faults.push('its quotes do not add up')
  if (!noBetter(expectedFill * size, route.quote)) faults.push('its fill is better than its orders')
  if (!noBetter(expectedFill, mark)) faults.push('its fill is better than the mark')
  if (
    expectedFill !== mark &&
    noBetter(
      expectedFill + (side === 'buy' ? -1n : 1n),
      (route.quote + (side === 'buy' ? size - 1n : 0n)) / size,
    )
  )
    faults.push('its fill is worse than rounding asks')
  const reach = (Number(mark) / 1e8) * (1 + ((side === 'buy' ? 1 : -1) * given.reachBps) / 1e4)
  for (const order of route.orders) {
    const venue = given.venues.find(({ name }) => name === order.venue)!
    const own = exactValue(venue, side, order.quantity)
    const x = Number(order.quantity) / 1e8
    const last = venueFill(venue, side, x)?.last ?? Number.NaN
    const beyond = (side === 'buy' ? last - reach : reach - last) / reach
    // Beyond 53 bits a float does not hold the venue's own decimals.
    const slack = own && (mark > 1n << 52n || order.quantity > 1n << 52n) ? own / 10n ** 15n : 0n
    if (own === undefined) faults.push(`${order.venue} has not as much`)
    else if (!noBetter(order.quote + (side === 'buy' ? slack : -slack), own))
      faults.push(`${order.venue} asks for more`)
    else if (abs(order.quote - own) * 10n ** 11n > own + 10n ** 12n)
      faults.push(`${order.venue} asks for less`)
    if (!(beyond <= 1e-9)) faults.push(`${order.venue} is traded beyond reach`)
    if (x < venue.minimum * (1 - 1e-12)) faults.push(`${order.venue} takes no order as small`)
    if (order.fixedCost < BigInt(Math.floor(venue.fixedCost * 1e16 * (1 - 1e-12))))
      faults.push('a fixed cost is missing')
    if (!noBetter(order.limitQuote, order.quote)) faults.push('a limit stops what is planned')
  }
  return faults.map((fault) => `${symbol}: ${fault}`)
}
