import type { Mandate } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { ceilDiv, floorDiv } from '#test/helpers/arbitrary-mandate.js'
import { compliant, rest, retrade, stage, withMandate } from './stage.js'

/** A limit drawn from what a book needs, in basis points of its net asset value. */
export type Drawn = { up: (value: bigint) => bigint; down: (value: bigint) => bigint; verdict: Verdict }

const drawn = (step: Step, shape: Shape): Drawn => {
  const verdict = evaluateStep(step, shape)
  const { nav } = verdict.after
  return {
    verdict,
    up: (value) => ceilDiv(BPS * value, nav),
    down: (value) => floorDiv(BPS * value, nav),
  }
}

/** The step under a mandate that has no basis point of room in one limit: the step itself is still compliant. */
export function tight(step: Step, shape: Shape, limit: (drawn: Drawn) => Partial<Mandate>): Step {
  const limited = withMandate(step, limit(drawn(step, shape)))
  compliant(limited, shape)
  return limited
}

/** A heartbeat of a book that the market has pushed outside `limit`: lawful, but not compliant. */
export function outside(step: Step, shape: Shape, limit: (drawn: Drawn) => Partial<Mandate>): Step {
  const still = rest(step)
  const limited = withMandate(still, limit(drawn(still, shape)))
  const { outcome } = evaluateStep(limited, shape)
  if (outcome !== 'reducing') throw new Error(`the stage is ${outcome}, not reducing`)
  return limited
}

/** Piles up slot `slot` at the mark until the step breaks limit `id`, and that alone. */
export function pile(step: Step, slot: number, id: string, shape: Shape): Step {
  const { price } = step.market.slots[slot]!
  let quantity = step.newBook.quantities[slot]!
  for (let turn = 0; turn < 12; turn++) {
    quantity = (quantity * 3n) / 2n
    const piled = retrade(step, slot, quantity, price)
    const refused = evaluateStep(piled, shape).refused.map((check) => check.id)
    if (refused.length > 0) {
      if (refused.join() !== id) throw new Error(`piling slot ${slot} breaks ${refused.join()}, not ${id}`)
      return piled
    }
  }
  throw new Error(`piling slot ${slot} never breaks ${id}`)
}

/** A stage whose leverage has no room, and the same with a position that breaks it. */
export function overLeveraged(seed: number, shape: Shape, slot = 0): { honest: Step; forged: Step } {
  const honest = tight(stage(seed, shape), shape, ({ up, verdict }) => ({
    leverageBps: up(verdict.after.gross),
  }))
  return { honest, forged: pile(honest, slot, 'leverage', shape) }
}

/** A heartbeat of a book outside its leverage limit. */
export const pushedOut = (seed: number, shape: Shape): Step =>
  outside(stage(seed, shape), shape, ({ down, verdict }) => ({ leverageBps: down(verdict.after.gross) }))

/** `slots` of the mandate with one changed. */
export const slotLimit = (
  { mandate }: Step,
  slot: number,
  change: Partial<Mandate['slots'][number]>,
): Pick<Mandate, 'slots'> => ({
  slots: mandate.slots.map((limits, i) => (i === slot ? { ...limits, ...change } : limits)),
})

export const accountLimit = (
  { mandate }: Step,
  account: number,
  change: Partial<Mandate['accounts'][number]>,
): Pick<Mandate, 'accounts'> => ({
  accounts: mandate.accounts.map((limits, a) => (a === account ? { ...limits, ...change } : limits)),
})

export const groupLimit = (
  { mandate }: Step,
  group: number,
  change: Partial<Mandate['groups'][number]>,
): Pick<Mandate, 'groups'> => ({
  groups: mandate.groups.map((limits, g) => (g === group ? { ...limits, ...change } : limits)),
})
