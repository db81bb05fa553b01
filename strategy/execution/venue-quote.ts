import type { OrderLadder } from './order-ladder.js'
import type { Side } from './supply.js'
import { quotedPrice, type Venue, venueFill } from './venue.js'
import { toFloat, wholeDown, wholeUp } from './whole-units.js'

/** `quote` with the fee in 1e-16 quote, rounded against the fund; `price` of the last unit as the venue quotes it, without. */
export type VenueQuote = { readonly quote: bigint; readonly price: number }

/** More than the floats of a pool are off by; a hundred millionth of a basis point, which the fund pays. */
const POOL_NOISE = 1e-12
/** A fee in basis points to 8 decimals, of one. */
const FEE_ONE = 10n ** 12n

/**
 * What a venue asks or gives for `quantity` (1e-8 unit) by its own rule; undefined where it has less.
 *
 * An order book is reckoned in integers, exactly where floats hold its prices and quantities to 8 decimals (below 9e7). A
 * pool's curve is in floats, and as much worse as they may be off.
 */
export function venueQuote(venue: Venue, side: Side, quantity: bigint): VenueQuote | undefined {
  if (venue.market.kind === 'order-ladder') return ladderQuote(venue.market, venue.feeBps, side, quantity)
  const fill = venueFill(venue, side, toFloat(quantity))
  if (!fill) return undefined
  const quote = fill.quote * 1e16
  return {
    quote:
      side === 'buy'
        ? BigInt(Math.ceil(quote * (1 + POOL_NOISE)))
        : BigInt(Math.floor(quote * (1 - POOL_NOISE))),
    price: quotedPrice(venue, side, fill.last),
  }
}

function ladderQuote(
  { asks, bids }: OrderLadder,
  feeBps: number,
  side: Side,
  quantity: bigint,
): VenueQuote | undefined {
  const buys = side === 'buy'
  let [left, paid, last] = [quantity, 0n, 0]
  for (const { price, quantity: size } of buys ? asks : bids) {
    if (left === 0n) break
    const whole = wholeDown(size * 1e8)
    const part = whole < left ? whole : left
    paid += part * (buys ? wholeUp(price * 1e8) : wholeDown(price * 1e8))
    left -= part
    last = price
  }
  if (left > 0n) return undefined
  const fee = wholeUp(feeBps * 1e8)
  const quote = buys ? (paid * (FEE_ONE + fee) + FEE_ONE - 1n) / FEE_ONE : (paid * (FEE_ONE - fee)) / FEE_ONE
  return { quote, price: last }
}
