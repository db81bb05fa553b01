import type { Budget } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Market, MarketSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'
import type { Prng } from '#test/helpers/prng.js'
import { bookNumbers } from './book-numbers.js'

/**
 * A step before its books are balanced: the cash that value conservation leaves over is put into account `home` of the old
 * book, so that any number may be turned by itself. `vernier` is a slot that is worth nothing and in which one unit moves
 * every exposure by one unit.
 */
export type Draft = {
  readonly market: Market
  readonly mandate: Mandate
  readonly before: readonly bigint[]
  readonly after: readonly bigint[]
  readonly cash: readonly bigint[]
  readonly oldCash: readonly bigint[]
  readonly home: number
  readonly vernier: number
  readonly fills: readonly bigint[]
  readonly fee: bigint
  readonly carryGain: bigint
  readonly carryLoss: bigint
  readonly flowSplit: readonly bigint[]
  readonly oldBudget: Budget
  readonly window: bigint
}

export const bump = (list: readonly bigint[], at: number, by: bigint): bigint[] =>
  list.map((x, i) => (i === at ? x + by : x))

const total = (xs: readonly bigint[]) => xs.reduce((a, b) => a + b, 0n)

/** The balanced step of a draft. */
export function balanced(draft: Draft): Step {
  const { market, mandate, before, after, cash, home, fills, fee, carryGain, carryLoss } = draft
  const netFlow = total(draft.flowSplit)
  const paid = total(after.map((q, i) => (q - before[i]!) * fills[i]!))
  const was = total(cash) - netFlow + paid + fee - carryGain + carryLoss
  const oldCash = bump(draft.oldCash, home, was - total(draft.oldCash))
  const { universeId } = market
  return {
    market,
    mandate,
    oldUniverse: universeId,
    oldBook: { universeId, cash: oldCash, quantities: before },
    newBook: { universeId, cash, quantities: after },
    oldBudget: draft.oldBudget,
    fills,
    fee,
    carryGain,
    carryLoss,
    netFlow,
    flowSplit: draft.flowSplit,
    window: draft.window,
    changed: market.slots.map(() => false),
    open: false,
  }
}

export type Wish = {
  /** The slot that must be the vernier. */
  readonly slot?: number | undefined
  /** The group and the account it must belong to. */
  readonly group?: number | undefined
  readonly account?: number | undefined
  /** +1 or −1: which way one unit more of it moves net exposures. */
  readonly side?: bigint
  readonly empty?: boolean
}

/** A random draft with every limit wide open and room under all of them. */
export function roomyDraft(rng: Prng, shape: Shape, wish: Wish = {}): Draft {
  const universeId = rng.big(1n, 2n ** 248n - 1n)
  const vernier = wish.slot ?? rng.int(0, shape.slots - 1)
  const [qBits, pBits] = rng.oneIn(2) ? [rng.int(4, 10), rng.int(4, 10)] : [rng.int(24, 36), rng.int(20, 40)]
  const top = 2n ** BigInt(pBits)
  const side = wish.side ?? rng.sign()
  const unit = { gamma: side, vega: side, changes: Array<bigint>(shape.scenarios).fill(-side) }
  const slots = Array.from({ length: shape.slots }, (_, i): MarketSlot => {
    if (i === vernier) return { price: 0n, delta: side, marginBps: 1n, suspended: false, ...unit }
    const price = rng.big(1n, top)
    const signed = (part: bigint) => rng.big(-price / part, price / part)
    return {
      price,
      delta: rng.oneIn(2) ? price : signed(1n),
      gamma: signed(20n),
      vega: signed(30n),
      marginBps: rng.big(0n, 1_500n),
      suspended: rng.oneIn(15),
      changes: Array.from({ length: shape.scenarios }, () => signed(3n)),
    }
  })
  // Round quantities have margins that a multiple of one times is met by exactly.
  const round = rng.oneIn(2) ? 10_000n : 1n
  const after = slots.map((_, i) => {
    if (wish.empty || (i !== vernier && rng.oneIn(6))) return 0n
    return round * rng.sign() * (i === vernier ? rng.big(5n, 900n) : rng.big(1n, 2n ** BigInt(qBits)))
  })
  const shift = rng.oneIn(2)
  const before = after.map((q, i) =>
    i === vernier || !shift || slots[i]!.suspended ? q : rng.pick([q, 0n, q / 2n, 2n * q]),
  )
  const members = slots.map((_, i) => ({
    groups: Array.from({ length: shape.groups }, (_, g) => g).filter(
      (g) => rng.oneIn(2) || (i === vernier && g === wish.group),
    ),
    account: i === vernier && wish.account !== undefined ? wish.account : rng.int(0, shape.accounts - 1),
  }))
  const market = { universeId, time: rng.big(0n, 2n ** 40n - 1n), slots }
  const mandate = openMandate(members, universeId, shape)
  const held = bookNumbers({ market, mandate }, shape, after, Array(shape.accounts).fill(0n))
  const nav = wish.empty ? 0n : 10_000n * (1n + (held.gross * rng.big(1n, 60n)) / 100_000n)
  const margins = held.accountMargin.map((m) => (m + 9_999n) / 10_000n)
  const cash = margins.map((m, a) => m - held.equity[a]!)
  const spare = rng.split(nav - total(margins), shape.accounts)
  const counter = () => (rng.oneIn(3) ? 0n : rng.big(0n, nav / 40n))
  const counters = () => ({ cost: counter(), gain: counter(), turnover: counter() })
  const window = rng.big(0n, 2n ** 39n)
  const newCash = cash.map((c, a) => c + spare[a]!)
  return {
    market,
    mandate,
    before,
    after,
    cash: newCash,
    oldCash: newCash,
    home: rng.int(0, shape.accounts - 1),
    vernier,
    fills: slots.map(({ price }, i) => (after[i] === before[i] ? 0n : price)),
    fee: 0n,
    carryGain: 0n,
    carryLoss: 0n,
    flowSplit: Array<bigint>(shape.accounts).fill(0n),
    oldBudget: wish.empty
      ? { window, current: NOTHING, previous: NOTHING }
      : { window, current: counters(), previous: counters() },
    window: window + rng.pick([0n, 0n, 1n, 2n]),
  }
}

const NOTHING = { cost: 0n, gain: 0n, turnover: 0n }
