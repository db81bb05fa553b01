import type { Book } from '#portfolio/book.js'
import { type Budget, type Counters, NO_COUNTERS, OPENING_BUDGET } from '#portfolio/budget.js'
import { exposureOf } from '#portfolio/exposure.js'
import { checkMandate } from '#portfolio/mandate.js'
import { linearSlot, type Market, type MarketSlot, paddingSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { abs, BPS, sum } from '#portfolio/units.js'
import {
  comfortable,
  FLOW_KINDS,
  type LimitKind,
  openMandate,
  RISK_KINDS,
  ROLLING_KINDS,
  tighten,
} from './arbitrary-mandate.js'
import { Prng } from './prng.js'

/** Identities a step may break instead of a limit. */
export const IDENTITY_KINDS = [
  'nav',
  'conservation',
  'suspended',
  'changed',
  'window',
  'flowSplit.sum',
  'flowSplit.sign',
  'open.fee',
  'universe.newBook',
] as const
export type IdentityKind = (typeof IDENTITY_KINDS)[number]
export type Intent = 'compliant' | 'reducing' | 'heartbeat' | 'opening' | LimitKind | IdentityKind

const REFUSALS = [...RISK_KINDS, ...FLOW_KINDS, ...ROLLING_KINDS, ...IDENTITY_KINDS] as const
const ACCEPTED = [
  'compliant',
  'compliant',
  'compliant',
  'reducing',
  'heartbeat',
  'compliant',
  'opening',
] as const
const CYCLE = 72

/** What the step of this seed is meant to show: 34 of 72 seeds are refused for one reason, each reason once. */
export function intentOf(seed: number): Intent {
  const place = seed % CYCLE
  return REFUSALS[place] ?? ACCEPTED[place % ACCEPTED.length]!
}

/** The id of a check without its index: `margin[2]` is of kind `margin`. */
export const kindOf = (id: string): string => id.replace(/\[\d+\]/, '')

/**
 * A random step for any shape, a pure function of `seed` (a whole number ≥ 0), every number inside its width.
 *
 * Each step is drawn with a comfortable mandate around it, then changed in the one place its {@link intentOf} names; a
 * draft that does not come out as intended is thrown away and drawn again.
 */
export function randomStep(seed: number, shape: Shape): Step {
  const intent = intentOf(seed)
  const rng = new Prng(seed ^ 0x5bd1e995)
  for (let attempt = 0; attempt < 2_000; attempt++) {
    const step = draw(rng, intent, shape)
    if (step && cameOut(intent, step, shape)) return step
  }
  throw new Error(`seed ${seed} found no step for ${intent}`)
}

function cameOut(intent: Intent, step: Step, shape: Shape): boolean {
  try {
    checkMandate(step.mandate, shape)
    const { outcome, refused } = evaluateStep(step, shape)
    if (intent === 'reducing') return outcome === 'reducing'
    if (intent === 'compliant' || intent === 'heartbeat' || intent === 'opening')
      return outcome === 'compliant'
    return refused.length === 1 && kindOf(refused[0]!.id) === intent
  } catch {
    return false
  }
}

function draw(rng: Prng, intent: Intent, shape: Shape): Step | undefined {
  if (intent === 'nav') return insolvent(rng, shape)
  const draft = draftStep(rng, intent, shape)
  let verdict: Verdict
  try {
    verdict = evaluateStep(draft, shape)
  } catch {
    return undefined
  }
  const step = { ...draft, mandate: comfortable(rng, draft, verdict) }
  const limits: readonly string[] = [...RISK_KINDS, ...FLOW_KINDS, ...ROLLING_KINDS]
  const kind = intent === 'reducing' ? rng.pick(RISK_KINDS) : intent
  if (limits.includes(kind)) {
    const mandate = tighten(rng, kind as LimitKind, step, verdict)
    return mandate && { ...step, mandate }
  }
  return broken(rng, intent, step)
}

/** Breaks one identity of an acceptable step; other intents pass through. */
function broken(rng: Prng, intent: Intent, step: Step): Step {
  const bump = (list: readonly bigint[], index: number, by: bigint): bigint[] =>
    list.map((x, i) => (i === index ? x + by : x))
  const account = rng.int(0, step.newBook.cash.length - 1)
  switch (intent) {
    case 'conservation': {
      const cash = bump(step.newBook.cash, account, rng.sign())
      return { ...step, newBook: { ...step.newBook, cash } }
    }
    case 'suspended': {
      const traded = step.fills.findIndex((fill) => fill > 0n)
      const slots = step.market.slots.map((slot, i) => (i === traded ? { ...slot, suspended: true } : slot))
      return { ...step, market: { ...step.market, slots } }
    }
    case 'changed': {
      const held = step.oldBook.quantities.findIndex((q) => q !== 0n)
      return { ...step, changed: step.changed.map((c, i) => c || i === held) }
    }
    case 'window': {
      const oldBudget = {
        ...step.oldBudget,
        window: step.window + 1n,
        current: NO_COUNTERS,
        previous: NO_COUNTERS,
      }
      return { ...step, oldBudget }
    }
    case 'flowSplit.sum':
      return { ...step, flowSplit: bump(step.flowSplit, account, step.netFlow > 0n ? 1n : -1n) }
    case 'flowSplit.sign': {
      const other = (account + 1) % step.flowSplit.length
      const by = step.netFlow > 0n ? 1n : -1n
      const against = step.flowSplit[account]! + by
      return { ...step, flowSplit: bump(bump(step.flowSplit, account, -against), other, against) }
    }
    case 'open.fee':
      return { ...step, open: true }
    case 'universe.newBook':
      return { ...step, newBook: { ...step.newBook, universeId: step.newBook.universeId + 1n } }
    default:
      return step
  }
}

/** Numbers of everyday size, or anywhere up to the widths: bits of a quantity and of a price. */
const sizes = (rng: Prng): { qBits: bigint; pBits: bigint } => {
  if (!rng.oneIn(4)) return { qBits: rng.big(30n, 40n), pBits: rng.big(34n, 46n) }
  const qBits = rng.big(4n, 61n)
  return { qBits, pBits: rng.big(8n, 61n < 112n - qBits ? 61n : 112n - qBits) }
}

function drawMarket(rng: Prng, universeId: bigint, listed: number, shape: Shape, pBits: bigint): Market {
  const top = (1n << pBits) - 1n
  const slots = Array.from({ length: shape.slots }, (_, i): MarketSlot => {
    if (i >= listed) return paddingSlot(shape)
    const suspended = rng.oneIn(12)
    const price = rng.big(top / 16n, top)
    const shocks = Array.from({ length: shape.scenarios }, () => rng.big(-3_000n, 3_000n))
    if (rng.oneIn(2)) return linearSlot(price, rng.big(100n, 1_500n), shocks, suspended)
    const worth = rng.oneIn(8) ? 0n : price / rng.big(4n, 40n)
    const signed = (hi: bigint) => rng.big(-hi, hi)
    return {
      price: worth,
      delta: signed(price),
      gamma: signed(price / 20n),
      vega: signed(price / 100n),
      marginBps: rng.big(300n, 4_000n),
      suspended,
      changes: shocks.map((shock) => (price * shock) / BPS / 2n + signed(price / 50n)),
    }
  })
  return { universeId, time: rng.big(1_600_000_000n, 1_900_000_000n), slots }
}

/** A step that holds together, with limits as wide as their ranges. */
function draftStep(rng: Prng, intent: Intent, shape: Shape): Step {
  const { qBits, pBits } = sizes(rng)
  const universeId = rng.big(1n, (1n << 248n) - 1n)
  const listed = shape.slots - (rng.oneIn(2) ? 0 : rng.int(0, shape.slots >> 1))
  const market = drawMarket(rng, universeId, listed, shape, pBits)
  const still = intent === 'heartbeat' || intent === 'opening'
  const moved = !still && rng.oneIn(6)
  const oldUniverse = moved ? rng.big(1n, (1n << 248n) - 1n) : universeId
  const changed = market.slots.map((_, i) => moved && i < listed && rng.oneIn(3))
  const after = market.slots.map((_, i) =>
    i < listed && !rng.oneIn(4) ? rng.sign() * rng.big(1n, 1n << qBits) : 0n,
  )
  const before = after.map((q, i) => {
    if (still || i >= listed || (market.slots[i]!.suspended && !changed[i])) return q
    if (changed[i]) return 0n
    if (intent === 'reducing') return (q * rng.big(10_000n, 14_000n)) / BPS
    return rng.oneIn(3) ? q : (q * rng.big(-3_000n, 15_000n)) / BPS
  })
  // A changed slot starts empty, so a suspended one stays empty.
  const quantities = after.map((q, i) => (changed[i] && market.slots[i]!.suspended ? 0n : q))
  const trades = quantities.map((q, i) => q - before[i]!)
  const fills = trades.map((t, i) => (t === 0n ? 0n : nearMark(rng, intent, t, market.slots[i]!.price)))

  const accounts = shape.accounts
  const members = Array.from({ length: listed }, () => ({
    groups: Array.from({ length: shape.groups }, (_, g) => g).filter(() => rng.oneIn(3)),
    account: rng.int(0, accounts - 1),
  }))
  const mandate = openMandate(members, universeId, shape)
  const empty = { universeId, cash: Array(accounts).fill(0n) }
  const held = exposureOf({ ...empty, quantities }, market, mandate, shape)
  const needed = held.margin / BPS
  const nav = (held.gross * 100n) / rng.big(30n, 250n) + needed + needed / 8n + (1n << 20n)
  const spare = rng.split(nav - needed, accounts)
  const newCash = spare.map((x, a) => x + (held.accountMargin[a]! + BPS - 1n) / BPS - held.accountEquity[a]!)

  const share = (bps: bigint) => (nav * rng.big(1n, bps)) / BPS
  const netFlow = still && intent === 'opening' ? 0n : rng.oneIn(2) ? 0n : rng.sign() * share(1_500n)
  const traded = sum(trades.map((t, i) => abs(t) * market.slots[i]!.price))
  const open = rng.oneIn(3)
  const fee = open && intent !== 'open.fee' ? 0n : (traded * rng.big(0n, 20n)) / BPS
  const carryGain = intent === 'opening' || rng.oneIn(2) ? 0n : share(60n)
  const carryLoss = intent === 'opening' || rng.oneIn(2) ? 0n : share(60n)
  const spent = sum(trades.map((t, i) => t * fills[i]!)) + fee - netFlow - carryGain + carryLoss
  const was = exposureOf({ ...empty, quantities: before }, market, mandate, shape)
  const oldNav = sum(newCash) + spent + was.nav
  const oldCash = rng.split(oldNav, accounts).map((x, a) => x - was.accountEquity[a]!)

  const oldBook: Book = { universeId: oldUniverse, cash: oldCash, quantities: before }
  const newBook: Book = { universeId, cash: newCash, quantities }
  const opening = intent === 'opening'
  const oldBudget = opening ? OPENING_BUDGET : drawBudget(rng, nav)
  return {
    market,
    mandate,
    oldUniverse,
    oldBook: opening ? newBook : oldBook,
    newBook,
    oldBudget,
    fills,
    fee,
    carryGain,
    carryLoss,
    netFlow,
    flowSplit: rng.split(netFlow, accounts),
    window: oldBudget.window + rng.pick([0n, 0n, 1n, 2n, 9n]),
    changed,
    open,
  }
}

/** A fill up to 2 % from the mark; at the mark half of the time where the step must only reduce. */
function nearMark(rng: Prng, intent: Intent, trade: bigint, price: bigint): bigint {
  if (intent === 'reducing' && rng.oneIn(2)) return price
  const worse = rng.oneIn(4) ? -1n : 1n
  const side = trade > 0n ? worse : -worse
  return price + (side * price * rng.big(0n, 200n)) / BPS
}

function drawBudget(rng: Prng, nav: bigint): Budget {
  const counters = (): Counters => ({
    cost: rng.oneIn(3) ? 0n : rng.big(0n, nav / 40n),
    gain: rng.oneIn(3) ? 0n : rng.big(0n, nav / 40n),
    turnover: rng.oneIn(3) ? 0n : rng.big(0n, 3n * nav),
  })
  return { window: rng.big(1n, 1n << 20n), current: counters(), previous: counters() }
}

/**
 * A heartbeat of a book that is worth less than nothing: every risk limit passes as not worse than before, the step's flow
 * covers the turnover limit, so that only the sign of the net asset value refuses it.
 */
function insolvent(rng: Prng, shape: Shape): Step {
  const step = draftStep(rng, 'heartbeat', shape)
  const { newBook, market, mandate } = step
  const { nav } = exposureOf(newBook, market, mandate, shape)
  const deficit = rng.oneIn(2) ? 1n : rng.big(1n, nav / 100n)
  const netFlow = rng.sign() * (deficit + rng.big(1n, 1_000n))
  const flowSplit = rng.split(netFlow, shape.accounts)
  const cash = newBook.cash.map((c, a) => (a === 0 ? c - nav - deficit : c))
  return {
    ...step,
    mandate: { ...mandate, carryBps: 0n, turnoverBps: 1n },
    newBook: { ...newBook, cash },
    oldBook: { ...newBook, cash: cash.map((c, a) => c - flowSplit[a]!) },
    netFlow,
    flowSplit,
    carryGain: 0n,
    carryLoss: 0n,
  }
}
