import { abs } from '#portfolio/units.js'
import type { PlanInput } from './plan.js'
import { sideOf, slotRouter } from './slot-router.js'

export const ROUNDINGS = ['down', 'nearest', 'up'] as const
export type Rounding = (typeof ROUNDINGS)[number]

/** Whole units of 1e-8 first: what the solver's rounding left just off a whole number is that number. */
const NOISE = 1e-4
const WHOLE: Readonly<Record<Rounding, (x: number) => number>> = {
  down: (x) => Math.floor(x + NOISE),
  nearest: Math.round,
  up: (x) => Math.ceil(x - NOISE),
}

/**
 * Rounds trades to whole lots, `down` towards no trade and `up` away from it. A trade below the smallest one of its
 * instrument is dropped, and one that would leave less than a thousandth of a lot, or of what a number of 53 bits can tell,
 * of a position closes it exactly. Where a slot has venues, a trade is of a size that they take.
 */
export function roundLots(quantities: readonly number[], input: PlanInput, rounding: Rounding): bigint[] {
  return quantities.map((quantity, i) => {
    const cost = input.costs[i]
    if (!cost || quantity === 0 || !Number.isFinite(quantity)) return 0n
    const exact = BigInt(WHOLE[rounding](Math.abs(quantity)))
    const extra = rounding === 'down' ? 0n : rounding === 'nearest' ? cost.lot / 2n : cost.lot - 1n
    const lots = ((exact + extra) / cost.lot) * cost.lot
    const side = quantity > 0 ? 1n : -1n
    const held = input.book.quantities[i]!
    const rest = abs(held + side * exact)
    const closes = side * held < 0n && (rest * 1_000n < cost.lot || rest * 1_000_000_000n < abs(held))
    const router = slotRouter(input, i, sideOf(side))
    if (closes && (!router || router.takes(abs(held)))) return -held
    const taken = !router || router.takes(lots) ? lots : router.nearest(lots, rounding === 'up')
    return taken < cost.minimum ? 0n : side * taken
  })
}

/** Slots whose trade, as solved, is too small to be done. */
export const tooSmall = (quantities: readonly number[], input: PlanInput): number[] =>
  roundLots(quantities, input, 'nearest').flatMap((t, i) =>
    t === 0n && Math.abs(quantities[i]!) > 1 ? [i] : [],
  )
