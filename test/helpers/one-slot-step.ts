import type { Budget } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import { type MarketSlot, paddingSlot } from '#portfolio/market.js'
import { shapeOf } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { openMandate } from './arbitrary-mandate.js'

export const shape = shapeOf('tiny')
/** Net asset value after every step below; a basis point of it is 100. */
export const NAV = 1_000_000n
const ID = 42n

export type Change = {
  slot?: Partial<MarketSlot>
  mandate?: Partial<Mandate>
  /** Position of slot 0 after and before. */
  q?: bigint
  from?: bigint
  /** Cash of account 0 after and before; account 1 holds the rest. */
  cash0?: bigint
  cashFrom?: bigint
  fill?: bigint
} & Partial<Pick<Step, 'fee' | 'carryGain' | 'carryLoss' | 'netFlow' | 'oldBudget' | 'window' | 'open'>>

/** A step in slot 0 (account 0, group 0) alone, everything else wide open. */
export function stepOf({ slot, mandate, q = 0n, from = 0n, cash0, cashFrom, fill, ...rest }: Change): Step {
  const first = { ...paddingSlot(shape), price: 1n, ...slot }
  const open = openMandate([{ groups: [0], account: 0 }], ID, shape)
  const own = cash0 ?? -q * first.price
  const fills = [q === from ? 0n : (fill ?? first.price), 0n, 0n, 0n]
  const flows = { fee: 0n, carryGain: 0n, carryLoss: 0n, netFlow: 0n, ...rest }
  const newCash = [own, NAV - q * first.price - own]
  const oldTotal =
    NAV -
    q * first.price +
    (q - from) * fills[0]! +
    flows.fee -
    flows.netFlow -
    flows.carryGain +
    flows.carryLoss
  const before = cashFrom ?? -from * first.price
  const oldBudget: Budget = {
    window: 5n,
    current: { cost: 0n, gain: 0n, turnover: 0n },
    previous: { cost: 0n, gain: 0n, turnover: 0n },
  }
  return {
    market: { universeId: ID, time: 1n, slots: [first, ...Array(3).fill(paddingSlot(shape))] },
    mandate: { ...open, ...mandate },
    oldUniverse: ID,
    oldBook: { universeId: ID, cash: [before, oldTotal - before], quantities: [from, 0n, 0n, 0n] },
    newBook: { universeId: ID, cash: newCash, quantities: [q, 0n, 0n, 0n] },
    oldBudget,
    fills,
    flowSplit: [flows.netFlow, 0n],
    window: 5n,
    changed: [false, false, false, false],
    open: false,
    ...flows,
  }
}

/** The model's outcome and the ids of the checks that refuse. */
export const verdictOf = (change: Change) => {
  const { outcome, refused } = evaluateStep(stepOf(change), shape)
  return { outcome, refused: refused.map(({ id }) => id) }
}
export const COMPLIANT = { outcome: 'compliant', refused: [] }

export const open = openMandate([{ groups: [0], account: 0 }], ID, shape)
