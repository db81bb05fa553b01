import type { Counters } from '#portfolio/budget.js'
import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { type AttackClass, asPublished, between, element } from './attack.js'
import { unconstrain } from './edited-circuit.js'
import { pile, tight } from './pressure.js'
import { add, stage } from './stage.js'

const STATEMENT = 'rebalance.circom'
const ROLLING = 'gadgets/rolling-budget.circom'

/** Counters that forget, windows that lie. Each forged step spends more than the rolling cost budget has left. */
export const BUDGETS: readonly AttackClass[] = [
  {
    name: 'counter reset inside a window',
    what: 'Each step of a window starts from zero: many that just pass drain the fund.',
    // Left standing: two equal windows are the same window.
    weakening: unconstrain('gadgets/is-zero.circom', 'out'),
    attack: (seed, shape) => ({
      ...spending(seed, shape),
      lies: { 'budget.same.out': 0n },
      breaks: ['budget.same'],
    }),
  },
  {
    name: 'counters of the same window not kept',
    what: 'The same: the window is the same and its counters are dropped.',
    // Left standing: the same window keeps what was used in it.
    weakening: unconstrain(ROLLING, 'kept[k]'),
    attack: (seed, shape) => ({
      ...spending(seed, shape),
      lies: { 'budget.kept[0]': 0n },
      breaks: ['budget'],
    }),
  },
  {
    name: 'previous window forgotten',
    what: 'Twice the budget in two steps, seconds apart, on either side of a window.',
    // Left standing: the next window carries what was used in the one before it.
    weakening: unconstrain(ROLLING, 'shifted[k]'),
    attack: (seed, shape) => ({
      ...spending(seed, shape, 1n),
      lies: { 'budget.shifted[0]': 0n },
      breaks: ['budget'],
    }),
  },
  {
    name: 'older window forgotten inside the current one',
    what: 'What was used in the previous window is dropped as soon as the current one is a step old.',
    // Left standing: the same window keeps what was used in the one before it.
    weakening: unconstrain(ROLLING, 'keptPrevious[k]'),
    attack: (seed, shape) => ({
      ...spending(seed, shape),
      lies: { 'budget.keptPrevious[0]': 0n },
      breaks: ['budget'],
    }),
  },
  {
    name: 'window later than the market',
    what: 'The counters are cleared ahead of time.',
    // Left standing: the window that is used is the one of the snapshot.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_WINDOW()]'),
    attack: (seed, shape) => {
      const { honest, forged } = spending(seed, shape)
      return {
        honest,
        forged: { ...forged, window: forged.window + 2n },
        lies: asPublished('window'),
        breaks: [between(element('window'), 'window')],
      }
    },
  },
  {
    name: 'window index lowered',
    what: 'An older snapshot, of a window before the budget, finds nothing used.',
    // Left standing: time does not run backwards.
    weakening: unconstrain(ROLLING, 'elapsed.in'),
    differs: ['window'],
    attack: (seed, shape) => {
      const { honest, forged } = spending(seed, shape)
      return {
        honest,
        forged: { ...forged, window: forged.window - 1n },
        lies: { 'budget.elapsed.in': 0n },
        breaks: ['budget'],
      }
    },
  },
  {
    name: 'negative opening counters',
    what: 'A budget that starts below zero has room for a drain.',
    // Left standing: old counters are not below zero.
    weakening: unconstrain(ROLLING, 'oldCurrentRange[k].in'),
    differs: ['oldBudget'],
    attack: (seed, shape) => {
      const { honest, forged, spent } = spending(seed, shape)
      const { gain, turnover } = honest.oldBudget.current
      return {
        honest,
        forged,
        inputs: { oldCurrent: [-spent, gain, turnover] },
        lies: { 'budget.oldCurrentRange[0].in': 0n },
        breaks: ['budget'],
      }
    },
  },
  {
    name: 'negative counters of the window before',
    what: 'The same, with the room kept in the previous window.',
    // Left standing: old counters are not below zero.
    weakening: unconstrain(ROLLING, 'oldPreviousRange[k].in'),
    differs: ['oldBudget'],
    attack: (seed, shape) => {
      const { honest, forged, spent } = spending(seed, shape)
      const { gain, turnover } = honest.oldBudget.previous
      return {
        honest,
        forged,
        inputs: { oldPrevious: [-spent, gain, turnover] },
        lies: { 'budget.oldPreviousRange[0].in': 0n },
        breaks: ['budget'],
      }
    },
  },
  {
    name: 'less committed than used',
    what: 'The counters that are compared with the budget are not those the next step starts from.',
    // Left standing: the new budget commits what was counted.
    weakening: unconstrain(STATEMENT, 'newBudget.in[1 + k]'),
    attack: (seed, shape) => ({
      honest: stage(seed, shape),
      lies: { 'newBudget.in[1]': 0n },
      breaks: [between('budget.current[0]', 'newBudget.in[1]')],
    }),
  },
  {
    name: "old budget other than the head's",
    what: 'A step starts from an empty budget.',
    // Left standing: the old budget of the public vector is the one that was opened.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_OLD_BUDGET()]'),
    attack: (seed, shape) => ({
      ...spending(seed, shape),
      inputs: { oldCurrent: [0n, 0n, 0n] },
      lies: asPublished('oldBudget'),
      breaks: [between('oldBudget.out', element('oldBudget'))],
    }),
  },
  {
    name: 'more carried than was used',
    what: 'A step over budget claims that all of it was there before.',
    // Left standing: what was carried is what the old budget holds.
    weakening: unconstrain(ROLLING, 'budget[k].before'),
    attack: (seed, shape) => {
      const { honest, forged } = spending(seed, shape)
      const { current, previous } = evaluateStep(forged, shape).newBudget
      const lies = { 'budget.budget[0].before': BPS * (current.cost + previous.cost) }
      return { honest, forged, lies, breaks: ['budget'] }
    },
  },
  ...(['cost', 'gain', 'turnover'] as const).map(
    (name, k): AttackClass => ({
      name: `${name} not counted in its budget`,
      what: `A step uses no ${name} budget, carry included, so any number of steps may.`,
      // Left standing: the budget counts what the step uses.
      weakening: unconstrain(STATEMENT, 'budget.used'),
      attack: (seed, shape) => {
        const honest = exhausted(seed, shape, name)
        const used = [
          between('budget.used[0]', 'carryLoss', 'fee', 'trades.cost'),
          between('budget.used[1]', 'carryGain', 'trades.gain'),
          between('budget.used[2]', 'trades.turnover'),
        ]
        const forged =
          name === 'turnover' ? pile(honest, 0, 'rolling.turnover', shape) : carrying(honest, shape, name)
        return { honest, forged, lies: { [`budget.used[${k}]`]: 0n }, breaks: [used[k]!] }
      },
    }),
  ),
]

/** A stage that leaves nothing, up to a basis point, of one rolling budget. */
function exhausted(seed: number, shape: Shape, name: keyof Counters, elapsed = 0n): Step {
  const staged = { ...stage(seed, shape) }
  const fields = { cost: 'rollingCostBps', gain: 'rollingGainBps', turnover: 'rollingTurnoverBps' } as const
  return tight({ ...staged, window: staged.window + elapsed }, shape, ({ up, verdict: { newBudget } }) => ({
    [fields[name]]: up(newBudget.current[name] + newBudget.previous[name]),
  }))
}

/** An honest step that uses the cost budget up, and a forged one that loses more; `spent` is what it loses more. */
function spending(seed: number, shape: Shape, elapsed = 0n) {
  const honest = exhausted(seed, shape, 'cost', elapsed)
  const forged = carrying(honest, shape, 'cost')
  return { honest, forged, spent: forged.carryLoss - honest.carryLoss }
}

/** The step with 35 basis points of the net asset value more carried, in or out. */
function carrying(step: Step, shape: Shape, name: 'cost' | 'gain'): Step {
  const amount = (evaluateStep(step, shape).after.nav * 35n) / BPS
  const carry =
    name === 'cost' ? { carryLoss: step.carryLoss + amount } : { carryGain: step.carryGain + amount }
  const cash = add(step.newBook.cash, 0, name === 'cost' ? -amount : amount)
  const forged = { ...step, ...carry, newBook: { ...step.newBook, cash } }
  const refused = evaluateStep(forged, shape).refused.map(({ id }) => id)
  if (refused.join() !== `rolling.${name}`) throw new Error(`carrying breaks ${refused.join()}`)
  return forged
}
