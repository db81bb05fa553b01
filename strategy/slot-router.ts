import { RouteCertificateError } from './execution/certify-route.js'
import { DepthError, OrderRouter } from './execution/route-order.js'
import { type Side, signOf } from './execution/supply.js'
import { isTradable, nearestTradable, type Sizes, tradableSizes } from './execution/tradable-sizes.js'
import { toFloat } from './execution/whole-units.js'
import type { Curve } from './linear-program.js'
import type { PlanInput } from './plan.js'
import type { SlotVenues } from './slot-venues.js'
import { type TradeRoute, tradeRoute, venueSizes } from './trade-route.js'

/** A share of a trade's value this small is rounding. */
const ROUNDING = 1e-9

/** One side of the venues of one slot at one mark: what can be traded there, and how. Quantities are in 1e-8 unit. */
export class SlotRouter {
  readonly #side: Side
  readonly #mark: bigint
  readonly #lot: bigint
  readonly #given: SlotVenues
  readonly #router: OrderRouter
  readonly #sizes: readonly Sizes[]
  readonly #tradable: readonly Sizes[]
  readonly #routes = new Map<bigint, TradeRoute | undefined>()
  /** The most that can be traded within reach. */
  readonly depth: bigint
  /** What a trade costs beyond the mark, in quote by units, were there neither fixed costs nor minima; convex. */
  readonly cost: Curve

  constructor(side: Side, mark: bigint, lot: bigint, given: SlotVenues) {
    const { venues, reachBps, slippageBps } = given
    const mid = toFloat(mark)
    const router = new OrderRouter({ side, mid, reachBps, slippageBps }, venues)
    this.#side = side
    this.#mark = mark
    this.#lot = lot
    this.#given = given
    this.#router = router
    this.#sizes = venues.map((venue, v) => venueSizes(venue, router.supplies[v]!))
    this.#tradable = tradableSizes(this.#sizes)
    this.depth = this.#tradable.at(-1)!.hi
    this.cost = costCurve(router, signOf(side), mid)
  }

  /** Whole lots near `quantity` that can be traded, see `nearestTradable`. */
  nearest(quantity: bigint, up: boolean): bigint {
    return nearestTradable(this.#tradable, quantity, this.#lot, up)
  }

  takes(quantity: bigint): boolean {
    return isTradable(this.#tradable, quantity)
  }

  /** The route of a quantity above 0; undefined where it cannot be traded, or is not certified. */
  route(quantity: bigint): TradeRoute | undefined {
    if (this.#routes.has(quantity)) return this.#routes.get(quantity)
    const found = this.takes(quantity) ? this.#find(quantity) : undefined
    this.#routes.set(quantity, found)
    return found
  }

  /** The route of the least that can be traded from `quantity` on, else of the most there is; undefined without any. */
  routeNear(quantity: bigint): TradeRoute | undefined {
    const size = this.nearest(quantity, true)
    return size > 0n ? this.route(size) : undefined
  }

  /**
   * What the route of about `quantity` costs beyond `cost`, which knows neither fixed costs nor minima, in 1e-16 quote; 0
   * where there is none.
   */
  beyondCurve(quantity: bigint): number {
    const size = this.nearest(quantity, false)
    const route = size > 0n ? this.route(size) : undefined
    if (!route) return 0
    const paid = Number(size * (route.fill - this.#mark)) * signOf(this.#side)
    const beyond = paid - this.cost.value(toFloat(size)) * 1e16
    return Number(route.fixedCost) + (beyond > ROUNDING * Number(size * this.#mark) ? beyond : 0)
  }

  #find(quantity: bigint): TradeRoute | undefined {
    try {
      const terms = { side: this.#side, quantity, lot: this.#lot, mark: this.#mark }
      return tradeRoute(this.#router.route(toFloat(quantity)), this.#given, this.#sizes, terms)
    } catch (error) {
      if (error instanceof DepthError || error instanceof RouteCertificateError) return undefined
      throw error
    }
  }
}

function costCurve(router: OrderRouter, sign: 1 | -1, mid: number): Curve {
  const depth = router.supplies.flat().reduce((sum, { quantity }) => sum + quantity, 0)
  const at = (quantity: number) => {
    const inside = Math.min(Math.max(quantity, 0), depth)
    const { quote, price } = router.bound(inside) ?? { quote: 0, price: mid }
    const slope = sign * (price - mid)
    // Beyond its ends a curve goes on as it was; better than the mark is not counted.
    const value = sign * (quote - inside * mid) + slope * (quantity - inside)
    return value > 0 ? { value, slope } : { value: 0, slope: quantity > 0 ? 0 : Math.max(0, slope) }
  }
  return { value: (q) => at(q).value, slope: (q) => at(q).slope }
}

// Routes are found once for a plan, whose inputs are told apart by identity; nothing is kept longer than they are.
const known = new WeakMap<SlotVenues, Map<string, SlotRouter>>()

/** The venues of a slot on one side; undefined where none are given, or where the slot is worth nothing and only settled. */
export function slotRouter(
  { venues, market, costs }: Pick<PlanInput, 'venues' | 'market' | 'costs'>,
  slot: number,
  side: Side,
): SlotRouter | undefined {
  const given = venues?.[slot]
  const cost = costs[slot]
  if (!given || !cost) return undefined
  const mark = market.slots[slot]!.price
  if (mark === 0n) return undefined
  const key = `${side} ${mark} ${cost.lot}`
  const routers = known.get(given) ?? new Map<string, SlotRouter>()
  known.set(given, routers)
  const router = routers.get(key) ?? new SlotRouter(side, mark, cost.lot, given)
  routers.set(key, router)
  return router
}

/** The route of a signed trade; undefined where its slot has no venues, or none that take it. */
export const routeOf = (input: PlanInput, slot: number, trade: bigint): TradeRoute | undefined =>
  trade === 0n ? undefined : slotRouter(input, slot, sideOf(trade))?.route(trade > 0n ? trade : -trade)

/** Whether a signed trade of a slot can be done: always where it has no venues. */
export function canTrade(input: PlanInput, slot: number, trade: bigint): boolean {
  if (trade === 0n) return true
  const router = slotRouter(input, slot, sideOf(trade))
  return router === undefined || router.route(trade > 0n ? trade : -trade) !== undefined
}

export const sideOf = (trade: bigint): Side => (trade > 0n ? 'buy' : 'sell')
