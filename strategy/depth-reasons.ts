import { abs } from '#portfolio/units.js'
import { toFloat } from './execution/whole-units.js'
import { depthRow } from './limit-rows.js'
import { lackingDepths } from './optimize.js'
import type { PlanInput, Reason } from './plan.js'
import type { Candidate } from './search.js'
import { sideOf, slotRouter } from './slot-router.js'
import type { Wish } from './wish.js'

/**
 * What stands in the way of what was chosen: by the ids of their rows, limits and the depths of instruments' venues. Where
 * one depth does, so do all that the plan uses up.
 */
export function conflicts(input: PlanInput, { verdict }: Candidate, ids: readonly string[]): Reason[] {
  const { trades } = verdict
  const used = ids.some((id) => DEPTH.test(id)) ? trades.flatMap((t, i) => usedUp(input, i, t)) : []
  return [...new Set([...ids, ...used])].map((id) => conflict(input, trades, id))
}

/** The row of a depth that a trade leaves no whole lot of. */
function usedUp(input: PlanInput, slot: number, trade: bigint): string[] {
  if (trade === 0n) return []
  const router = slotRouter(input, slot, sideOf(trade))
  const left = router && router.depth - abs(trade)
  return left !== undefined && left < input.costs[slot]!.lot ? [depthRow(sideOf(trade), slot)] : []
}

const DEPTH = /^depth\.(buy|sell)\[(\d+)\]$/

function conflict(input: PlanInput, trades: readonly bigint[], id: string): Reason {
  const [, side, slot] = DEPTH.exec(id) ?? []
  const i = Number(slot)
  const router = side && slotRouter(input, i, side === 'buy' ? 'buy' : 'sell')
  if (!router) return { code: 'limit_conflict', subject: id }
  return {
    code: 'venue_depth',
    subject: input.universe.instruments[i]!.symbol,
    numbers: { traded: toFloat(trades[i]!), depth: toFloat(router.depth) },
    unit: 'units',
  }
}

/**
 * Where a plan leaves limits out (`reduced`) or positions open that are to be left, and more depth would have done: the
 * rows that lack it.
 */
export async function shallow(
  wish: Wish,
  tradable: ReadonlySet<number>,
  { step }: Candidate,
  reduced: readonly Reason[],
): Promise<readonly string[]> {
  const { input, closing } = wish
  if (!input.venues) return []
  const open = [...closing].flatMap((i) => {
    const held = step.oldBook.quantities[i]!
    const side = sideOf(-held)
    const router = step.newBook.quantities[i] === 0n ? undefined : slotRouter(input, i, side)
    return router && router.depth < abs(held) ? [depthRow(side, i)] : []
  })
  const out = reduced.length > 0 ? await lackingDepths(wish, tradable) : []
  return [...open, ...out]
}
