import type { Book } from '#portfolio/book.js'
import type { Counters } from '#portfolio/budget.js'
import { exposureOf } from '#portfolio/exposure.js'
import type { Mandate } from '#portfolio/mandate.js'
import { linearSlot, type Market, type MarketSlot, paddingSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { BPS, sum } from '#portfolio/units.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'
import { Prng } from '#test/helpers/prng.js'

const E16 = 10n ** 16n

/**
 * A compliant step with room below every limit, a pure function of `seed`: slot 0 long spot, slot 1 short perp, slot 2 an
 * option, the others in turn, the last slot padding. Every position grows; some legs fill worse than the mark and some
 * better; there are fee, carry either way, a flow through every account, and something used in both budget windows.
 */
export function stage(seed: number, shape: Shape): Step {
  const rng = new Prng(seed ^ 0x27d4eb2f)
  const listed = shape.slots - 1
  const universeId = rng.big(1n << 200n, (1n << 248n) - 1n)
  const nav = rng.big(1_000_000n, 100_000_000n) * E16 + rng.big(0n, E16)
  const market = drawMarket(rng, universeId, listed, shape)
  const members = Array.from({ length: listed }, (_, i) => ({
    groups: [i % shape.groups],
    account: i % shape.accounts,
  }))
  const mandate = openMandate(members, universeId, shape)

  const sides = Array.from({ length: listed }, (_, i) => (i === 0 ? 1n : i === 1 ? -1n : rng.sign()))
  const after = market.slots.map((slot, i) => {
    if (i >= listed) return 0n
    const share = (nav * rng.big(2_000n, 4_500n)) / BPS / BigInt(listed)
    return sides[i]! * (share / (slot.price > 0n ? slot.price : 1n))
  })
  const before = after.map((q) => (q * rng.big(5_000n, 8_000n)) / BPS)
  const trades = after.map((q, i) => q - before[i]!)
  // Slot 0 fills worse than the mark, slot 1 better, the others either way.
  const fills = trades.map((t, i) => {
    const { price } = market.slots[i]!
    if (t === 0n) return 0n
    const worse = i === 0 ? 1n : i === 1 ? -1n : rng.sign()
    return price + ((t > 0n ? worse : -worse) * price * rng.big(5n, 40n)) / BPS
  })

  const bps = (lo: bigint, hi: bigint) => (nav * rng.big(lo, hi)) / BPS
  const netFlow = rng.sign() * bps(20n, 200n)
  const fee = bps(1n, 3n)
  const carryGain = bps(1n, 30n)
  const carryLoss = bps(1n, 30n)
  const empty = { universeId, cash: Array<bigint>(shape.accounts).fill(0n) }
  const cashFor = (quantities: bigint[], total: bigint) => {
    // Every account is worth the same; the first takes what does not divide.
    const { accountEquity } = exposureOf({ ...empty, quantities }, market, mandate, shape)
    const even = total / BigInt(shape.accounts)
    const first = total - even * BigInt(shape.accounts - 1)
    return accountEquity.map((held, a) => (a === 0 ? first : even) - held)
  }
  const newBook: Book = { universeId, quantities: after, cash: cashFor(after, nav) }
  const paid = sum(trades.map((t, i) => t * fills[i]!))
  const oldTotal = sum(newBook.cash) + paid + fee - netFlow - carryGain + carryLoss
  const oldHeld = exposureOf({ ...empty, quantities: before }, market, mandate, shape).nav
  const oldBook: Book = { universeId, quantities: before, cash: cashFor(before, oldTotal + oldHeld) }
  const counters = (): Counters => ({
    cost: bps(40n, 100n),
    gain: bps(40n, 100n),
    turnover: bps(1_000n, 5_000n),
  })
  const window = rng.big(2n, 1n << 20n)
  return {
    market,
    mandate,
    oldUniverse: universeId,
    oldBook,
    newBook,
    oldBudget: { window, current: counters(), previous: counters() },
    fills,
    fee,
    carryGain,
    carryLoss,
    netFlow,
    flowSplit: rng.split(netFlow, shape.accounts),
    window,
    changed: market.slots.map(() => false),
    open: false,
  }
}

function drawMarket(rng: Prng, universeId: bigint, listed: number, shape: Shape): Market {
  const slots = Array.from({ length: shape.slots }, (_, i): MarketSlot => {
    if (i >= listed) return paddingSlot(shape)
    const price = rng.big(10n ** 9n, 10n ** 12n)
    const shocks = Array.from(
      { length: shape.scenarios },
      (_, s) => (s % 2 ? 1n : -1n) * rng.big(500n, 3_000n),
    )
    if (i % 3 !== 2) return linearSlot(price, rng.big(100n, 1_500n), shocks)
    const delta = rng.sign() * ((price * rng.big(2_000n, 9_000n)) / BPS)
    const gamma = rng.sign() * rng.big(price / 100n, price / 20n)
    const vega = rng.sign() * rng.big(price / 100n, price / 20n)
    const changes = shocks.map((shock) => (delta * shock) / BPS + rng.big(0n, price / 50n))
    return { price, delta, gamma, vega, marginBps: rng.big(300n, 2_000n), suspended: false, changes }
  })
  return { universeId, time: rng.big(1_600_000_000n, 1_900_000_000n), slots }
}

/** The verdict of a step that must be compliant. @throws unless it is, so that no attack starts from a broken stage. */
export function compliant(step: Step, shape: Shape): Verdict {
  const verdict = evaluateStep(step, shape)
  if (verdict.outcome !== 'compliant') {
    throw new Error(`the stage is ${verdict.outcome}: ${verdict.refused.map(({ id }) => id).join()}`)
  }
  return verdict
}

/** The same books with slot `slot` traded to `quantity` at `fill`, paid for from the slot's account. */
export function retrade(step: Step, slot: number, quantity: bigint, fill: bigint): Step {
  const old = step.oldBook.quantities[slot]!
  const was = (step.newBook.quantities[slot]! - old) * step.fills[slot]!
  const now = (quantity - old) * fill
  const account = step.mandate.slots[slot]?.account ?? 0
  return {
    ...step,
    fills: at(step.fills, slot, fill),
    newBook: {
      ...step.newBook,
      quantities: at(step.newBook.quantities, slot, quantity),
      cash: add(step.newBook.cash, account, was - now),
    },
  }
}

/** The step that changes nothing: no trade, no fee, no carry; a flow goes into the books it is split over. */
export const rest = (step: Step): Step => ({
  ...step,
  newBook: {
    universeId: step.mandate.universeId,
    quantities: step.oldBook.quantities,
    cash: step.oldBook.cash.map((cash, a) => cash + step.flowSplit[a]!),
  },
  fills: step.fills.map(() => 0n),
  fee: 0n,
  carryGain: 0n,
  carryLoss: 0n,
})

export const at = <T>(list: readonly T[], index: number, item: T): T[] =>
  list.map((old, i) => (i === index ? item : old))
export const add = (list: readonly bigint[], index: number, by: bigint): bigint[] =>
  list.map((x, i) => (i === index ? x + by : x))
export const withMandate = (step: Step, change: Partial<Mandate>): Step => ({
  ...step,
  mandate: { ...step.mandate, ...change },
})

/** A book at the end of every width: quantities, prices, cash, counters. */
export function largest(seed: number, shape: Shape): Step {
  const rng = new Prng(seed)
  const near = (bits: bigint) => (1n << bits) - 1n - rng.big(0n, 3n)
  const staged = rest(stage(seed, shape))
  const listed = shape.slots - 1
  const slots = staged.market.slots.map((slot, i) => {
    if (i >= listed) return slot
    const price = near(63n)
    return {
      ...slot,
      price,
      delta: price,
      marginBps: 100n,
      changes: slot.changes.map((_, s) => (s % 2 ? price : -price)),
    }
  })
  const quantities = slots.map((_, i) => (i >= listed ? 0n : i === 1 ? -(1n << 62n) : near(63n)))
  const counters = () => ({ cost: near(134n), gain: near(134n), turnover: near(134n) })
  const cash = staged.oldBook.cash.map(() => near(126n))
  const zero = staged.flowSplit.map(() => 0n)
  const book = { ...staged.oldBook, quantities, cash }
  const oldBudget = { ...staged.oldBudget, current: counters(), previous: counters() }
  const step = {
    ...staged,
    market: { ...staged.market, slots },
    oldBook: book,
    oldBudget,
    netFlow: 0n,
    flowSplit: zero,
  }
  return rest(step)
}
