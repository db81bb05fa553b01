import { type Order, type Route, routeOrder } from '#strategy/execution/route-order.js'
import { signOf, within } from '#strategy/execution/supply.js'
import { type Venue, venueFill, venueSupply } from '#strategy/execution/venue.js'
import { affine, combine, LinearProgram } from '#strategy/linear-program.js'
import { Random } from '#strategy/random.js'

export type Instance = { readonly order: Order; readonly venues: readonly Venue[] }

const spread = (rng: Random, lo: number, hi: number) => lo * (hi / lo) ** rng.uniform()

/** A constant-product pool, ranges of concentrated liquidity or an order book, within half a percent of `mid`. */
export function randomVenue(rng: Random, name: string, mid: number, size: number): Venue {
  const price = mid * (1 + 0.01 * (rng.uniform() - 0.5))
  const base = { name, fixedCost: 0, minimum: 0 }
  const kind = rng.below(3)
  if (kind === 0) {
    const baseReserve = size * spread(rng, 5, 500)
    const market = { kind: 'constant-product', baseReserve, quoteReserve: baseReserve * price } as const
    return { ...base, feeBps: [0, 5, 30, 100][rng.below(4)]!, market }
  }
  if (kind === 1) {
    const ranges = []
    let lower = price * (0.9 - 0.05 * rng.uniform())
    while (lower < price * 1.1) {
      const upper = lower * (1 + spread(rng, 0.001, 0.05))
      const liquidity = rng.below(8) === 0 ? 0 : (size * Math.sqrt(price) * spread(rng, 5, 500)) / 2
      ranges.push({ lower, upper, liquidity })
      lower = rng.below(8) === 0 ? upper * 1.002 : upper
    }
    return {
      ...base,
      feeBps: [1, 5, 30][rng.below(3)]!,
      market: { kind: 'concentrated-liquidity', price, ranges },
    }
  }
  const ladder = (side: 1 | -1) => {
    let at = price * (1 + side * spread(rng, 0.0001, 0.001))
    return Array.from({ length: 5 + rng.below(30) }, () => {
      at *= 1 + side * spread(rng, 0.0001, 0.003)
      return { price: at, quantity: size * spread(rng, 0.01, 0.5) }
    })
  }
  const market = { kind: 'order-ladder', asks: ladder(1), bids: ladder(-1) } as const
  return { ...base, feeBps: [0, 2, 5, 10][rng.below(4)]!, market }
}

/** An order over `count` venues, `conditional` of which have a fixed cost or a minimum; at most nine tenths of what there is. */
export function randomInstance(seed: number, count: number, conditional: number): Instance {
  const rng = new Random(seed)
  const mid = spread(rng, 0.01, 100_000)
  const size = spread(rng, 0.1, 1_000)
  const side = rng.below(2) === 0 ? 'buy' : 'sell'
  const venues = Array.from({ length: count }, (_, v) => {
    const venue = randomVenue(rng, `v${v}`, mid, size)
    if (v >= conditional) return venue
    const fixedCost = rng.below(3) === 0 ? 0 : mid * size * spread(rng, 1e-5, 1e-2)
    const sized = fixedCost === 0 || rng.below(3) === 0
    return { ...venue, fixedCost, minimum: sized ? size * spread(rng, 0.01, 0.5) : 0 }
  })
  const reachBps = 1_000
  const depth = venues.reduce((sum, venue) => {
    const near = within(venueSupply(venue, side), side, mid * (1 + (signOf(side) * reachBps) / 1e4))
    return sum + near.reduce((part, segment) => part + segment.quantity, 0)
  }, 0)
  return {
    order: { side, quantity: depth * spread(rng, 0.001, 0.9), mid, reachBps, slippageBps: 20 },
    venues,
  }
}

/** Cost with fixed costs, negative for a sale. */
export const costOfRoute = ({ side }: Order, { quote, fixedCost }: Route): number =>
  signOf(side) * quote + fixedCost

/** What one venue alone costs for the whole order, by its own rule. */
export function costAlone({ side, quantity, mid, reachBps }: Order, venue: Venue): number | undefined {
  const fill = quantity >= venue.minimum ? venueFill(venue, side, quantity) : undefined
  const reach = mid * (1 + (signOf(side) * reachBps) / 1e4)
  return fill && signOf(side) * (fill.last - reach) <= 0
    ? signOf(side) * fill.quote + venue.fixedCost
    : undefined
}

/**
 * The optimum by linear programs, one per set of the venues with a fixed cost or a minimum. Each venue is cut into slices by
 * its own rule, so that a program's optimum lies on chords of the convex cost: never below the true one, and above it by
 * less than a hundredth of a basis point per venue.
 */
export async function costByPrograms({ order, venues }: Instance): Promise<number> {
  const conditional = venues.flatMap((venue, v) => (venue.fixedCost > 0 || venue.minimum > 0 ? [v] : []))
  const cuts = venues.map((venue) => slicesOf(order, venue))
  let best = Infinity
  for (let set = 0; set < 1 << conditional.length; set++) {
    const used = venues.map((_, v) => !conditional.includes(v) || (set & (1 << conditional.indexOf(v))) !== 0)
    const cost = await costOfSet(order, venues, cuts, used)
    if (cost !== undefined) best = Math.min(best, cost)
  }
  return best
}

type Slice = { readonly share: number; readonly cost: number }

/** A slice whose chord is off by less than this share of the order's value is not cut again. */
const CHORD = 2e-6

/** Slices as shares of the order's quantity, with cost against mid for each share, in units of its value. */
function slicesOf({ side, quantity, mid, reachBps }: Order, venue: Venue): Slice[] {
  const sign = signOf(side)
  const reach = mid * (1 + (sign * reachBps) / 1e4)
  const at = (x: number) => ({ x, fill: venueFill(venue, side, x) })
  type Point = ReturnType<typeof at>
  const slices = (a: Point, b: Point, depth: number): Slice[] => {
    const { fill: here } = a
    const { fill: there } = b
    if (!here || sign * (here.next - reach) > 0) return []
    const share = (b.x - a.x) / quantity
    const beyond = !there || sign * (there.last - reach) > 0
    if (!beyond && (Math.abs(there.last - here.next) / mid) * share <= CHORD) {
      return [{ share, cost: sign * ((there.quote - here.quote) / (b.x - a.x) / mid - 1) }]
    }
    if (depth === 0) return []
    const middle = at((a.x + b.x) / 2)
    return [...slices(a, middle, depth - 1), ...slices(middle, b, depth - 1)]
  }
  return slices(at(0), at(quantity), 24)
}

async function costOfSet(
  { side, quantity, mid }: Order,
  venues: readonly Venue[],
  cuts: readonly (readonly Slice[])[],
  used: readonly boolean[],
): Promise<number | undefined> {
  const program = new LinearProgram()
  const priced: { variable: number; cost: number }[] = []
  const parts = venues.map((venue, v) => {
    if (!used[v]) return affine()
    const part = affine(
      0,
      cuts[v]!.map(({ share, cost }): [number, number] => {
        // In basis points of the order, so that the solver's tolerances are far below what is compared.
        const variable = program.variable(0, share, cost * 1e4)
        priced.push({ variable, cost })
        return [variable, 1]
      }),
    )
    if (venue.minimum > 0) program.require(affine(venue.minimum / quantity), part)
    return part
  })
  if (priced.length === 0) return undefined
  program.require(combine(parts.map((part) => [1, part] as const)), affine(1), true)
  const values = await program.open((solver) => solver.solve()?.values)
  if (!values) return undefined
  const share = priced.reduce((sum, { variable, cost }) => sum + values[variable]! * cost, 0)
  const fixed = venues.reduce((sum, { fixedCost }, v) => sum + (used[v] ? fixedCost : 0), 0)
  return quantity * mid * (signOf(side) + share) + fixed
}

/** Gap between the router and the linear programs over the instances of `seeds`, in basis points of the order. */
export async function routerGaps(seeds: readonly number[]): Promise<number[]> {
  const gaps: number[] = []
  for (const seed of seeds) {
    const instance = randomInstance(seed, 1 + (seed % 8), seed % 3 === 0 ? Math.min(2, seed % 8) : 0)
    const { order, venues } = instance
    const cost = costOfRoute(order, routeOrder(order, venues))
    gaps.push(((cost - (await costByPrograms(instance))) / (order.quantity * order.mid)) * 1e4)
  }
  return gaps
}
