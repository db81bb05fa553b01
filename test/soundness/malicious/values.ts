import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { abs, FIELD } from '#portfolio/units.js'
import { power } from '#prover/bn254.js'
import { Prng } from '#test/helpers/prng.js'
import { type AttackClass, between } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { outside, overLeveraged } from './pressure.js'
import { add, at, largest, rest, retrade, stage } from './stage.js'

const LEVERAGE = 'risk.wholeLimit[2].limit'
/** Place of the sign among the digits of a signed quantity. */
const SIGN = 63

/** Numbers that are not what they seem: signs, widths, wraps. */
export const VALUES: readonly AttackClass[] = [
  {
    name: 'negative quantity by field wrap',
    what: 'A short counts as −|q| in gross, margin and concentration, so that shorts make room for longs.',
    // Left standing: the digits of a quantity sum to it.
    weakening: remove('gadgets/bits.circom', 'total === in;'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape, 1),
      lies: { [`newSign[1].digits.out[${SIGN}]`]: 1n },
      breaks: ['newSign[1].digits'],
    }),
  },
  {
    name: 'magnitude of its own choosing',
    what: 'A position weighs nothing wherever its size counts.',
    // Left standing: magnitude = (2·sign − 1)·quantity.
    weakening: unconstrain('gadgets/signed.circom', 'magnitude'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape),
      lies: { 'newSign[0].magnitude': 0n },
      breaks: ['newSign[0]'],
    }),
  },
  {
    name: 'sign bit detached from its digits',
    what: 'A short is read as a long by everything that takes its magnitude.',
    // Left standing: nonNegative is the top digit.
    weakening: unconstrain('gadgets/signed.circom', 'nonNegative'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape, 1),
      lies: { 'newSign[1].nonNegative': 1n },
      breaks: ['newSign[1]'],
    }),
  },
  {
    name: 'digit larger than one',
    what: 'A negative slack passes as a sum of digits, one of which carries the rest of it.',
    // Left standing: each digit is 0 or 1.
    weakening: remove('gadgets/bits.circom', 'out[i] * (out[i] - 1) === 0;'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape),
      lies: {
        [`${LEVERAGE}.reducing`]: 0n,
        [`${LEVERAGE}.slack.digits.out[0]`]: (digit, { read }) => {
          const slack = read(`${LEVERAGE}.slack.digits.in`)
          return slack - ((slack & ((1n << 152n) - 1n)) - digit)
        },
      },
      breaks: [`${LEVERAGE}.slack.digits`],
    }),
  },
  {
    name: 'negative slack cut to its width',
    what: 'The low digits of a wrapped slack stand for it: every limit passes.',
    // Left standing: the digits of a slack sum to it.
    weakening: remove('gadgets/bits.circom', 'total === in;'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape),
      lies: { [`${LEVERAGE}.reducing`]: 0n },
      breaks: [`${LEVERAGE}.slack.digits`],
    }),
  },
  {
    name: 'slack of its own choosing',
    what: 'What is range-checked is not ceiling − risk: every limit passes.',
    // Left standing: slack = ceiling − risk.
    weakening: unconstrain('gadgets/limit-or-reduce.circom', 'slack.in'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape),
      lies: { [`${LEVERAGE}.reducing`]: 0n, [`${LEVERAGE}.slack.in`]: 0n },
      breaks: [LEVERAGE],
    }),
  },
  {
    name: 'net asset value of its own choosing',
    what: 'Every limit that is a share of the net asset value is as wide as the prover likes.',
    // Left standing: nav is the new book's.
    weakening: unconstrain('rebalance.circom', 'nav'),
    attack: (seed, shape) => ({
      ...overLeveraged(seed, shape),
      lies: { nav: (nav) => 1_000n * nav },
      breaks: [between('exposure[1].nav', 'nav')],
    }),
  },
  {
    name: 'wrapped net asset value',
    what: 'A book worth less than nothing goes on, as a huge number of the field.',
    // Left standing: nav ≥ 0; all risks are only reduced, and the flow covers the turnover limit.
    weakening: unconstrain('rebalance.circom', 'navRange.in'),
    differs: ['netFlow'],
    attack: (seed, shape) => {
      const deficit = new Prng(seed).big(1n, 10n ** 12n)
      const honest = insolvent(seed, shape, -deficit)
      const forged = insolvent(seed, shape, deficit)
      const lies = { 'navRange.in': 0n }
      return { honest, forged, lies, claim: 'reducing', breaks: [between('compliant', 'nav', 'navRange.in')] }
    },
  },
  {
    name: 'compliant with nothing',
    what: 'A fund that paid out its last unit still shows green: limits that are shares of 0 mean nothing.',
    // Left standing: nav > 0 where compliant is claimed.
    weakening: unconstrain('rebalance.circom', 'navRange.in'),
    attack: (seed, shape) => {
      const staged = rest(stage(seed, shape))
      const cash = staged.flowSplit.map((part) => (part > 0n ? -part : part))
      const quantities = staged.oldBook.quantities.map(() => 0n)
      const honest = rest({
        ...staged,
        netFlow: -abs(staged.netFlow),
        flowSplit: cash,
        oldBook: { ...staged.oldBook, quantities, cash: cash.map((part) => -part) },
      })
      const lies = { 'navRange.in': 0n }
      return { honest, lies, breaks: [between('compliant', 'nav', 'navRange.in')] }
    },
  },
  {
    name: 'fraction of the field as a quantity',
    what: 'A quantity q with q·price small and q itself 254 bits wide: worth anything once the price moves by a unit.',
    // Left standing: the widths of the new quantity and of the trade, and both position limits.
    weakening: [
      ...unconstrain('gadgets/signed.circom', 'digits.in'),
      ...unconstrain('gadgets/limit-or-reduce.circom', 'slack.in'),
    ],
    attack: (seed, shape) => {
      const { honest, forged, quantity } = fractional(seed, shape)
      const lies = {
        'newSign[0].digits.in': 1n << 63n,
        'trades.tradeSign[0].digits.in': 1n << 64n,
        ...Object.fromEntries(
          ['long', 'short'].flatMap((side) => [
            [`risk.${side}[0].reducing`, 0n],
            [`risk.${side}[0].slack.in`, 0n],
          ]),
        ),
      }
      const inputs = { newQuantity: at(forged.newBook.quantities, 0, quantity) }
      const breaks = ['newSign[0]', 'trades.tradeSign[0]', 'risk.long[0]', 'risk.short[0]']
      return { honest, forged, inputs, lies, breaks }
    },
  },
  {
    name: 'every maximum at once',
    what: 'With every number at the end of its width a slack would wrap, and an excess would look like room.',
    // Left standing: the digits of a slack sum to it, with no bit to spare anywhere else.
    weakening: remove('gadgets/bits.circom', 'total === in;'),
    attack: (seed, shape) => {
      const honest = outside(largest(seed, shape), shape, ({ down, verdict }) => ({
        leverageBps: down(verdict.after.gross) - 1n,
      }))
      const lies = { [`${LEVERAGE}.reducing`]: 0n }
      return { honest, lies, breaks: [`${LEVERAGE}.slack.digits`] }
    },
  },
]

/** A heartbeat after which the book lacks `deficit`; a negative deficit is a book just worth something. */
function insolvent(seed: number, shape: Shape, deficit: bigint): Step {
  const still = rest(stage(seed, shape))
  const mandate = { ...still.mandate, carryBps: 0n, turnoverBps: 1n }
  const held = still.newBook.quantities.reduce((sum, q, i) => sum + q * still.market.slots[i]!.price, 0n)
  const inflow = 10n ** 16n - deficit
  const cash = still.oldBook.cash.map((_, a) => (a === 0 ? -held - 10n ** 16n : 0n))
  const flowSplit = still.flowSplit.map((_, a) => (a === 0 ? inflow : 0n))
  return rest({ ...still, mandate, netFlow: inflow, flowSplit, oldBook: { ...still.oldBook, cash } })
}

/** A step whose slot 0 has price and shocks such that k/price of it moves every measure by a whole number. */
function fractional(seed: number, shape: Shape): { honest: Step; forged: Step; quantity: bigint } {
  const staged = stage(seed, shape)
  const round = staged.market.slots[0]!.price / 10_000n
  const price = 10_000n * round
  const shocks = staged.market.slots[0]!.changes.map((_, s) => (s % 2 ? 700n : -700n))
  const slot = {
    ...staged.market.slots[0]!,
    price,
    delta: price,
    changes: shocks.map((shock) => round * shock),
  }
  const still = rest({ ...staged, market: { ...staged.market, slots: at(staged.market.slots, 0, slot) } })
  const worth = 10_000n * new Prng(seed).big(1n, 10n ** 12n)
  const honest = retrade(still, 0, still.oldBook.quantities[0]!, price)
  const extra = (worth * power(price, FIELD - 2n, FIELD)) % FIELD
  const cash = add(honest.newBook.cash, 0, -worth)
  const forged = { ...honest, newBook: { ...honest.newBook, cash } }
  return { honest, forged, quantity: honest.newBook.quantities[0]! + extra }
}
