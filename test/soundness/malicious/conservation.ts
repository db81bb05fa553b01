import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { type AttackClass, asPublished, between, element } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { accountLimit } from './pressure.js'
import { add, rest, stage, withMandate } from './stage.js'

const STATEMENT = 'rebalance.circom'

/** Value from nothing: in cash, in positions, or between what is committed and what is measured. */
export const CONSERVATION: readonly AttackClass[] = [
  {
    name: 'cash created',
    what: 'The new book has more cash than the old book, its trades and its flows give.',
    // Left standing: value is conserved.
    weakening: remove(STATEMENT, 'cashSum === flow.net - trades.paid - fee + carryGain - carryLoss;'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      return { honest, forged: richer(honest, shape), breaks: [balance(shape)] }
    },
  },
  {
    name: 'cash destroyed',
    what: 'Cash leaves for an address that no statement names.',
    // Left standing: value is conserved.
    weakening: remove(STATEMENT, 'cashSum === flow.net - trades.paid - fee + carryGain - carryLoss;'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      return { honest, forged: richer(honest, shape, -100n), breaks: [balance(shape)] }
    },
  },
  {
    name: 'netFlow invented',
    what: 'A subscription that no investor paid in comes into the cash.',
    // Left standing: the flow that is used is the one the chain recorded.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_NET_FLOW()]'),
    attack: (seed, shape) => {
      const honest = rest({
        ...stage(seed, shape),
        netFlow: 0n,
        flowSplit: stage(seed, shape).flowSplit.map(() => 0n),
      })
      const paid = (evaluateStep(honest, shape).after.nav * 100n) / BPS
      const forged = rest({ ...honest, netFlow: paid, flowSplit: add(honest.flowSplit, 0, paid) })
      return {
        honest,
        forged,
        lies: asPublished('netFlow'),
        breaks: [between('flow.net', element('netFlow'))],
      }
    },
  },
  {
    name: 'cash created between commitment and measure',
    what: 'The book that is committed has more cash than the one that was measured and paid for.',
    // Left standing: the cash that is committed is the cash that is measured.
    weakening: unconstrain(STATEMENT, 'newBook.in[1 + a]'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      const more = evaluateStep(honest, shape).after.nav / 100n
      const lies = { 'newBook.in[1]': (cash: bigint) => cash + more }
      return { honest, lies, breaks: [between('newBook.in[1]', 'newCash[0]')] }
    },
  },
  {
    name: 'cash moved between accounts after the measure',
    what: 'Accounts are committed with other cash than they were margined with: the same sum, one of them empty.',
    // Left standing: the cash that is committed is the cash that is measured, account by account.
    weakening: unconstrain(STATEMENT, 'newBook.in[1 + a]'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      const moved = evaluateStep(honest, shape).after.accountEquity[0]!
      const lies = {
        'newBook.in[1]': (cash: bigint) => cash - moved,
        'newBook.in[2]': (cash: bigint) => cash + moved,
      }
      const breaks = [between('newBook.in[1]', 'newCash[0]'), between('newBook.in[2]', 'newCash[1]')]
      return { honest, lies, breaks }
    },
  },
  {
    name: 'position created between commitment and measure',
    what: 'A position is committed that no limit measured and nobody paid for.',
    // Left standing: the quantity that is committed is the quantity that is measured.
    weakening: unconstrain(STATEMENT, 'newBook.in[1 + A + i]'),
    attack: (seed, shape) => {
      const place = `newBook.in[${1 + shape.accounts}]`
      const lies = { [place]: (quantity: bigint) => 2n * quantity }
      return { honest: stage(seed, shape), lies, breaks: [between(place, 'newQuantity[0]')] }
    },
  },
  {
    name: 'position without a trade',
    what: 'A position appears between two books and no trade is counted for it: no cash, no turnover, no leg.',
    // Left standing: a trade is the difference of the books.
    weakening: unconstrain(STATEMENT, 'trade[i]'),
    attack: (seed, shape) => {
      const honest = rest(stage(seed, shape))
      const quantities = honest.newBook.quantities.map((q, i) => (i === 0 ? 2n * q : q))
      const forged = { ...honest, newBook: { ...honest.newBook, quantities } }
      const breaks = [between('newQuantity[0]', 'oldQuantity[0]', 'trade[0]')]
      return { honest, forged, lies: { 'trade[0]': 0n }, breaks }
    },
  },
  {
    name: 'old cash beyond its width',
    what: 'An old book with cash of any size, debts as large elsewhere, makes every account of the new one look improved.',
    // Left standing: old cash is in its width.
    weakening: unconstrain(STATEMENT, 'oldCashRange[a].in'),
    differs: ['oldBook'],
    attack: (seed, shape) => {
      const still = rest(stage(seed, shape))
      const honest = withMandate(still, accountLimit(still, 0, { marginMultipleBps: 80_000n }))
      const equity = evaluateStep(honest, shape).after.accountEquity[0]!
      const shifted = (cash: readonly bigint[], by: bigint) => add(add(cash, 0, -by), 1, by)
      const forged = { ...honest, newBook: { ...honest.newBook, cash: shifted(honest.newBook.cash, equity) } }
      const ranges = [0, 1].map((a) => `oldCashRange[${a}].in`)
      return {
        honest,
        forged,
        inputs: { oldCash: shifted(honest.oldBook.cash, 1n << 128n) },
        lies: Object.fromEntries(ranges.map((range) => [range, 0n])),
        claim: 'reducing',
        breaks: ranges.map((range, a) => between(`oldCash[${a}]`, range)),
      }
    },
  },
]

/** The constraint of value conservation, by the signals it holds. */
function balance({ accounts }: Shape): string {
  const cash = Array.from({ length: accounts }, (_, a) => [`newCash[${a}]`, `oldCash[${a}]`]).flat()
  return between('carryGain', 'carryLoss', 'fee', 'flow.net', 'trades.paid', ...cash)
}

/** The new book with some basis points of the net asset value more in cash, spread over the first accounts. */
function richer(step: Step, shape: Shape, bps = 100n): Step {
  const more = (evaluateStep(step, shape).after.nav * bps) / BPS
  const cash = add(add(step.newBook.cash, 0, more / 2n), 1, more - more / 2n)
  return { ...step, newBook: { ...step.newBook, cash } }
}
