import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { buildStep } from './build-step.js'
import { type Demand, optimize } from './optimize.js'
import type { PlanInput } from './plan.js'
import { ROUNDINGS, roundLots } from './round-lots.js'
import type { Wish } from './wish.js'

/** A step in exact integers, and what the reference model says of it. */
export type Candidate = { readonly step: Step; readonly verdict: Verdict }

export const candidate = (input: PlanInput, trades: readonly bigint[]): Candidate => {
  const step = buildStep(input, trades)
  return { step, verdict: evaluateStep(step, input.shape) }
}

/**
 * The first rounding of the first solution that the reference model accepts, from the widest safety margin to none:
 * compliant if at all, inside the fund's own budgets of gamma and vega where that can be, else reducing. Options are moved
 * where nothing else gets there, see {@link tradableSlots}.
 */
export async function search(wish: Wish): Promise<Candidate | undefined> {
  const { input } = wish
  const safety = Number(input.safetyBps ?? 200n) / 1e4
  const compliant: Demand[] = [safety, safety / 4, 0].map((s) => ({ safety: s }))
  const reducing: Demand[] = [safety, 0].map((s) => ({ safety: s, reduce: true }))
  const free = withoutBudgets(wish)
  const attempts = (demands: readonly Demand[], asked: Wish) =>
    tradableSlots(wish).flatMap((tradable) => demands.map((demand) => ({ asked, tradable, demand })))
  for (const { asked, tradable, demand } of [
    ...attempts(compliant, wish),
    ...(free === wish ? [] : attempts(compliant, free)),
    ...attempts(reducing, free),
  ]) {
    const wanted = demand.reduce ? 'reducing' : 'compliant'
    for (const quantities of await optimize(asked, tradable, demand)) {
      for (const rounding of ROUNDINGS) {
        const found = candidate(input, roundLots(quantities, input, rounding))
        if (found.verdict.outcome === wanted) return found
      }
    }
  }
  return undefined
}

/** The same wish under the limits of the mandate alone. */
export function withoutBudgets(wish: Wish): Wish {
  const { triggers = [] } = wish.input
  const rest = triggers.filter(({ kind }) => kind !== 'gammaBudget' && kind !== 'vegaBudget')
  return rest.length === triggers.length ? wish : { ...wish, input: { ...wish.input, triggers: rest } }
}

/**
 * What may move, the preferred set first: every slot that is not suspended. Options come second, unless a budget of gamma
 * or vega is broken, or one of them is aimed at or to be left: their spreads are tens of times those of perpetuals.
 */
export function tradableSlots({ input, closing, options }: Wish): ReadonlySet<number>[] {
  const { universe, market, targets } = input
  const open = universe.instruments.flatMap((_, i) => (market.slots[i]!.suspended ? [] : [i]))
  const aimedAt = (i: number) => targets.some(({ of }) => of !== 'book' && 'slot' in of && of.slot === i)
  const first = open.filter((i) => universe.instruments[i]!.kind !== 'option' || aimedAt(i) || closing.has(i))
  return options || first.length === open.length ? [new Set(open)] : [new Set(first), new Set(open)]
}
