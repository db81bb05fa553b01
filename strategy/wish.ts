import type { PlanInput } from './plan.js'
import { type Tracking, targetLabel } from './targets.js'
import type { Firing } from './triggers/firing.js'

/**
 * What a plan should do, as the triggers that fired ask: `input` with its targets moved to where trades should end and
 * `tracking` as they stood, `pulled` the targets to trade for, `closing` the slots to leave, `options` whether gamma and vega are to be traded.
 */
export type Wish = {
  readonly input: PlanInput
  readonly tracking: readonly Tracking[]
  readonly pulled: ReadonlySet<string>
  readonly closing: ReadonlySet<number>
  readonly options: boolean
}

/** Triggers that are about a target, all others about the whole book; those about a date name the slot to leave. */
const OF_TARGET: readonly Firing['trigger'][] = ['threshold', 'deltaBand']
const OF_SLOT: readonly Firing['trigger'][] = ['expiry', 'delisting']
/** Triggers that a trade of the targets answers, not only of what broke. */
const OF_BOOK: readonly Firing['trigger'][] = ['time', 'trackingError', 'volatilityRegime', 'redemption']

/** Whether a step may trade this slot: one that is suspended, or not among the tradable, stays as it is. */
export const mayMove = ({ market, tradable }: PlanInput, slot: number): boolean =>
  !market.slots[slot]!.suspended && (tradable?.has(slot) ?? true)

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
  return {
    input: { ...input, targets },
    tracking,
    pulled: new Set(tracking.flatMap(({ label }) => (forBook || forTarget.has(label) ? [label] : []))),
    closing: new Set(
      input.universe.instruments.flatMap(({ symbol }, i) =>
        leaving.has(symbol) && input.book.quantities[i] !== 0n && mayMove(input, i) ? [i] : [],
      ),
    ),
    options: firings.some(
      ({ trigger, subject }) =>
        trigger === 'gammaBudget' || trigger === 'vegaBudget' || /^(gamma|vega)\./.test(subject),
    ),
  }
}
