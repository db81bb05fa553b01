import type { MarketSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { Prng } from '#test/helpers/prng.js'
import { type AttackClass, between } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { outside, pile, tight } from './pressure.js'
import { at, retrade, stage } from './stage.js'

const ROWS = 'gadgets/market-rows.circom'

/** Slots that are padding, halted, exchanged, or read for one another. */
export const SLOTS: readonly AttackClass[] = [
  {
    name: 'hidden position in a padding slot',
    what: 'A position bought for nothing waits, seen by no limit, for a universe that lists something there.',
    // Left standing: the bound of a position is the mandate's, 0 for padding.
    weakening: unconstrain('gadgets/risk-limits.circom', 'long[i].bound'),
    attack: (seed, shape) => {
      const { honest, slot, quantity } = padded(seed, shape)
      const lies = { [`risk.long[${slot}].bound`]: quantity }
      return { honest, forged: retrade(honest, slot, quantity, 0n), lies, breaks: ['risk'] }
    },
  },
  {
    name: 'hidden short in a padding slot',
    what: 'The same short, claimed to be what the old book held already.',
    // Left standing: the old risk of a position is the old book's quantity.
    weakening: unconstrain('gadgets/risk-limits.circom', 'short[i].before'),
    attack: (seed, shape) => {
      const { honest, slot, quantity } = padded(seed, shape)
      const lies = { [`risk.short[${slot}].before`]: quantity }
      const forged = retrade(honest, slot, -quantity, 0n)
      return { honest, forged, lies, claim: 'reducing', breaks: ['risk'] }
    },
  },
  {
    name: 'suspended slot traded',
    what: 'A halted instrument changes hands at a price nobody quotes.',
    // Left standing: suspended · trade = 0.
    weakening: remove('rebalance.circom', 'rows.suspended[i] * trade[i] === 0;'),
    attack: (seed, shape) => {
      const { honest, forged } = suspended(seed, shape)
      return { honest, forged, breaks: [between('rows.suspended[0]', 'trade[0]')] }
    },
  },
  {
    name: 'suspended flag read as clear',
    what: 'The same trade, because the flag that counts is not the published one.',
    // Left standing: the flag is an element of the market vector.
    weakening: unconstrain(ROWS, 'suspended[i]'),
    attack: (seed, shape) => ({
      ...suspended(seed, shape),
      lies: { 'rows.suspended[0]': 0n },
      breaks: ['rows'],
    }),
  },
  {
    name: 'suspended long counted in full',
    what: 'A halted position carries leverage as if it could be sold.',
    // Left standing: haircut = suspended · nonNegative.
    weakening: unconstrain('rebalance.circom', 'haircut[i]'),
    attack: (seed, shape) => {
      const full = suspended(seed, shape).honest
      const honest = outside(full, shape, ({ down, verdict }) => ({ leverageBps: down(verdict.after.gross) }))
      const lies = { 'haircut[0]': 0n }
      return { honest, lies, breaks: [between('haircut[0]', 'newSign[0].nonNegative', 'rows.suspended[0]')] }
    },
  },
  {
    name: 'price swapped between slots',
    what: 'The cheap long is valued at the price of the dear short: a net asset value out of nothing.',
    // Left standing: a price is the element of the market vector at its slot.
    weakening: unconstrain(ROWS, 'price[i]'),
    attack: (seed, shape) => {
      const honest = outside(cheapLong(seed, shape), shape, ({ down, verdict }) => ({
        leverageBps: down(verdict.after.gross),
      }))
      const [long, short] = honest.market.slots as [MarketSlot, MarketSlot]
      const lies = { 'rows.price[0]': short.price, 'rows.price[1]': long.price }
      return { honest, lies, breaks: ['rows'] }
    },
  },
  {
    name: 'Greeks swapped between slots',
    what: 'An option shows the Greeks of padding: no delta, gamma or vega, so no limit sees it.',
    // Left standing: each Greek is the element of the market vector at its slot.
    weakening: unconstrain(ROWS, 'delta[i]', 'absDelta[i]', 'gamma[i]', 'vega[i]'),
    attack: (seed, shape) => {
      const honest = tight(stage(seed, shape), shape, ({ up, verdict }) => ({
        leverageBps: up(verdict.after.gross),
      }))
      const lies = Object.fromEntries(
        ['delta', 'absDelta', 'gamma', 'vega'].map((greek) => [`rows.${greek}[2]`, 0n]),
      )
      return { honest, forged: pile(honest, 2, 'leverage', shape), lies, breaks: ['rows'] }
    },
  },
  {
    name: 'turnover weight of another slot',
    what: 'A traded slot weighs what padding weighs: it turns over without using the budget.',
    // Left standing: the weight is the element of the market vector at its slot.
    weakening: unconstrain(ROWS, 'weight[i]'),
    attack: (seed, shape) => {
      const honest = tight(stage(seed, shape), shape, ({ up, verdict }) => ({
        rollingTurnoverBps: up(verdict.newBudget.current.turnover + verdict.newBudget.previous.turnover),
      }))
      const forged = pile(honest, 0, 'rolling.turnover', shape)
      return { honest, forged, lies: { 'rows.weight[0]': 0n }, breaks: ['rows'] }
    },
  },
  {
    name: 'changed slot carried',
    what: 'A token bought for a cent becomes a bitcoin, because the new universe lists one in its slot.',
    // Left standing: changed · old quantity = 0.
    weakening: remove('rebalance.circom', 'isChanged.out[i] * oldQuantity[i] === 0;'),
    differs: ['changed'],
    attack: (seed, shape) => ({
      ...moved(seed, shape),
      breaks: [between('isChanged.out[0]', 'oldQuantity[0]')],
    }),
  },
  {
    name: 'changed mask read as another',
    what: 'The same, because the digits that count are not those of the public mask.',
    // Left standing: the digits of the mask sum to it.
    weakening: remove('gadgets/bits.circom', 'total === in;'),
    differs: ['changed'],
    attack: (seed, shape) => ({
      ...moved(seed, shape),
      lies: { 'isChanged.out[0]': 0n },
      breaks: ['isChanged'],
    }),
  },
]

function padded(seed: number, shape: Shape) {
  const quantity = new Prng(seed).big(1n, (1n << 63n) - 1n)
  return { honest: stage(seed, shape), slot: shape.slots - 1, quantity }
}

/** Slot 0 is halted: the honest step leaves it alone, the forged one trades it. */
function suspended(seed: number, shape: Shape): { honest: Step; forged: Step } {
  const staged = stage(seed, shape)
  const halted = { ...staged.market.slots[0]!, suspended: true }
  const forged = { ...staged, market: { ...staged.market, slots: at(staged.market.slots, 0, halted) } }
  return { honest: retrade(forged, 0, forged.oldBook.quantities[0]!, 0n), forged }
}

/** The first stage from `seed` on whose long slot 0 is cheaper than its short slot 1, and larger in units. */
function cheapLong(seed: number, shape: Shape): Step {
  for (let turn = 0; turn < 100; turn++) {
    const staged = stage(seed + 65_537 * turn, shape)
    const [long, short] = staged.market.slots as [MarketSlot, MarketSlot]
    if (long.price < short.price) return staged
  }
  throw new Error(`seed ${seed} finds no cheap long`)
}

/** The portfolio moves to a universe with the same instrument in slot 0 (honest) or with another (forged). */
function moved(seed: number, shape: Shape): { honest: Step; forged: Step } {
  const staged = stage(seed, shape)
  const oldUniverse = staged.oldUniverse ^ 1n
  const honest = { ...staged, oldUniverse, oldBook: { ...staged.oldBook, universeId: oldUniverse } }
  return { honest, forged: { ...honest, changed: at(honest.changed, 0, true) } }
}
