import { NO_COUNTERS } from '#portfolio/budget.js'
import { BITS, TAGS, VECTORS } from '#portfolio/layout.js'
import { mandateVector } from '#portfolio/mandate.js'
import { paddingSlot } from '#portfolio/market.js'
import type { Step } from '#portfolio/step.js'
import { FIELD, toField } from '#portfolio/units.js'
import { loadDigest } from '#prover/digest.js'
import { roundStep, WIDE_MANDATE } from '../../fixtures/round-step.js'
import { alteredCase, type Case, caseOf, TINY } from './case.js'
import { withFlow } from './limit-cases.js'

const QUANTITY = 1n << BITS.quantity
const PRICE = 1n << BITS.price
const VALUE = 1n << BITS.value
const SUM = 1n << BITS.sum
const WINDOW = 1n << BITS.window
const BPS_MAX = 1_000_000n

const WIDE = {
  ...WIDE_MANDATE,
  groups: WIDE_MANDATE.groups.map(() => ({ netLoBps: -BPS_MAX, netHiBps: BPS_MAX, grossBps: BPS_MAX })),
  netLoBps: -BPS_MAX,
  netHiBps: BPS_MAX,
  leverageBps: BPS_MAX,
  turnoverBps: BPS_MAX,
  costBps: BPS_MAX,
  gainBps: BPS_MAX,
  carryBps: BPS_MAX,
  rollingCostBps: BPS_MAX,
  rollingGainBps: BPS_MAX,
  rollingTurnoverBps: BPS_MAX,
}

type Held = {
  /** Cash and quantities of the new book; of the old one where they differ. */
  readonly cash: readonly bigint[]
  readonly quantities?: readonly bigint[]
  readonly oldCash?: readonly bigint[]
  readonly oldQuantities?: readonly bigint[]
  readonly fills?: readonly bigint[]
  readonly prices?: readonly bigint[]
  /** Where all slots are held. */
  readonly account?: number
  readonly marginBps?: bigint
}

/**
 * A step that no limit refuses, only a range: its slots move nothing, and the position limits are what is held, even
 * where no mandate could say so.
 */
function held(change: Held): Step {
  const { cash, quantities = [0n, 0n, 0n, 0n], oldCash = cash, oldQuantities = quantities } = change
  const { fills = [0n, 0n, 0n, 0n], prices = fills, account = 0, marginBps = 0n } = change
  const step = roundStep()
  const deltas = marginBps > 0n ? prices : [0n, 0n, 0n, 0n]
  return {
    ...step,
    market: {
      ...step.market,
      slots: prices.map((price, i) => ({ ...paddingSlot(TINY), price, delta: deltas[i]!, marginBps })),
    },
    mandate: {
      ...WIDE,
      slots: quantities.map((q) => ({
        groups: [],
        account,
        maxLong: q > 0n ? q : 0n,
        maxShort: q < 0n ? -q : 0n,
        concentrationBps: BPS_MAX,
      })),
      accounts: [0, 1].map(() => ({ marginMultipleBps: BPS_MAX, venueCapBps: BPS_MAX })),
    },
    oldBook: { ...step.oldBook, cash: oldCash, quantities: oldQuantities },
    newBook: { ...step.newBook, cash, quantities },
    fills,
  }
}

const RICH = { cash: [VALUE - 1n, VALUE - 1n] }
const at = (index: number, value: bigint): bigint[] =>
  [0n, 0n, 0n, 0n].map((zero, i) => (i === index ? value : zero))
/** Two slots worth about 2^126 each. */
const HEAVY = { quantities: [QUANTITY - 1n, QUANTITY - 1n, 0n, 0n], prices: [PRICE - 1n, PRICE - 1n, 0n, 0n] }

/** The largest numbers of every width are provable, and one more is not. */
export async function widthCases(): Promise<Case[]> {
  const steps: Record<string, Step> = {}
  const both = (name: string, within: bigint, beyond: bigint, step: (value: bigint) => Step) => {
    steps[`${name} at its width`] = step(within)
    steps[`${name} beyond its width`] = step(beyond)
  }
  for (const [name, within, beyond] of [
    ['long', QUANTITY - 1n, QUANTITY],
    ['short', -QUANTITY, -QUANTITY - 1n],
  ] as const) {
    both(`new ${name}`, within, beyond, (q) =>
      held({ ...RICH, quantities: at(1, q), oldQuantities: at(1, within) }),
    )
    both(`old ${name}`, within, beyond, (q) =>
      held({ ...RICH, quantities: at(2, within), oldQuantities: at(2, q) }),
    )
  }
  both('trade', QUANTITY - 1n, QUANTITY, (q) =>
    held({ ...RICH, quantities: at(0, q), oldQuantities: at(0, -QUANTITY) }),
  )
  both('fill', PRICE - 1n, PRICE, (fill) => held({ ...RICH, fills: at(3, fill), prices: at(3, 1n) }))
  both('fill below nothing', 0n, -1n, (fill) => held({ ...RICH, fills: at(0, fill), prices: at(0, 5n) }))
  steps['fill far below the mark'] = held({ ...RICH, fills: at(0, 0n), prices: at(0, PRICE - 1n) })
  for (const account of [0, 1]) {
    const book = (mine: bigint) => [VALUE - 2n, VALUE - 2n].map((other, a) => (a === account ? mine : other))
    const name = `cash ${account}`
    const top = VALUE - 1n
    both(`new ${name}`, top, VALUE, (c) => ({
      ...held({ cash: book(c), oldCash: book(top) }),
      carryGain: c - top,
    }))
    both(`old ${name}`, top, VALUE, (c) => ({
      ...held({ cash: book(top), oldCash: book(c) }),
      carryLoss: c - top,
    }))
    const debts = (cash: bigint, oldCash: bigint) =>
      held({ ...HEAVY, account, cash: book(cash), oldCash: book(oldCash) })
    both(`new debt ${account}`, -VALUE, -VALUE - 1n, (c) => ({ ...debts(c, -VALUE), carryLoss: -VALUE - c }))
    both(`old debt ${account}`, -VALUE, -VALUE - 1n, (c) => ({ ...debts(-VALUE, c), carryGain: -VALUE - c }))
  }
  const half = VALUE / 2n
  both('fee', VALUE - 1n, VALUE, (fee) => ({
    ...held({
      cash: [0n, 0n],
      oldCash: [half, half / 2n + fee - half],
      quantities: at(0, 1n << 62n),
      oldQuantities: at(0, 0n),
      fills: at(0, 1n << 62n),
    }),
    fee,
  }))
  both('carry gain', VALUE - 1n, VALUE, (gain) => ({
    ...held({ cash: [half, gain - half], oldCash: [0n, 0n] }),
    carryGain: gain,
  }))
  const eighth = VALUE / 8n
  both('carry loss', VALUE - 1n, VALUE, (loss) => ({
    ...held({ cash: [eighth, eighth], oldCash: [eighth + half, eighth + loss - half] }),
    carryLoss: loss,
  }))
  const before = { window: 5n, current: { cost: 9n, gain: 9n, turnover: 9n }, previous: NO_COUNTERS }
  for (const name of ['fee', 'carryGain', 'carryLoss'] as const) {
    const oldCash = name === 'carryGain' ? [half + 1n, half] : [half - 1n, half]
    steps[`${name} below nothing`] = {
      ...held({ cash: [half, half], oldCash }),
      oldBudget: before,
      [name]: -1n,
    }
  }
  both('flow', VALUE - 1n, VALUE, (flow) => withFlow(held({ cash: [half, 0n] }), 0, flow))
  both('flow out', 1n - VALUE, -VALUE, (flow) => withFlow(held({ cash: [VALUE - 1n, -half] }), 1, flow))
  for (const part of ['current', 'previous'] as const) {
    for (const name of ['cost', 'gain', 'turnover'] as const) {
      const counted = (value: bigint, elapsed: bigint): Step => ({
        ...held(RICH),
        oldBudget: {
          window: 5n,
          current: NO_COUNTERS,
          previous: NO_COUNTERS,
          [part]: { ...NO_COUNTERS, [name]: value },
        },
        window: 5n + elapsed,
      })
      both(`${part} ${name}`, SUM - 1n, SUM, (n) => counted(n, 0n))
      both(`${part} ${name}, cleared,`, SUM - 1n, SUM, (n) => counted(n, 2n))
      steps[`${part} ${name} below nothing`] = counted(-1n, 2n)
    }
  }
  both('new gain', SUM - 1n, SUM, (gain) => ({
    ...held({ ...HEAVY, cash: [VALUE - 1n, VALUE - 1n], oldCash: [VALUE - 2n, VALUE - 1n] }),
    oldBudget: { window: 5n, current: { ...NO_COUNTERS, gain: gain - 1n }, previous: NO_COUNTERS },
    carryGain: 1n,
  }))
  const windows = (oldWindow: bigint, window: bigint): Step => ({
    ...held(RICH),
    oldBudget: { window: oldWindow, current: NO_COUNTERS, previous: NO_COUNTERS },
    window,
  })
  both('window', WINDOW - 1n, WINDOW, (window) => windows(window, window))
  both('windows gone by', WINDOW - 1n, WINDOW, (elapsed) => windows(0n, elapsed))
  steps['window below nothing'] = windows(-1n, 5n)
  const most = QUANTITY - 1n
  // All but one unit is given up, and the little margin that stays is more than the mandate and the account have for it:
  // the step only reduces, from as far away as can be.
  const unwound = held({
    cash: [VALUE - 1n, -PRICE],
    oldQuantities: [most, most, -most, -most],
    quantities: [1n, 0n, 0n, 0n],
    fills: [PRICE - 1n, PRICE - 1n, PRICE - 1n, PRICE - 1n],
    account: 1,
    marginBps: BPS_MAX,
  })
  const mandate = { ...unwound.mandate, freeCollateralFloorBps: 10_000n }
  steps['largest margin given up'] = conserved({ ...unwound, mandate })
  const cases = Object.entries(steps).map(([name, step]) => caseOf(name, step))
  return Promise.all([...cases, ...handmade()])
}

/** The step with old cash of its second account such that nothing is lost or made. */
function conserved(step: Step): Step {
  const paid = step.newBook.quantities.reduce(
    (total, q, i) => total + (q - step.oldBook.quantities[i]!) * step.fills[i]!,
    0n,
  )
  const [first = 0n, second = 0n] = step.newBook.cash
  return { ...step, oldBook: { ...step.oldBook, cash: [first, second + paid] } }
}

/** Claims that no step of the model makes. */
function handmade(): Promise<Case>[] {
  const round = roundStep()
  const { head } = VECTORS.rebalance
  const place = (name: (typeof head)[number]) => head.indexOf(name)
  const legs = (value: bigint) => Object.fromEntries(round.fills.map((_, i) => [head.length + i, value]))
  const trades = round.newBook.quantities.map((q, i) => q - round.oldBook.quantities[i]!)
  const twice = Object.fromEntries(
    trades.map((t, i) => [head.length + i, 2n * (((t + (1n << 64n)) << 64n) + round.fills[i]!)]),
  )
  const text = (x: bigint) => toField(x).toString()
  return [
    alteredCase('compliant twice over', round, {
      x: { [place('compliant')]: 2n },
      input: { compliant: '2' },
    }),
    alteredCase('compliant less than no', round, {
      x: { [place('compliant')]: -1n },
      input: { compliant: text(-1n) },
    }),
    alteredCase('open twice over', round, { x: { [place('open')]: 2n, ...twice }, input: { open: '2' } }),
    alteredCase('open by half', round, {
      x: { [place('open')]: (FIELD + 1n) / 2n, ...legs(0n) },
      input: { open: text((FIELD + 1n) / 2n) },
    }),
    alteredCase('a change beyond the slots', round, {
      x: { [place('changed')]: 16n },
      input: { changed: '16' },
    }),
    alteredCase('another change beyond the slots', round, {
      x: { [place('changed')]: 128n },
      input: { changed: '128' },
    }),
    alteredCase('digest off by one', round, { input: { c: '1' } }),
    alteredCase('sum off by one', round, { input: { beta: '1' } }),
    ...head.map((name) => alteredCase(`another ${name}`, round, { x: { [place(name)]: 3n } })),
    alteredCase('another leg', round, { x: { [head.length + 1]: 3n } }),
    ...[16n, 128n].map((bit) => maskCase(round, bit)),
  ]
}

/** A mandate whose first mask has one bit more than groups and accounts. */
async function maskCase(step: Step, bit: bigint): Promise<Case> {
  const digest = await loadDigest()
  const vector = mandateVector(step.mandate, TINY).map((x, i) => toField(i === 1 ? x + bit : x))
  const index = VECTORS.rebalance.head.indexOf('mandateDigest')
  return alteredCase(`a mask with bit ${bit}`, step, {
    x: { [index]: digest(TAGS.mandate, vector) },
    input: { mandate: vector.map(String) },
  })
}
