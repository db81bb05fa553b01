import { z } from 'zod'
import { slotOf, type Universe } from '#portfolio/universe.js'
import type { Venue } from '#strategy/execution/venue.js'
import { checkSlotVenues, type SlotVenues, VENUES_MAX } from '#strategy/slot-venues.js'
import { quantityField } from './book.js'
import { Decimal, parseNumber } from './wire.js'

const LEVELS_MAX = 256
const Levels = z.array(z.strictObject({ price: Decimal, quantity: Decimal })).max(LEVELS_MAX)

const VenueMarketWire = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant-product'), baseReserve: Decimal, quoteReserve: Decimal }),
  z.strictObject({
    kind: z.literal('concentrated-liquidity'),
    price: Decimal,
    ranges: z.array(z.strictObject({ lower: Decimal, upper: Decimal, liquidity: Decimal })).max(LEVELS_MAX),
  }),
  z.strictObject({ kind: z.literal('order-ladder'), asks: Levels, bids: Levels }),
])
type VenueMarketWire = z.infer<typeof VenueMarketWire>

const VenueWire = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/),
  feeBps: Decimal,
  fixedCost: Decimal,
  minimum: Decimal,
  market: VenueMarketWire,
})

const SlotVenuesWire = z.strictObject({
  reachBps: Decimal,
  slippageBps: Decimal,
  venues: z.array(VenueWire).max(VENUES_MAX),
})

/**
 * Where instruments can be traded, by symbol, as the fund tells it: nothing of it is compared with any market. Quantities in
 * units of the instrument, prices in quote per unit, fixed costs in quote.
 */
export const VenuesWire = z.record(z.string().max(64), SlotVenuesWire).meta({ id: 'Venues' })
export type VenuesWire = z.infer<typeof VenuesWire>

/** @throws `DecimalError`, `UnknownInstrumentError` or `ExecutionInputError` naming the field. */
export function parseVenues(wire: VenuesWire, universe: Universe): Record<number, SlotVenues> {
  const entries = Object.entries(wire).map(([symbol, { reachBps, slippageBps, venues }]) => {
    const at = quantityField(symbol, 'venues')
    const slot = slotOf(universe, symbol, at)
    const given: SlotVenues = {
      reachBps: parseNumber(reachBps, `${at}.reachBps`),
      slippageBps: parseNumber(slippageBps, `${at}.slippageBps`),
      venues: venues.map((venue, v) => parseVenue(venue, `${at}.venues[${v}]`)),
    }
    checkSlotVenues(given, at)
    return [slot, given] as const
  })
  return Object.fromEntries(entries)
}

function parseVenue(
  { name, feeBps, fixedCost, minimum, market }: z.infer<typeof VenueWire>,
  at: string,
): Venue {
  return {
    name,
    feeBps: parseNumber(feeBps, `${at}.feeBps`),
    fixedCost: parseNumber(fixedCost, `${at}.fixedCost`),
    minimum: parseNumber(minimum, `${at}.minimum`),
    market: parseMarket(market, `${at}.market`),
  }
}

function parseMarket(market: VenueMarketWire, at: string): Venue['market'] {
  const number = (text: string, field: string) => parseNumber(text, `${at}.${field}`)
  switch (market.kind) {
    case 'constant-product':
      return {
        kind: market.kind,
        baseReserve: number(market.baseReserve, 'baseReserve'),
        quoteReserve: number(market.quoteReserve, 'quoteReserve'),
      }
    case 'concentrated-liquidity':
      return {
        kind: market.kind,
        price: number(market.price, 'price'),
        ranges: market.ranges.map(({ lower, upper, liquidity }, k) => ({
          lower: number(lower, `ranges[${k}].lower`),
          upper: number(upper, `ranges[${k}].upper`),
          liquidity: number(liquidity, `ranges[${k}].liquidity`),
        })),
      }
    case 'order-ladder': {
      const levels = (side: 'asks' | 'bids') =>
        market[side].map(({ price, quantity }, k) => ({
          price: number(price, `${side}[${k}].price`),
          quantity: number(quantity, `${side}[${k}].quantity`),
        }))
      return { kind: market.kind, asks: levels('asks'), bids: levels('bids') }
    }
  }
}
