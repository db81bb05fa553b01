import type { PlanInput } from './plan.js'
import { countsIn, type Target, type Tracking, targetLabel } from './targets.js'
import type { Firing } from './triggers/firing.js'

/**
 * What a plan should do, as the triggers that fired ask: `input` with its targets moved to where trades should end and
 * `tracking` as they stood, `pulled` the targets to trade for, `closing` the slots to leave, `options` whether gamma and
 * vega are to be traded, `forced` whether that is done whatever it costs.
 */
export type Wish = {
  readonly input: PlanInput
  readonly tracking: readonly Tracking[]
  readonly pulled: ReadonlySet<string>
  readonly closing: ReadonlySet<number>
  readonly options: boolean
  readonly forced: boolean
}

/** Triggers that are about a target, all others about the whole book; those about a date name the slot to leave. */
const OF_TARGET: readonly Firing['trigger'][] = ['threshold', 'deltaBand']
const OF_SLOT: readonly Firing['trigger'][] = ['expiry', 'delisting']
/** Private budgets are acted on like limits: what a fund sets for its gamma and vega is not weighed against a spread. */
const OF_BUDGET: readonly Firing['trigger'][] = ['gammaBudget', 'vegaBudget']
/** Triggers that a trade of the targets answers, not only of what broke. */
const OF_BOOK: readonly Firing['trigger'][] = ['time', 'trackingError', 'volatilityRegime', 'redemption']

/** Whether a step may trade this slot: one that is suspended, or not among the tradable, stays as it is. */
export const mayMove = (
  { market, tradable }: Pick<PlanInput, 'market' | 'tradable'>,
  slot: number,
): boolean => !market.slots[slot]!.suspended && (tradable?.has(slot) ?? true)

/** Whether a step is to bring a target nearer: not where none of its slots is among the tradable. */
export const isWithinReach = ({ tradable, mandate }: PlanInput, target: Target): boolean =>
  tradable === undefined || [...tradable].some((i) => countsIn(target, mandate, i))

export function wishOf(input: PlanInput, tracking: readonly Tracking[], firings: readonly Firing[]): Wish {
  const forTarget = new Map(
    firings.filter(({ trigger }) => OF_TARGET.includes(trigger)).map((firing) => [firing.subject, firing]),
  )
  const forBook = firings.some(({ trigger }) => OF_BOOK.includes(trigger))
  const leaving = new Set(
    firings.filter(({ trigger }) => OF_SLOT.includes(trigger)).map(({ subject }) => subject),
  )
  const targets = input.targets.map((target) => {
    const destination = forTarget.get(targetLabel(target))?.destinationBps
    // Whole basis points, towards the target.
    return destination === undefined
      ? target
      : { ...target, targetBps: target.targetBps + BigInt(Math.trunc(destination)), destinationBps: 0n }
  })
  const closing = input.universe.instruments.flatMap(({ symbol }, i) =>
    leaving.has(symbol) && input.book.quantities[i] !== 0n && mayMove(input, i) ? [i] : [],
  )
  const left = new Set(closing.map((i) => input.universe.instruments[i]!.symbol))
  return {
    input: { ...input, targets },
    tracking,
    pulled: new Set(
      tracking.flatMap(({ label }, k) =>
        (forBook || forTarget.has(label)) && isWithinReach(input, targets[k]!) ? [label] : [],
      ),
    ),
    closing: new Set(closing),
    options: firings.some(
      ({ trigger, subject }) => OF_BUDGET.includes(trigger) || /^(gamma|vega)\./.test(subject),
    ),
    // A date forces nothing on a slot that has to stay.
    forced: firings.some(({ trigger, urgency, subject }) =>
      OF_SLOT.includes(trigger) ? left.has(subject) : urgency === 'forced' || OF_BUDGET.includes(trigger),
    ),
  }
}
