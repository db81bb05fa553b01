import { BaseError } from '#portfolio/base-error.js'
import { certifyRoute, type RouteCertificate } from './certify-route.js'
import { chooseVenues } from './choose-venues.js'
import { checkNotNegative, checkPositive, ExecutionInputError } from './execution-input.js'
import { cut, quoteOf, type Segment, type Side, signOf, within } from './supply.js'
import { checkVenue, quotedPrice, type Venue, venueSupply } from './venue.js'
import { type Filling, WaterFill } from './water-fill.js'

/**
 * One leg to be traded: `quantity` in base, `mid` in quote per base.
 *
 * `reachBps` is how much worse than `mid` a marginal price, fee in, may be for its liquidity to count as depth;
 * `slippageBps` is how much worse than planned each venue may fill before its own limit stops it, at most 1 000.
 */
export type Order = {
  readonly side: Side
  readonly quantity: number
  readonly mid: number
  readonly reachBps: number
  readonly slippageBps: number
}
type Terms = Omit<Order, 'quantity'>

/**
 * What one venue does. `quote` is paid (buy) or received (sale), fee in; `marginalPrice` is that of the last unit, fee in.
 * `limitPrice` is the worst price to send with the order, as the venue quotes it, without its fee; `limitQuote` the most to
 * pay or the least to take.
 */
export type RouteLeg = {
  readonly venue: number
  readonly name: string
  readonly quantity: number
  readonly quote: number
  readonly fixedCost: number
  readonly averagePrice: number
  readonly marginalPrice: number
  readonly limitPrice: number
  readonly limitQuote: number
}

/**
 * `quote` over all legs with fees and without fixed costs, `averagePrice` = quote / quantity, `costBps` the cost against
 * mid with fees and fixed costs. `dropped` lists the venues left out to save their fixed cost or for their minimum;
 * `search` says whether every set of venues was compared.
 */
export type Route = {
  readonly legs: readonly RouteLeg[]
  readonly quote: number
  readonly fixedCost: number
  readonly averagePrice: number
  readonly marginalPrice: number
  readonly costBps: number
  readonly dropped: readonly number[]
  readonly search: 'exact' | 'greedy'
  readonly certificate: RouteCertificate
}

export const SLIPPAGE_MAX_BPS = 1_000

/**
 * Splits an order of one pair over its venues at the least cost with fees and fixed costs, and checks the result by each
 * venue's own rule.
 *
 * @throws what {@link OrderRouter} throws.
 */
export const routeOrder = (order: Order, venues: readonly Venue[]): Route =>
  new OrderRouter(order, venues).route(order.quantity)

/**
 * One side of one pair's venues, made ready once for orders of any quantity.
 *
 * Water-filling for a given set of venues (Angeris, Evans, Chitra & Boyd 2022 for the convex problem); over the sets of the
 * venues that have a fixed cost or a minimum, exact up to twelve of them, beyond them where branch and bound ends in time,
 * else a local search: `search` says which.
 */
export class OrderRouter {
  readonly #terms: Terms
  readonly #venues: readonly Venue[]
  readonly #segments: readonly (readonly Segment[])[]
  readonly #water: WaterFill
  readonly #relaxed: WaterFill
  readonly #all: readonly boolean[]

  /** @throws `ExecutionInputError` naming the field. */
  constructor(terms: Terms, venues: readonly Venue[]) {
    checkTerms(terms)
    venues.forEach((venue, v) => {
      checkVenue(venue, `venues[${v}]`)
    })
    const { side, mid, reachBps } = terms
    // The worst marginal price that counts as depth.
    const limit = (mid * (1e4 + signOf(side) * reachBps)) / 1e4
    const supplies = venues.map((venue) => ({
      segments: within(venueSupply(venue, side), side, limit),
      minimum: venue.minimum,
    }))
    this.#terms = terms
    this.#venues = venues
    this.#segments = supplies.map(({ segments }) => segments)
    this.#water = new WaterFill(side, limit, supplies)
    const anySize = supplies.map(({ segments }) => ({ segments, minimum: 0 }))
    this.#relaxed = new WaterFill(side, limit, anySize)
    this.#all = venues.map(() => true)
  }

  /** What each venue has within reach. */
  get supplies(): readonly (readonly Segment[])[] {
    return this.#segments
  }

  /**
   * The least quote for `quantity` were there neither fixed costs nor minima, and the marginal price there: convex in the
   * quantity, and never worse than a route. Undefined beyond the depth.
   */
  bound(quantity: number): Pick<Filling, 'quote' | 'price'> | undefined {
    return this.#relaxed.fill(quantity, this.#all)
  }

  /**
   * @throws {@link DepthError} where the venues together have less within reach; `ExecutionInputError` naming the field;
   *   `RouteCertificateError` should the result not check.
   */
  route(quantity: number): Route {
    checkPositive({ quantity }, 'order')
    const venues = this.#venues
    const order = { ...this.#terms, quantity }
    const sign = signOf(order.side)
    const choice = chooseVenues(quantity, this.#water, this.#relaxed, sign, venues)
    if (!choice) throw new DepthError()

    const parts = this.#water.parts(choice.used, choice.filling)
    const legs = parts.flatMap((part, v) =>
      part > 0 ? [routeLeg(order, venues[v]!, v, this.#segments[v]!, part)] : [],
    )
    const total = (of: (leg: RouteLeg) => number) => legs.reduce((sum, leg) => sum + of(leg), 0)
    const quote = total((leg) => leg.quote)
    const fixedCost = total((leg) => leg.fixedCost)
    const marginalPrice = choice.filling.price
    const dropped = venues.flatMap((_, v) => (choice.used[v] ? [] : [v]))
    const certificate = certifyRoute(order, venues, { legs, marginalPrice, dropped })
    const worth = quantity * order.mid
    return {
      legs,
      quote,
      fixedCost,
      averagePrice: quote / quantity,
      marginalPrice,
      costBps: ((sign * (quote - worth) + fixedCost) / worth) * 1e4,
      dropped,
      search: choice.search,
      certificate,
    }
  }
}

function routeLeg(
  { side, slippageBps }: Order,
  venue: Venue,
  v: number,
  segments: readonly Segment[],
  quantity: number,
): RouteLeg {
  const taken = cut(segments, side, quantity)?.taken
  if (!taken) throw new DepthError()
  const quote = taken.reduce((sum, segment) => sum + quoteOf(segment), 0)
  const marginalPrice = taken[taken.length - 1]!.to
  const worse = 1 + (signOf(side) * slippageBps) / 1e4
  return {
    venue: v,
    name: venue.name,
    quantity,
    quote,
    fixedCost: venue.fixedCost,
    averagePrice: quote / quantity,
    marginalPrice,
    limitPrice: quotedPrice(venue, side, marginalPrice) * worse,
    limitQuote: quote * worse,
  }
}

function checkTerms({ side, mid, reachBps, slippageBps }: Terms): void {
  checkPositive({ mid }, 'order')
  checkNotNegative({ reachBps, slippageBps }, 'order')
  if (side === 'sell' && reachBps >= 1e4)
    throw new ExecutionInputError('order.reachBps', 'below 10 000 for a sale')
  if (slippageBps > SLIPPAGE_MAX_BPS) {
    throw new ExecutionInputError('order.slippageBps', `at most ${SLIPPAGE_MAX_BPS}`)
  }
}

/** No set of venues trades the quantity within reach of the mid price and with its minimum sizes. */
export class DepthError extends BaseError {
  constructor() {
    super('The venues together must have the quantity within reach of the mid price.', {
      code: 'STRATEGY_DEPTH',
      field: 'order.quantity',
      hints: ['Trade less now, add venues, or accept prices farther from mid.'],
    })
  }
}
