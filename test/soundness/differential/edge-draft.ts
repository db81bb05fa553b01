import type { MarketSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import type { Prng } from '#test/helpers/prng.js'
import { fitMandate } from './boundary-book.js'
import { balanced, type Draft, roomyDraft } from './draft-step.js'

export const NOTHING = { cost: 0n, gain: 0n, turnover: 0n }
export const abs = (x: bigint) => (x < 0n ? -x : x)
export const total = (xs: readonly bigint[]) => xs.reduce((a, b) => a + b, 0n)
export const none = (xs: readonly unknown[]) => xs.map(() => 0n)

/** A step of a fund that can afford whatever `change` makes of a random draft, half of the time under fitted limits unless `fits` is off. */
export const affordable =
  (
    change: (draft: Draft, rng: Prng, shape: Shape) => Draft,
    after = (step: Step): Step => step,
    fits = true,
  ) =>
  (rng: Prng, shape: Shape): Step => {
    const fresh = roomyDraft(rng, shape)
    const draft = change(
      { ...fresh, oldBudget: { ...fresh.oldBudget, current: NOTHING, previous: NOTHING } },
      rng,
      shape,
    )
    const { slots } = draft.market
    const weight = (slot: MarketSlot) =>
      total([slot.price, slot.delta, slot.gamma, slot.vega, ...slot.changes].map(abs))
    const size = total(slots.map((slot, i) => (abs(draft.after[i]!) + abs(draft.before[i]!)) * weight(slot)))
    const rich = (cash: readonly bigint[]) => cash.map((c) => abs(c) + 400n * size + 1_000_000n)
    const step = after(balanced({ ...draft, cash: rich(draft.cash), oldCash: rich(draft.oldCash) }))
    return fits && rng.oneIn(2) ? fitMandate(rng, step, shape, 2) : step
  }

/** The same draft with other quantities, everything traded at the mark. */
export const trade = (draft: Draft, before: readonly bigint[], after: readonly bigint[]): Draft => ({
  ...draft,
  before,
  after,
  fills: draft.market.slots.map(({ price }, i) => (before[i] === after[i] ? 0n : price)),
})
export const live = (draft: Draft, suspended = false): Draft => ({
  ...draft,
  market: { ...draft.market, slots: draft.market.slots.map((slot) => ({ ...slot, suspended })) },
})
export const still = (draft: Draft): Draft => trade(draft, draft.after, draft.after)
export const withSlots = (draft: Draft, change: (slot: MarketSlot, i: number) => MarketSlot): Draft => ({
  ...draft,
  market: { ...draft.market, slots: draft.market.slots.map(change) },
})

/** Limits far below what the book carries, as a fallen market leaves them. */
export const breached = (step: Step): Step => ({
  ...step,
  mandate: {
    ...step.mandate,
    leverageBps: 1n,
    slots: step.mandate.slots.map((slot) => ({ ...slot, maxLong: 0n, maxShort: 0n })),
  },
})

/** The slots the book came to empty hold another instrument than before. */
export function rolled(step: Step): Step {
  const oldUniverse = step.oldUniverse === 1n ? 2n : step.oldUniverse - 1n
  const changed = step.oldBook.quantities.map((q) => q === 0n)
  return { ...step, oldUniverse, changed, oldBook: { ...step.oldBook, universeId: oldUniverse } }
}

/** Counters above every budget, in a step that adds nothing to them. */
export function exhausted(step: Step): Step {
  const most = 2n ** 133n
  const counters = { cost: most, gain: most, turnover: most }
  return { ...step, oldBudget: { window: step.window, current: counters, previous: counters } }
}
