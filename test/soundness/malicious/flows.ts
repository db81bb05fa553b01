import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { abs, BPS, FIELD } from '#portfolio/units.js'
import { power } from '#prover/bn254.js'
import { ceilDiv } from '#test/helpers/arbitrary-mandate.js'
import { type AttackClass, between } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { accountLimit, pile, tight } from './pressure.js'
import { add, rest, retrade, stage, withMandate } from './stage.js'

const STATEMENT = 'rebalance.circom'
const TRADES = 'gadgets/trade-flow.circom'

/** Fills, fees, carry, turnover and flows as ways in and out. */
export const FLOWS: readonly AttackClass[] = [
  {
    name: 'fill price as a sink',
    what: 'A friend sells to the fund at half as much again as the mark.',
    // Left standing: the slack of the cost limit is limit·traded − cost.
    weakening: unconstrain('gadgets/step-limit.circom', 'slack.in'),
    attack: (seed, shape) => {
      const honest = narrow(seed, shape)
      const forged = refilled(honest, 0, (honest.market.slots[0]!.price * 3n) / 2n)
      return { honest, forged, lies: { 'costLimit.slack.in': 0n }, breaks: ['costLimit'] }
    },
  },
  {
    name: 'fill price as a source',
    what: 'A purchase at half the mark creates value from nothing.',
    // Left standing: the gain limit compares the gains of the fills.
    weakening: unconstrain(STATEMENT, 'gainLimit.used'),
    attack: (seed, shape) => {
      const honest = narrow(seed, shape)
      const forged = refilled(honest, 0, honest.market.slots[0]!.price / 2n)
      const lies = { 'gainLimit.used': 0n }
      return { honest, forged, lies, breaks: [between('gainLimit.used', 'trades.gain')] }
    },
  },
  {
    name: 'fee as a sink',
    what: 'A percent of the fund leaves as a venue fee.',
    // Left standing: the cost limit counts the fee.
    weakening: unconstrain(STATEMENT, 'costLimit.used'),
    attack: (seed, shape) => {
      const honest = narrow(seed, shape)
      const forged = paying(honest, { fee: share(honest, shape, 100n) })
      const lies = { 'costLimit.used': (cost: bigint) => cost - forged.fee }
      return { honest, forged, lies, breaks: [between('costLimit.used', 'fee', 'trades.cost')] }
    },
  },
  ...(['fee', 'carryLoss', 'carryGain'] as const).map(
    (name): AttackClass => ({
      name: `negative ${name}`,
      what:
        name === 'carryGain'
          ? 'Cash leaves as carry below zero, which costs nothing and gives gain budget back.'
          : 'Cash comes in from nowhere and gives cost budget back.',
      // Left standing: the number is not below zero.
      weakening: unconstrain(STATEMENT, `${name}Range.in`),
      attack: (seed, shape) => {
        const honest = stage(seed, shape)
        const value = -share(honest, shape, 20n)
        const { newBook } = paying(honest, { [name]: value })
        return {
          honest,
          inputs: { [name]: value, newCash: newBook.cash },
          lies: { [`${name}Range.in`]: 0n },
          breaks: [between(name, `${name}Range.in`)],
        }
      },
    }),
  ),
  {
    name: 'carry beyond its cap',
    what: 'Value from nowhere is called funding.',
    // Left standing: the carry limit compares the carry.
    weakening: unconstrain(STATEMENT, 'carryGainLimit.used'),
    attack: (seed, shape) => {
      const honest = capped(seed, shape, 'carryGain')
      const forged = paying(honest, { carryGain: honest.carryGain + share(honest, shape, 200n) })
      const lies = { 'carryGainLimit.used': 0n }
      return { honest, forged, lies, breaks: [between('carryGain', 'carryGainLimit.used')] }
    },
  },
  {
    name: 'carry loss beyond its cap',
    what: 'Value to nowhere is called funding.',
    // Left standing: the carry limit compares the carry.
    weakening: unconstrain(STATEMENT, 'carryLossLimit.used'),
    attack: (seed, shape) => {
      const honest = capped(seed, shape, 'carryLoss')
      const forged = paying(honest, { carryLoss: honest.carryLoss + share(honest, shape, 200n) })
      const lies = { 'carryLossLimit.used': 0n }
      return { honest, forged, lies, breaks: [between('carryLoss', 'carryLossLimit.used')] }
    },
  },
  {
    name: 'gain of one leg pays for the cost of another',
    what: 'One friend buys far below the mark, another sells far below it: the net cost is nothing.',
    // Left standing: cost and gain are sums over legs, each by its own sign.
    weakening: unconstrain(TRADES, 'cost', 'gain'),
    attack: (seed, shape) => {
      const honest = narrow(seed, shape)
      const { trades } = evaluateStep(honest, shape)
      const moved = (trades[0]! * honest.market.slots[0]!.price) / 4n
      const dear = honest.market.slots[0]!.price + moved / trades[0]!
      const forged = refilled(
        refilled(honest, 0, dear),
        1,
        honest.market.slots[1]!.price + moved / -trades[1]!,
      )
      const { used } = evaluateStep(forged, shape)
      const net = used.cost - forged.fee - forged.carryLoss - (used.gain - forged.carryGain)
      const lies = { 'trades.cost': net > 0n ? net : 0n, 'trades.gain': net < 0n ? -net : 0n }
      return { honest, forged, lies, breaks: ['trades'] }
    },
  },
  {
    name: 'price above the mark as negative gain',
    what: 'What a fill loses is subtracted from the gain budget instead of added to the cost budget.',
    // Left standing: a leg costs by the magnitude of its shortfall.
    weakening: unconstrain(TRADES, 'shortfallSize[i]'),
    attack: (seed, shape) => {
      const honest = narrow(seed, shape)
      const { trades } = evaluateStep(honest, shape)
      const dear = honest.market.slots[0]!.price + share(honest, shape, 35n) / trades[0]!
      const lies = { 'trades.shortfallSize[0]': (size: bigint) => -size }
      return { honest, forged: refilled(honest, 0, dear), lies, breaks: ['trades'] }
    },
  },
  {
    name: 'less paid than bought',
    what: 'A position is bought at the mark and the cash stays.',
    // Left standing: what is paid is the sum over legs of trade times fill.
    weakening: unconstrain(TRADES, 'paid'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      const kept = share(honest, shape, 100n)
      const cash = add(honest.newBook.cash, 0, kept)
      const lies = { 'trades.paid': (paid: bigint) => paid - kept }
      return { honest, forged: { ...honest, newBook: { ...honest.newBook, cash } }, lies, breaks: ['trades'] }
    },
  },
  {
    name: 'turnover net instead of gross',
    what: 'A book is turned over in full, purchases against sales, within a turnover limit of next to nothing.',
    // Left standing: turnover is a sum of magnitudes.
    weakening: unconstrain(TRADES, 'turnover'),
    attack: (seed, shape) => {
      const honest = turning(seed, shape)
      const forged = pile(honest, 0, 'turnover', shape)
      const { trades } = evaluateStep(forged, shape)
      const net = trades.reduce((sum, t, i) => sum + t * forged.market.slots[i]!.price, 0n)
      const gross = evaluateStep(honest, shape).used.turnover
      const lies = { 'trades.turnover': abs(net) < gross ? abs(net) : gross }
      return { honest, forged, lies, breaks: ['trades'] }
    },
  },
  {
    name: 'flow counted a thousand times',
    what: 'A small redemption excuses any turnover.',
    // Left standing: the direction of the flow is a bit.
    weakening: remove('gadgets/flow-split.circom', 'outflow * (outflow - 1) === 0;'),
    attack: (seed, shape) => {
      const honest = turning(seed, shape)
      const half = power(2n, FIELD - 2n, FIELD)
      const times = honest.netFlow < 0n ? -1_000n : 1_000n
      const lies = { 'flow.outflow': (1n - times) * half }
      return { honest, forged: pile(honest, 0, 'turnover', shape), lies, breaks: ['flow'] }
    },
  },
  {
    name: 'flow of mixed sign',
    what: 'Cash leaves an account near liquidation, excused by an outflow there that an inflow elsewhere pays for.',
    // Left standing: no part of a flow has the other sign.
    weakening: unconstrain('gadgets/flow-split.circom', 'range[a].in'),
    attack: (seed, shape) => {
      const staged = rest(stage(seed, shape))
      const limited = withMandate(staged, accountLimit(staged, 0, { marginMultipleBps: 80_000n }))
      const equity = evaluateStep(limited, shape).after.accountEquity[0]!
      const shifted = (list: readonly bigint[]) => add(add(list, 0, -equity), 1, equity)
      const newBook = { ...limited.newBook, cash: shifted(limited.newBook.cash) }
      const forged = { ...limited, newBook, flowSplit: shifted(limited.flowSplit) }
      const wrong = limited.netFlow < 0n ? 1 : 0
      const lies = { [`flow.range[${wrong}].in`]: 0n }
      return { honest: limited, forged, lies, claim: 'reducing', breaks: ['flow'] }
    },
  },
]

/** A share of the net asset value, in basis points of it. */
function share(step: Step, shape: Shape, bps: bigint): bigint {
  return (evaluateStep(step, shape).after.nav * bps) / BPS
}

/** A stage that may not cost or gain more against the mark than it does, up to one basis point of what it trades. */
function narrow(seed: number, shape: Shape): Step {
  const staged = stage(seed, shape)
  const { used, trades } = evaluateStep(staged, shape)
  const traded = trades.reduce((sum, t, i) => sum + abs(t) * staged.market.slots[i]!.price, 0n)
  const bps = (value: bigint) => ceilDiv(BPS * value, traded)
  return tight(staged, shape, () => ({
    costBps: bps(used.cost - staged.carryLoss),
    gainBps: bps(used.gain - staged.carryGain),
  }))
}

/** A stage that may not carry more than it does, up to one basis point. */
const capped = (seed: number, shape: Shape, name: 'carryGain' | 'carryLoss'): Step => {
  const staged = stage(seed, shape)
  const even = name === 'carryGain' ? { carryLoss: 0n } : { carryGain: 0n }
  return tight(paying(staged, even), shape, ({ up }) => ({ carryBps: up(staged[name]) }))
}

/** A stage that may not turn over more than it does, up to one basis point. */
const turning = (seed: number, shape: Shape): Step => {
  const staged = stage(seed, shape)
  return tight(staged, shape, ({ up, verdict }) => {
    const turnoverBps = up(verdict.used.turnover - abs(staged.netFlow))
    return { turnoverBps: turnoverBps > 1n ? turnoverBps : 1n }
  })
}

/** The same trade of a slot at another price. */
const refilled = (step: Step, slot: number, fill: bigint): Step =>
  retrade(step, slot, step.newBook.quantities[slot]!, fill)

/** Another fee or carry, paid from or into account 0. */
function paying(step: Step, change: Partial<Pick<Step, 'fee' | 'carryGain' | 'carryLoss'>>): Step {
  const next = { ...step, ...change }
  const kept = (of: Step) => of.carryGain - of.carryLoss - of.fee
  return { ...next, newBook: { ...step.newBook, cash: add(step.newBook.cash, 0, kept(next) - kept(step)) } }
}
