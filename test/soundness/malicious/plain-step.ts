import { NO_COUNTERS } from '#portfolio/budget.js'
import type { Mandate, MandateSlot } from '#portfolio/mandate.js'
import { linearSlot, type MarketSlot, paddingSlot } from '#portfolio/market.js'
import { shapeOf } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'

const E8 = 100_000_000n
const UNIVERSE = 4_242n
export const TINY = shapeOf('tiny')

/** A whole number of units, or of quote per unit; and an amount of quote. */
export const units = (count: number): bigint => BigInt(count) * E8
export const quote = (amount: number): bigint => BigInt(amount) * E8 * E8

/** Spot at `price`, ± 20 % in the two scenarios unless told otherwise. */
export const spot = (
  price: number,
  marginBps = 0n,
  shocks: readonly bigint[] = [-2_000n, 2_000n],
): MarketSlot => linearSlot(units(price), marginBps, shocks)

export type Position = {
  readonly slot: MarketSlot
  /** Quantity before and after, in whole units. */
  readonly from: number
  readonly to?: number
  /** Quote per unit; the mark unless told otherwise. */
  readonly fill?: number
  readonly account?: number
  readonly groups?: readonly number[]
  readonly limits?: Partial<MandateSlot>
}

type Rest = Partial<Omit<Step, 'mandate' | 'market' | 'oldBook' | 'newBook' | 'fills'>>

/**
 * A step of the tier `tiny` in whole units and quote under a mandate that limits nothing but what `mandate` says. Trades
 * are paid from the account of their slot; flows, fee and carry go through `cash[0]` unless `flowSplit` says otherwise.
 */
export function plainStep(
  positions: readonly Position[],
  cash: readonly [number, number],
  mandate: Partial<Mandate> = {},
  rest: Rest = {},
): Step {
  const padding = TINY.slots - positions.length
  const zeros = Array<bigint>(padding).fill(0n)
  const members = positions.map(({ account = 0, groups = [] }) => ({ account, groups }))
  const wide = openMandate(members, UNIVERSE, TINY)
  const before = positions.map(({ from }) => units(from))
  const after = positions.map(({ from, to = from }) => units(to))
  const fills = positions.map(({ slot, from, to = from, fill }) =>
    to === from ? 0n : fill === undefined ? slot.price : units(fill),
  )
  const { fee = 0n, carryGain = 0n, carryLoss = 0n, netFlow = 0n } = rest
  const flowSplit = rest.flowSplit ?? [netFlow, 0n]
  const oldCash = cash.map(quote)
  const newCash = oldCash.map((amount, a) => {
    const paid = positions.map(({ account = 0 }, i) =>
      account === a ? (after[i]! - before[i]!) * fills[i]! : 0n,
    )
    const kept = a === 0 ? carryGain - carryLoss - fee : 0n
    return paid.reduce((left, one) => left - one, amount + flowSplit[a]! + kept)
  })
  const slots = [...positions.map(({ slot }) => slot), ...Array(padding).fill(paddingSlot(TINY))]
  const limits = wide.slots.map((slot, i) => ({ ...slot, ...positions[i]!.limits }))
  return {
    market: { universeId: UNIVERSE, time: 1_700_000_000n, slots },
    mandate: { ...wide, slots: limits, ...mandate },
    oldUniverse: rest.oldUniverse ?? UNIVERSE,
    oldBook: { universeId: rest.oldUniverse ?? UNIVERSE, cash: oldCash, quantities: [...before, ...zeros] },
    newBook: { universeId: UNIVERSE, cash: newCash, quantities: [...after, ...zeros] },
    oldBudget: { window: 100n, current: NO_COUNTERS, previous: NO_COUNTERS },
    fills: [...fills, ...zeros],
    window: 100n,
    changed: Array(TINY.slots).fill(false),
    open: false,
    ...rest,
    fee,
    carryGain,
    carryLoss,
    netFlow,
    flowSplit,
  }
}
