import type { MarketSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'
import type { Prng } from '#test/helpers/prng.js'
import { bookNumbers } from './book-numbers.js'
import { balanced, bump, roomyDraft } from './draft-step.js'
import { abs, live, NOTHING, none, total, trade, withSlots } from './edge-draft.js'
import { judgeStep } from './judge.js'
import { limitFields } from './limit-fields.js'

const UNIVERSE = 77n
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

/**
 * A heartbeat whose numbers are all whole multiples of a basis point of the net asset value, under a mandate that is as
 * tight as it can be in every limit at once; all but the last account stand exactly at their margin.
 */
export function atEveryLimit(rng: Prng, shape: Shape): Step {
  const unit = rng.big(1n, 2n ** 40n)
  const small = () => rng.sign() * rng.big(1n, 3n)
  const slots = upTo(shape.slots).map((): MarketSlot => {
    const changes = upTo(shape.scenarios).map(small)
    const price = rng.big(1n, 3n)
    return {
      price,
      delta: small(),
      gamma: small(),
      vega: small(),
      marginBps: 100n,
      suspended: false,
      changes,
    }
  })
  const quantities = slots.map(() => rng.sign() * unit * 100n * rng.big(1n, 3n))
  const members = slots.map(() => ({
    groups: upTo(shape.groups).filter(() => rng.oneIn(2)),
    account: rng.int(0, shape.accounts - 1),
  }))
  const market = { universeId: UNIVERSE, time: rng.big(0n, 2n ** 40n - 1n), slots }
  const open = openMandate(members, UNIVERSE, shape)
  const nav = 10_000n * unit
  const held = bookNumbers({ market, mandate: open }, shape, quantities, Array(shape.accounts).fill(0n))
  const equity = held.accountMargin.map((margin) => margin / 10_000n)
  const last = shape.accounts - 1
  equity[last] = nav - equity.reduce((sum, e, a) => (a === last ? sum : sum + e), 0n)
  const cash = equity.map((e, a) => e - held.equity[a]!)
  const book = { universeId: UNIVERSE, cash, quantities }
  const nothing = { cost: 0n, gain: 0n, turnover: 0n }
  const step: Step = {
    ...idle(shape),
    market,
    mandate: open,
    oldBook: book,
    newBook: book,
    oldBudget: { window: 1n, current: nothing, previous: nothing },
    window: 1n,
  }
  const ruling = judgeStep(step, shape)
  const mandate = limitFields(shape, shape.slots).reduce((tight, { range: [lo, hi], write, tightest }) => {
    const value = tightest(ruling) ?? lo
    return write(tight, value < lo ? lo : value > hi ? hi : value)
  }, open)
  return { ...step, mandate }
}

/** Every field as large as it can be at once, long against short so that the book is worth something; nothing is traded. */
export function largest(rng: Prng, shape: Shape): Step {
  const top = 2n ** 63n - 1n
  const slots = upTo(shape.slots).map((): MarketSlot => {
    const extreme = () => rng.sign() * top
    const changes = upTo(shape.scenarios).map(extreme)
    const steep = { delta: extreme(), gamma: extreme(), vega: extreme(), changes }
    return { price: top, marginBps: 1_000_000n, suspended: rng.oneIn(8), ...steep }
  })
  // Longs first: the dust that one more unit short costs is paid by the cash.
  const quantities = upTo(shape.slots).map((i) => (i % 2 === 0 ? top : -top - 1n))
  const market = { universeId: 2n ** 248n - 1n, time: 2n ** 40n - 1n, slots: slots.map(calm) }
  const members = slots.map((_, i) => ({ groups: upTo(shape.groups), account: i % shape.accounts }))
  const rich = 2n ** 126n - 1n
  const spread = rng.oneIn(2)
  const cash = upTo(shape.accounts).map((a) =>
    spread && a === shape.accounts - 1 ? -rich + 2n ** 70n : rich,
  )
  const book = { universeId: market.universeId, cash, quantities }
  const counter = 2n ** 134n - 1n
  const counters = { cost: counter, gain: counter, turnover: counter }
  const window = 2n ** 40n - 1n
  const flow = rng.pick([0n, rich, -rich])
  const at = rng.int(0, shape.accounts - 1)
  const flowing = flow !== 0n && cash[at]! - flow <= rich && cash[at]! - flow >= -(2n ** 126n)
  const flowSplit = cash.map((_, a) => (flowing && a === at ? flow : 0n))
  const oldCash = cash.map((c, a) => c - flowSplit[a]!)
  return {
    ...idle(shape),
    market,
    mandate: openMandate(members, market.universeId, shape),
    oldUniverse: market.universeId,
    oldBook: { ...book, cash: oldCash },
    newBook: book,
    oldBudget: { window, current: counters, previous: counters },
    fills: slots.map(() => top),
    netFlow: flowing ? flow : 0n,
    flowSplit,
    window,
    changed: slots.map(() => false),
  }
}

/** A long book on a loan: cash is below zero, and its account is worth something all the same. */
export function onLoan(rng: Prng, shape: Shape): Step {
  const draft = withSlots(live(roomyDraft(rng, shape)), (slot) => ({
    ...slot,
    price: slot.price + 1n,
    delta: slot.price + 1n,
    gamma: 0n,
    vega: 0n,
    marginBps: 1_000n,
    changes: slot.changes.map(() => -slot.price / 10n),
  }))
  const held = draft.after.map((q) => abs(q) + 10_000n)
  const slots = draft.mandate.slots.map((slot) => ({ ...slot, account: 0 }))
  const worth = total(held.map((q, i) => q * draft.market.slots[i]!.price))
  const cash = bump(none(draft.cash), 0, -worth / 2n)
  const quiet = { ...draft, oldBudget: { ...draft.oldBudget, current: NOTHING, previous: NOTHING } }
  return balanced({
    ...trade(quiet, held, held),
    mandate: { ...draft.mandate, slots },
    cash,
    oldCash: cash,
  })
}

/** A book of cash alone pays out every investor; what it had to sell it sold a step before. */
export function redemption(rng: Prng, shape: Shape): Step {
  const draft = roomyDraft(rng, shape, { empty: true })
  const cash = rng.split(rng.big(1n, 2n ** BigInt(rng.int(1, 120))), shape.accounts)
  const step = balanced({ ...draft, oldCash: cash, flowSplit: cash.map((c) => -c) })
  return { ...step, oldBook: { ...step.oldBook, cash } }
}

/** A suspended long would count nothing against shorts that count in full, so none of the largest is suspended. */
const calm = (slot: MarketSlot): MarketSlot => ({ ...slot, suspended: false })

/** What a step without trade, flow and carry has. */
const idle = (shape: Shape) => ({
  oldUniverse: UNIVERSE,
  fills: Array<bigint>(shape.slots).fill(0n),
  fee: 0n,
  carryGain: 0n,
  carryLoss: 0n,
  netFlow: 0n,
  flowSplit: Array<bigint>(shape.accounts).fill(0n),
  changed: Array<boolean>(shape.slots).fill(false),
  open: false,
})
