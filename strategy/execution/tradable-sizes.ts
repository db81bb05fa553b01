/** Quantities from `lo` to `hi`, both in, in 1e-8 unit. */
export type Sizes = { readonly lo: bigint; readonly hi: bigint }

/**
 * What can be traded in all where each venue takes nothing or what its own sizes say (none where its minimum is above its
 * depth), as ranges in order that do not touch. A venue with a minimum may leave a gap: what is too much for the others and
 * too little for it.
 */
export function tradableSizes(venues: readonly Sizes[]): Sizes[] {
  let ranges: Sizes[] = [{ lo: 0n, hi: 0n }]
  for (const { lo, hi } of venues) {
    if (lo > hi) continue
    ranges = merged([...ranges, ...ranges.map((range) => ({ lo: range.lo + lo, hi: range.hi + hi }))])
  }
  return ranges
}

export const isTradable = (ranges: readonly Sizes[], quantity: bigint): boolean =>
  ranges.some(({ lo, hi }) => lo <= quantity && quantity <= hi)

/**
 * Whole lots near `quantity` that can be traded: up to the next that can if asked `up` and there is one, else down to the
 * last, which may be 0.
 */
export function nearestTradable(
  ranges: readonly Sizes[],
  quantity: bigint,
  lot: bigint,
  up: boolean,
): bigint {
  const above = ranges.flatMap(({ lo, hi }) => {
    const from = quantity > lo ? quantity : lo
    const lots = ((from + lot - 1n) / lot) * lot
    return lots <= hi ? [lots] : []
  })
  if (up && above.length > 0) return above[0]!
  const below = ranges.flatMap(({ lo, hi }) => {
    const to = quantity < hi ? quantity : hi
    const lots = (to / lot) * lot
    return lots >= lo ? [lots] : []
  })
  return below.at(-1) ?? 0n
}

function merged(ranges: readonly Sizes[]): Sizes[] {
  const sorted = [...ranges].sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0))
  const apart: { lo: bigint; hi: bigint }[] = []
  for (const { lo, hi } of sorted) {
    const last = apart.at(-1)
    if (!last || lo > last.hi + 1n) apart.push({ lo, hi })
    else if (hi > last.hi) last.hi = hi
  }
  return apart
}
