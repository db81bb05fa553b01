import type { Venue } from './venue.js'
import type { Filling, WaterFill } from './water-fill.js'

/** The venues to use, how they are filled, and whether every set was compared or bounded. */
export type VenueChoice = {
  readonly used: readonly boolean[]
  readonly filling: Filling
  readonly search: 'exact' | 'greedy'
}

type Tried = { readonly used: readonly boolean[]; readonly filling: Filling; readonly cost: number }
type Attempt = (used: readonly boolean[]) => Tried | undefined

/** Sets to bound before the local search's answer is taken: enough for every set of twelve venues. */
const BOUNDS_MAX = 4_096

/**
 * The set of venues of least cost for `wanted`, fixed costs in; undefined where no set holds the order. Venues with neither
 * a fixed cost nor a minimum are in every set.
 *
 * First a local search: from all of the others or from the best one alone, it adds or drops the one venue that helps most
 * until none does, so it is never worse than the best single venue. Then branch and bound, which is exact: always for up to
 * twelve such venues, and beyond where the bounds are tight enough to end in time.
 *
 * @param water fills with minimum sizes, `relaxed` without: a bound for the venues not yet decided.
 */
export function chooseVenues(
  wanted: number,
  water: WaterFill,
  relaxed: WaterFill,
  sign: 1 | -1,
  venues: readonly Venue[],
): VenueChoice | undefined {
  const all = venues.map((_, v) => water.usable(v))
  const free = venues.map(({ fixedCost, minimum }, v) => all[v]! && fixedCost === 0 && minimum === 0)
  const others = venues
    .flatMap((_, v) => (all[v] && !free[v] ? [v] : []))
    .sort((a, b) => venues[b]!.fixedCost - venues[a]!.fixedCost || venues[b]!.minimum - venues[a]!.minimum)
  const attempt: Attempt = (used) => {
    const filling = water.fill(wanted, used)
    if (!filling) return undefined
    const fixed = venues.reduce((sum, { fixedCost }, v) => sum + (used[v] ? fixedCost : 0), 0)
    return { used, filling, cost: sign * filling.quote + fixed }
  }
  const quoteBound = (used: readonly boolean[]): number => {
    const filling = relaxed.fill(wanted, used)
    return filling ? sign * filling.quote : Infinity
  }

  let best = improve(all, free, others, attempt)
  let left = BOUNDS_MAX
  // Decides one venue after the other, in and out; a branch whose bound is no better than what is known ends there.
  const decide = (k: number, used: readonly boolean[], quote: number, fixed: number): void => {
    if (quote === Infinity || (best && quote + fixed >= best.cost) || left < 0) return
    const v = others[k]
    if (v === undefined) {
      best = cheaper(best, attempt(used))
      return
    }
    decide(k + 1, used, quote, fixed + venues[v]!.fixedCost)
    left--
    const without = flipped(used, v)
    decide(k + 1, without, quoteBound(without), fixed)
  }
  decide(0, all, quoteBound(all), 0)
  return best && { used: best.used, filling: best.filling, search: left < 0 ? 'greedy' : 'exact' }
}

const cheaper = (a: Tried | undefined, b: Tried | undefined): Tried | undefined =>
  b && (!a || b.cost < a.cost) ? b : a

const flipped = (used: readonly boolean[], v: number) => used.map((u, k) => (k === v ? !u : u))

function improve(
  all: readonly boolean[],
  free: readonly boolean[],
  others: readonly number[],
  attempt: Attempt,
): Tried | undefined {
  const single = others.map((v) => flipped(free, v))
  let best = [all, free, ...single].map(attempt).reduce(cheaper, undefined)
  // Where the minima of all are too much and no one is enough: without one after the other.
  for (let used = all, k = 0; !best && k < others.length; k++) {
    used = flipped(used, others[k]!)
    best = attempt(used)
  }
  for (let now = best; now; ) {
    const { used } = now
    const next = others.map((v) => attempt(flipped(used, v))).reduce(cheaper, now)
    if (next === now) return now
    now = next
  }
  return undefined
}
