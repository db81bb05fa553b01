import type { RouteCertificate } from './execution/certify-route.js'
import type { Route } from './execution/route-order.js'
import type { Segment, Side } from './execution/supply.js'
import type { Sizes } from './execution/tradable-sizes.js'
import type { Venue } from './execution/venue.js'
import { venueQuote } from './execution/venue-quote.js'
import { wholeDown, wholeUp } from './execution/whole-units.js'
import type { SlotVenues } from './slot-venues.js'

/**
 * What to do at one venue. `quantity` in 1e-8 unit; `quote` to pay or to take with the fee, and the `fixedCost` beside it,
 * in 1e-16 quote. `limitPrice` is the worst price to send with the order, as the venue quotes it, without its fee, in 1e-8
 * quote per unit; `limitQuote` the most to pay or the least to take.
 */
export type VenueOrder = {
  readonly venue: string
  readonly quantity: bigint
  readonly quote: bigint
  readonly fixedCost: bigint
  readonly limitPrice: bigint
  readonly limitQuote: bigint
}

/**
 * A trade split over its venues. `quote` and `fixedCost` are of all orders; `fill` is the average price with fees in 1e-8
 * quote per unit, or the mark where that is worse: a mark that lags behind its venues makes no plan trade for the
 * difference. `certificate` says how far the split is from the optimum before the quantities were rounded, and names the
 * venues at their minimum.
 */
export type TradeRoute = {
  readonly orders: readonly VenueOrder[]
  readonly quote: bigint
  readonly fixedCost: bigint
  readonly fill: bigint
  readonly dropped: readonly string[]
  readonly certificate: Omit<RouteCertificate, 'atMinimum'> & { readonly atMinimum: readonly string[] }
}

/** More than a quantity can be. */
const MANY = 2 ** 63

/** What a venue takes, in whole 1e-8 unit: from its minimum to what it has within reach, `supply`. */
export function venueSizes({ minimum }: Venue, supply: readonly Segment[]): Sizes {
  const whole = (quantity: number) => wholeDown(Math.min(quantity * 1e8, MANY))
  const levels = supply.filter(({ depth }) => depth === 0)
  const curves = supply.reduce((sum, { quantity, depth }) => sum + (depth === 0 ? 0 : quantity), 0)
  const hi = levels.reduce((sum, { quantity }) => sum + whole(quantity), whole(curves))
  return { lo: wholeUp(Math.min(minimum * 1e8, MANY)), hi }
}

/**
 * A route in exact integers: its parts in whole lots where the venues allow it, each priced anew by the venue's own rule.
 *
 * @param quantity in 1e-8 unit; the route is for as much. `mark` in 1e-8 quote per unit.
 * @returns undefined where the venues have not as much in whole 1e-8 unit.
 */
export function tradeRoute(
  { legs, dropped, certificate }: Route,
  { venues, slippageBps }: SlotVenues,
  sizes: readonly Sizes[],
  { side, quantity, lot, mark }: { side: Side; quantity: bigint; lot: bigint; mark: bigint },
): TradeRoute | undefined {
  const parts = legs.map((leg) => ({ part: leg.quantity * 1e8, sizes: sizes[leg.venue]! }))
  const amounts = apportion(quantity, parts, lot) ?? apportion(quantity, parts, 1n)
  if (!amounts) return undefined
  const slippage = wholeUp(slippageBps * 1e8)
  const worse = side === 'buy' ? BPS_E8 + slippage : BPS_E8 - slippage
  const orders: VenueOrder[] = []
  for (const [k, amount] of amounts.entries()) {
    if (amount === 0n) continue
    const venue = venues[legs[k]!.venue]!
    const found = venueQuote(venue, side, amount)
    if (!found) return undefined
    const { quote, price } = found
    orders.push({
      venue: venue.name,
      quantity: amount,
      quote,
      fixedCost: wholeUp(venue.fixedCost * 1e16),
      limitPrice: worsened(side, side === 'buy' ? wholeUp(price * 1e8) : wholeDown(price * 1e8), worse),
      limitQuote: worsened(side, quote, worse),
    })
  }
  const total = (of: (order: VenueOrder) => bigint) => orders.reduce((sum, order) => sum + of(order), 0n)
  const quote = total((order) => order.quote)
  const average = side === 'buy' ? (quote + quantity - 1n) / quantity : quote / quantity
  const fill = average > mark === (side === 'buy') ? average : mark
  const names = (list: readonly number[]) => list.map((v) => venues[v]!.name)
  return {
    orders,
    quote,
    fixedCost: total((order) => order.fixedCost),
    fill,
    dropped: names(dropped),
    certificate: { ...certificate, atMinimum: names(certificate.atMinimum) },
  }
}

/** 10 000 basis points to 8 decimals. */
const BPS_E8 = 10n ** 12n
const worsened = (side: Side, x: bigint, worse: bigint): bigint =>
  side === 'buy' ? (x * worse + BPS_E8 - 1n) / BPS_E8 : (x * worse) / BPS_E8

type Part = { readonly part: number; readonly sizes: Sizes }

/**
 * Parts as multiples of `lot` that add up to `quantity`, by largest remainder; undefined where some venue's sizes do not
 * allow it.
 */
function apportion(quantity: bigint, parts: readonly Part[], lot: bigint): bigint[] | undefined {
  const down = (x: bigint) => (x / lot) * lot
  const bounds = parts.map(({ sizes }) => ({ lo: down(sizes.lo + lot - 1n), hi: down(sizes.hi) }))
  if (quantity % lot !== 0n || bounds.some(({ lo, hi }) => lo > hi)) return undefined
  const amounts = parts.map(({ part }, k) => {
    const { lo, hi } = bounds[k]!
    const whole = down(wholeDown(part))
    return whole < lo ? lo : whole > hi ? hi : whole
  })
  const remainder = amounts.map((amount, k) => parts[k]!.part - Number(amount))
  const order = parts.map((_, k) => k).sort((a, b) => remainder[b]! - remainder[a]! || a - b)
  let rest = quantity - amounts.reduce((sum, amount) => sum + amount, 0n)
  // One lot each to where most was cut off, then to whoever has room; what is too much comes off from the other end.
  for (const most of [lot, quantity]) {
    for (const k of rest > 0n ? order : [...order].reverse()) {
      const { lo, hi } = bounds[k]!
      const room = rest > 0n ? hi - amounts[k]! : amounts[k]! - lo
      const wanted = rest > 0n ? rest : -rest
      const step = [room, wanted, most].reduce((a, b) => (b < a ? b : a))
      amounts[k]! += rest > 0n ? step : -step
      rest += rest > 0n ? -step : step
    }
  }
  return rest === 0n ? amounts : undefined
}
