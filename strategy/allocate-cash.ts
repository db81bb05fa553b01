import type { Exposure } from '#portfolio/exposure.js'
import type { Mandate } from '#portfolio/mandate.js'
import { BPS, sum } from '#portfolio/units.js'

/** Lowest and highest equity of each account, in 1e-16 quote. */
type Bounds = { readonly lo: readonly bigint[]; readonly hi: readonly bigint[] }

/**
 * Spreads the equity of a new book over its accounts so that each meets its margin and none is above its venue cap, moving
 * as little as needed: first with `safetyBps` of every limit to spare, else exactly at the limits, else no worse than the
 * old book was.
 *
 * @param after exposure of the new book with every trade paid from its own account and no transfer.
 * @param before exposure of the old book with the step's flows in it.
 * @param floors lowest equity per account that borrows nothing, kept to where the limits can be met with it.
 * @returns the equity of each account, with the same sum; unchanged where no transfer helps.
 */
export function allocateEquity(
  after: Exposure,
  before: Exposure,
  mandate: Mandate,
  safetyBps: bigint,
  floors: readonly bigint[] = [],
): bigint[] {
  const { accountEquity } = after
  const wishes = [
    limits(after, mandate, safetyBps),
    limits(after, mandate, 0n),
    noWorse(after, before, mandate),
  ]
  const raised = wishes.map(({ lo, hi }) => ({
    lo: lo.map((low, a) => (floors[a] !== undefined && floors[a] > low ? floors[a] : low)),
    hi,
  }))
  for (const bounds of [...raised, ...wishes]) {
    const moved = within(accountEquity, bounds)
    if (moved) return moved
  }
  return [...accountEquity]
}

function limits({ accountMargin, nav }: Exposure, { accounts }: Mandate, safetyBps: bigint): Bounds {
  return {
    lo: accounts.map(({ marginMultipleBps }, a) => {
      const needed = ceilDiv(marginMultipleBps * accountMargin[a]!, BPS * BPS)
      return needed + ceilDiv(needed * safetyBps, BPS)
    }),
    hi: accounts.map(({ venueCapBps }) => (venueCapBps * nav * (BPS - safetyBps)) / (BPS * BPS)),
  }
}

/** Each limit, or what the old book had of it. */
function noWorse(after: Exposure, before: Exposure, mandate: Mandate): Bounds {
  const { lo, hi } = limits(after, mandate, 0n)
  return {
    lo: lo.map((needed, a) => {
      const released = before.accountMargin[a]! - after.accountMargin[a]!
      const multiple = mandate.accounts[a]!.marginMultipleBps
      const same = before.accountEquity[a]! - floorDiv(multiple * released, BPS * BPS)
      return same < needed ? same : needed
    }),
    hi: hi.map((cap, a) => (before.accountEquity[a]! > cap ? before.accountEquity[a]! : cap)),
  }
}

/** Moves each equity into its bounds and the difference to or from the first accounts with room; undefined if none fits. */
function within(equity: readonly bigint[], { lo, hi }: Bounds): bigint[] | undefined {
  if (lo.some((low, a) => low > hi[a]!)) return undefined
  const moved = equity.map((e, a) => (e < lo[a]! ? lo[a]! : e > hi[a]! ? hi[a]! : e))
  let rest = sum(equity) - sum(moved)
  moved.forEach((e, a) => {
    const room = rest > 0n ? hi[a]! - e : lo[a]! - e
    const step = rest > 0n ? (room < rest ? room : rest) : room > rest ? room : rest
    moved[a] = e + step
    rest -= step
  })
  return rest === 0n ? moved : undefined
}

const floorDiv = (x: bigint, y: bigint): bigint => (x < 0n && x % y !== 0n ? x / y - 1n : x / y)
const ceilDiv = (x: bigint, y: bigint): bigint => -floorDiv(-x, y)
