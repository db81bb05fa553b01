import { checkMandate } from '#portfolio/mandate.js'
import { checkMarket, linearSlot, type MarketSlot, paddingSlot, turnoverWeight } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'
import { Prng } from '#test/helpers/prng.js'
import { bookNumbers, type Measured } from './book-numbers.js'
import { judgeStep } from './judge.js'
import { limitFields, ordered } from './limit-fields.js'

/** Where a book's numbers lie: among the smallest, of everyday size, at their widths, or each somewhere else. */
const SCALES = ['least', 'everyday', 'widest', 'mixed'] as const
type Scale = (typeof SCALES)[number]

const Q_MAX = 2n ** 63n - 1n
const V_MAX = 2n ** 126n - 1n

/**
 * A step at boundaries, a pure function of `seed`: numbers at 0, ±1 and the ends of their widths, limits at the tightest
 * basis point, one beyond and wide open, and one identity in eight broken by a unit. Market and mandate are such as their
 * contracts would store; nothing of the fund's is checked.
 */
export function boundaryBook(seed: number, shape: Shape): Step {
  const rng = new Prng(Math.imul(seed, 0x9e3779b1) ^ 0x2545f491)
  const scale = rng.pick(SCALES)
  const step = spoil(rng, fitMandate(rng, draw(rng, scale, shape), shape))
  checkMarket(step.market, shape)
  checkMandate(step.mandate, shape)
  return step
}

/** A quantity or price ≥ 0. */
function size(rng: Prng, scale: Scale): bigint {
  const top = Q_MAX
  const at = scale === 'mixed' ? rng.pick(['least', 'everyday', 'widest'] as const) : scale
  if (at === 'least') return rng.pick([0n, 1n, 1n, 2n, 3n])
  if (at === 'widest') return rng.pick([top, top, top - 1n, top / 2n + 1n, top / 2n, 0n])
  return rng.big(0n, 2n ** BigInt(rng.int(21, 36)))
}

function draw(rng: Prng, scale: Scale, shape: Shape): Step {
  // Widest quantities meet least prices and the reverse, or else no cash could pay for them; rarely both are widest.
  const priced: Scale = scale === 'widest' && !rng.oneIn(4) ? 'least' : scale
  const swapped = rng.oneIn(2)
  const number = () => size(rng, swapped ? scale : priced)
  const signed = () => rng.sign() * number()
  const universeId = rng.big(1n, 2n ** 248n - 1n)
  const listed = rng.oneIn(3) ? rng.int(1, shape.slots) : shape.slots
  const slots = Array.from({ length: shape.slots }, (_, i): MarketSlot => {
    if (i >= listed) return paddingSlot(shape)
    const suspended = rng.oneIn(10)
    const marginBps = rng.pick([0n, 1n, rng.big(0n, 4_000n), rng.big(0n, 4_000n), 1_000_000n])
    const price = number()
    const linear = rng.oneIn(2)
    if (linear) {
      const shocks = Array.from({ length: shape.scenarios }, () => rng.pick([-10_000n, -3_000n, 0n, 2_500n]))
      return linearSlot(price, marginBps, shocks, suspended)
    }
    const changes = Array.from({ length: shape.scenarios }, signed)
    return { price, delta: signed(), gamma: signed(), vega: signed(), marginBps, suspended, changes }
  })

  // Which slots are as they were, and how the rest moved.
  const moved = rng.oneIn(6)
  const changed = slots.map((_, i) => moved && i < listed && rng.oneIn(2))
  const still = rng.oneIn(4)
  const quantity = (i: number) => {
    if (i >= listed && !rng.oneIn(20)) return 0n
    const q = rng.sign() * size(rng, swapped ? priced : scale)
    return q === Q_MAX && rng.oneIn(2) ? -Q_MAX - 1n : q
  }
  const after = slots.map((slot, i) => (changed[i] && slot.suspended ? 0n : quantity(i)))
  const before = after.map((q, i) => {
    if (changed[i]) return 0n
    if (still || slots[i]!.suspended) return q
    const near = [q, 0n, -q, q / 2n, q > 0n ? q - 1n : q + 1n, q < Q_MAX ? q + 1n : q, quantity(i)]
    const was = rng.pick(near)
    return was > Q_MAX ? Q_MAX : was
  })
  const trades = after.map((q, i) => q - before[i]!)
  const missesMark = rng.oneIn(3)
  const fills = trades.map((t, i) => {
    const { price } = slots[i]!
    if (t === 0n) return rng.oneIn(6) ? number() : 0n
    if (!missesMark) return price
    const near = (price * rng.big(9_800n, 10_200n)) / 10_000n
    const fill = rng.pick([near, near, near, price + 1n, price > 0n ? price - 1n : 0n, number()])
    return fill > Q_MAX ? Q_MAX : fill
  })

  const members = Array.from({ length: listed }, () => ({
    groups: Array.from({ length: shape.groups }, (_, g) => g).filter(() => rng.oneIn(2)),
    account: rng.int(0, shape.accounts - 1),
  }))
  const market = { universeId, time: rng.pick([0n, 1_700_000_000n, 2n ** 40n - 1n]), slots }
  const mandate = openMandate(members, universeId, shape)
  const empty = Array<bigint>(shape.accounts).fill(0n)
  const held = bookNumbers({ market, mandate }, shape, after, empty)
  const amount = (hi: bigint) => rng.pick([0n, 0n, 0n, 1n, rng.big(0n, hi), rng.big(0n, hi)])

  // Worth of the book after the step, from less than nothing to many times its exposure.
  const most = (xs: readonly bigint[]) => xs.reduce((a, b) => (a > b ? a : b), 0n)
  const sizes = trades.map((t) => (t < 0n ? -t : t))
  const turned = sizes.reduce((sum, t, i) => sum + t * turnoverWeight(slots[i]!), 0n)
  const greeks = [held.gamma, -held.gamma, held.vega, -held.vega, held.gross, turned]
  const needed = held.margin / 10_000n + most(greeks) / 9n + most(held.loss)
  const nav = rng.oneIn(16)
    ? rng.pick([0n, 1n, -1n, 2n ** 127n])
    : rng.pick([needed + 1n, needed + rng.big(1n, 2n ** 40n), needed * rng.big(1n, 8n) + 10_000n])
  const cash = rng.oneIn(5)
    ? spread(rng, nav - held.nav, shape.accounts)
    : covering(rng, nav, held, shape.accounts)
  const traded = sizes.reduce((sum, t, i) => sum + t * slots[i]!.price, 0n)
  const share = nav > 0n ? nav / 50n : 0n
  const netFlow = rng.sign() * (rng.oneIn(12) ? V_MAX : amount(share))
  const flowSplit = flows(rng, netFlow, shape.accounts)
  const open = rng.oneIn(4)
  const fee = open ? 0n : rng.oneIn(40) ? V_MAX : amount(traded / 1_000n)
  const [carryGain, carryLoss] = [amount(share), amount(share)]
  const paid = trades.reduce((sum, t, i) => sum + t * fills[i]!, 0n)
  const cashBefore = nav - held.nav + paid + fee - netFlow - carryGain + carryLoss
  // A heartbeat without flows keeps its cash, like a fund that does nothing.
  const keeps = still && cashBefore === nav - held.nav && rng.oneIn(2)
  const oldCash = keeps ? cash : spread(rng, cashBefore, shape.accounts)

  const counter = () =>
    rng.oneIn(30)
      ? 2n ** 134n - 1n
      : rng.pick([0n, 0n, 1n, rng.big(0n, share + 1n), rng.big(0n, 6n * share + 1n)])
  const counters = () => ({ cost: counter(), gain: counter(), turnover: counter() })
  const window = rng.pick([0n, 1n, 20_000n, 2n ** 40n - 3n])
  const oldUniverse = moved ? universeId - 1n : universeId
  return {
    market,
    mandate,
    oldUniverse,
    oldBook: { universeId: oldUniverse, cash: oldCash, quantities: before },
    newBook: { universeId, cash, quantities: after },
    oldBudget: { window, current: counters(), previous: counters() },
    fills,
    fee,
    carryGain,
    carryLoss,
    netFlow,
    flowSplit,
    window: window + rng.pick([0n, 0n, 1n, 2n]),
    changed,
    open,
  }
}

/** A sum of cash over accounts: even, in one account, or a large debt to one from another. */
function spread(rng: Prng, total: bigint, accounts: number): bigint[] {
  const cash = rng.split(total, accounts)
  const [from, to] = [rng.int(0, accounts - 1), rng.int(0, accounts - 1)]
  const loan = rng.oneIn(3) ? rng.pick([1n, total, 2n ** 125n]) : 0n
  cash[from]! -= loan
  cash[to]! += loan
  return cash
}

/** Cash with which every account meets its margin, the rest spread over them. */
function covering(rng: Prng, nav: bigint, held: Measured, accounts: number): bigint[] {
  const margins = held.accountMargin.map((m) => (m + 9_999n) / 10_000n)
  const spare = rng.split(nav - margins.reduce((a, b) => a + b, 0n), accounts)
  const equity = held.equity
  const cash = spare.map((x, a) => x + margins[a]! - equity[a]!)
  // What a slot of no account is worth is in the book's value and in no account's equity.
  const off = nav - held.nav - cash.reduce((a, b) => a + b, 0n)
  cash[rng.int(0, accounts - 1)]! += off
  return cash
}

/** A flow over accounts, parts of its sign, none wider than a part may be. */
function flows(rng: Prng, total: bigint, accounts: number): bigint[] {
  const parts = Array<bigint>(accounts).fill(0n)
  if (rng.oneIn(2)) return rng.split(total, accounts)
  parts[rng.int(0, accounts - 1)] = total
  return parts
}

/**
 * Draws every limit around what the step needs. Moods: 0 leaves all open, 1 and 2 give room or none, 3 to 5 make a few one
 * unit too tight.
 */
export function fitMandate(rng: Prng, step: Step, shape: Shape, mood = rng.int(0, 5)): Step {
  const ruling = judgeStep(step, shape)
  const fields = limitFields(shape, step.mandate.slots.length)
  if (mood === 0) return step
  const tooTight = mood < 3 ? 0 : mood === 5 ? rng.int(2, 6) : 1
  const chosen = new Set(Array.from({ length: tooTight }, () => rng.int(0, fields.length - 1)))
  let { mandate } = step
  const carry: bigint[] = []
  fields.forEach(({ id, range: [lo, hi], tighter, write, tightest }, index) => {
    const exact = tightest(ruling)
    const loose = mood === 1 || rng.oneIn(3)
    const open = tighter === -1n ? hi : lo
    let value = open
    if (exact !== undefined && chosen.has(index)) value = exact + tighter
    else if (exact !== undefined && !loose)
      value = exact - tighter * rng.pick([0n, 0n, 1n, rng.big(0n, 400n)])
    if (value < lo) value = lo
    if (value > hi) value = hi
    if (id.startsWith('carry.')) carry.push(value)
    else mandate = write(mandate, value)
  })
  const carryBps = mood > 2 && rng.oneIn(8) ? carry[0]! : carry.reduce((a, b) => (a > b ? a : b))
  return { ...step, mandate: ordered({ ...mandate, carryBps }) }
}

/** Breaks one demand by one unit, once in eight books. */
function spoil(rng: Prng, step: Step): Step {
  if (!rng.oneIn(8)) return step
  const bump = (list: readonly bigint[], by = rng.sign()) => {
    const at = rng.int(0, list.length - 1)
    return list.map((x, i) => (i === at ? x + by : x))
  }
  const { oldBook, newBook } = step
  const ways: (() => Partial<Step>)[] = [
    () => ({ newBook: { ...newBook, cash: bump(newBook.cash) } }),
    () => ({ oldBook: { ...oldBook, cash: bump(oldBook.cash) } }),
    () => ({ newBook: { ...newBook, quantities: bump(newBook.quantities) } }),
    () => ({ oldBook: { ...oldBook, quantities: bump(oldBook.quantities) } }),
    () => ({ newBook: { ...newBook, universeId: newBook.universeId + 1n } }),
    () => ({ fills: bump(step.fills) }),
    () => ({ flowSplit: bump(step.flowSplit) }),
    () => ({ flowSplit: step.flowSplit.map((part, a) => part + (a === 0 ? 1n : a === 1 ? -1n : 0n)) }),
    () => ({ carryGain: step.carryGain + 1n }),
    () => ({ carryLoss: step.carryLoss + 1n }),
    () => ({ fee: step.fee + 1n, open: true }),
    () => ({ oldBudget: { ...step.oldBudget, window: step.window + 1n } }),
    () => ({ changed: step.changed.map((c, i) => (i === 0 ? !c : c)) }),
  ]
  return { ...step, ...rng.pick(ways)() }
}
