import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { buildStep } from './build-step.js'
import { withBudgets } from './greek-budgets.js'
import { type Demand, optimize } from './optimize.js'
import type { PlanInput } from './plan.js'
import { ROUNDINGS, roundLots } from './round-lots.js'
import type { Tracking } from './targets.js'

/** A step in exact integers, and what the reference model says of it. */
export type Candidate = { readonly step: Step; readonly verdict: Verdict }

export const candidate = (input: PlanInput, trades: readonly bigint[]): Candidate => {
  const step = buildStep(input, trades)
  return { step, verdict: evaluateStep(step, input.shape) }
}

/**
 * The first rounding of the first solution that the reference model accepts, from the widest safety margin to none:
 * compliant if at all, inside the fund's own budgets where that can be, else reducing. `choices` are the slots that may
 * move, the preferred set first.
 */
export async function search(
  input: PlanInput,
  tracking: readonly Tracking[],
  choices: readonly ReadonlySet<number>[],
): Promise<Candidate | undefined> {
  const safety = Number(input.safetyBps ?? 200n) / 1e4
  const compliant: Demand[] = [safety, safety / 4, 0].map((s) => ({ safety: s }))
  const reducing: Demand[] = [safety, 0].map((s) => ({ safety: s, reduce: true }))
  const own = withBudgets(input)
  const attempts = (demands: readonly Demand[], asked: PlanInput) =>
    choices.flatMap((tradable) => demands.map((demand) => ({ asked, tradable, demand })))
  for (const { asked, tradable, demand } of [
    ...attempts(compliant, own),
    ...(own === input ? [] : attempts(compliant, input)),
    ...attempts(reducing, input),
  ]) {
    const wanted = demand.reduce ? 'reducing' : 'compliant'
    for (const quantities of await optimize(asked, tracking, tradable, demand)) {
      for (const rounding of ROUNDINGS) {
        const found = candidate(input, roundLots(quantities, input, rounding))
        if (found.verdict.outcome === wanted) return found
      }
    }
  }
  return undefined
}

/**
 * What may move: every slot that is not suspended. Options come second, unless a budget of gamma or vega is broken, one of
 * them is aimed at or expired: their spreads are tens of times those of perpetuals.
 */
export function tradableSlots(
  { universe, market, targets }: PlanInput,
  optionsFirst: boolean,
): ReadonlySet<number>[] {
  const open = universe.instruments.flatMap((_, i) => (market.slots[i]!.suspended ? [] : [i]))
  const aimedAt = (i: number) => targets.some(({ of }) => of !== 'book' && 'slot' in of && of.slot === i)
  const expired = (i: number) => (universe.instruments[i]!.option?.expiry ?? market.time + 1n) <= market.time
  const linear = open.filter((i) => universe.instruments[i]!.kind !== 'option' || aimedAt(i) || expired(i))
  return optionsFirst || linear.length === open.length ? [new Set(open)] : [new Set(linear), new Set(open)]
}
