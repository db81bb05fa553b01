import { turnoverWeight } from '#portfolio/market.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { accountFloors } from './account-floors.js'
import { buildStep } from './build-step.js'
import { budgetsOf } from './limit-rows.js'
import { type Demand, optimize } from './optimize.js'
import type { PlanInput } from './plan.js'
import { ROUNDINGS, roundLots } from './round-lots.js'
import { canTrade } from './slot-router.js'
import { type Tracking, trackTargets } from './targets.js'
import { greekBudget } from './triggers/greek-budget.js'
import type { TriggerConfig } from './triggers/trigger-config.js'
import { costOf, gapPrice } from './weigh.js'
import { mayMove, type Wish } from './wish.js'

/** A step in exact integers, and what the reference model says of it. */
export type Candidate = { readonly step: Step; readonly verdict: Verdict }

export const candidate = (input: PlanInput, trades: readonly bigint[]): Candidate => {
  const step = buildStep(input, trades)
  return { step, verdict: evaluateStep(step, input.shape) }
}

/**
 * `found` is the step to take. Without one, `refusedBy` has the ids of the limits that every candidate was refused by: what
 * a program does not know of, the fixed costs of a route among them.
 */
export type Found = { readonly found?: Candidate; readonly refusedBy: readonly string[] }

/**
 * The best rounding of what a program finds that the reference model accepts, from the widest safety margin to none:
 * compliant if at all, inside the fund's own budgets of gamma and vega where that can be, else reducing. A narrower margin
 * is tried only where a target that should be reached is not. Options are moved where nothing else gets there, see
 * {@link tradableSlots}.
 */
export async function search(wish: Wish): Promise<Found> {
  const { input } = wish
  const safety = Number(input.safetyBps ?? 200n) / 1e4
  const compliant: Demand[] = [safety, safety / 4, 0].map((s) => ({ safety: s }))
  const reducing: Demand[] = [safety, 0].map((s) => ({ safety: s, reduce: true }))
  const free = withoutBudgets(wish)
  const asked = free === wish ? [wish] : [wish, free]
  const still = candidate(
    input,
    input.book.quantities.map(() => 0n),
  )
  const price = gapPrice(input, still.verdict.after.nav)
  // Roundings of one program, and programs of several margins, often come to the same trades.
  const judged = new Map<string, Scored>()
  const judge = (trades: readonly bigint[]): Scored => {
    const known = judged.get(trades.join()) ?? score(wish, trades, price)
    judged.set(trades.join(), known)
    return known
  }
  for (const [wishes, demands] of [[asked, compliant] as const, [[free], reducing] as const]) {
    for (const from of wishes) {
      for (const tradable of tradableSlots(wish)) {
        let best: Scored | undefined
        for (const demand of demands) {
          const wanted = demand.reduce ? 'reducing' : 'compliant'
          const found = (await optimize(from, tradable, demand))
            .flatMap((quantities) => ROUNDINGS.map((rounding) => roundLots(quantities, input, rounding)))
            .filter((trades) => trades.every((t, i) => canTrade(input, i, t)))
            .map((trades) => judge(closeWorthless(wish, trades)))
            .filter(({ step, verdict }) => verdict.outcome === wanted && keepsBudgets(from, step, verdict))
          for (const one of found) if (!best || one.score < best.score) best = one
          if (best?.reached) return { found: best, refusedBy: [] }
        }
        if (best) return { found: best, refusedBy: [] }
      }
    }
  }
  return { refusedBy: refusingAll([...judged.values()]) }
}

function refusingAll(candidates: readonly Candidate[]): string[] {
  const [first = [], ...others] = candidates.map(({ verdict }) =>
    verdict.checks.flatMap(({ id, status }) => (status === 'refused' ? [id] : [])),
  )
  return first.filter((id) => others.every((ids) => ids.includes(id)))
}

/** Whether no budget of gamma or vega would fire on the book that a step leads to. */
const keepsBudgets = ({ input, tracking }: Wish, { newBook }: Step, verdict: Verdict): boolean => {
  const context = { input: { ...input, book: newBook }, verdict: { ...verdict, before: verdict.after } }
  return budgetsOf(input).every((one) => greekBudget(one, { ...context, tracking, now: 0 }).length === 0)
}

type Scored = Candidate & { readonly score: number; readonly reached: boolean }

/** What being off target and trading cost, as a share of net asset value, and whether every target asked for is reached. */
function score(wish: Wish, trades: readonly bigint[], price: (gaps: readonly Tracking[]) => number): Scored {
  const found = candidate(wish.input, trades)
  const { after, checks } = found.verdict
  const tracking = trackTargets(wish.input.targets, after)
  const nav = Number(after.nav)
  const left = [...wish.closing].reduce((sum, i) => sum + Math.abs(Number(after.values[i]!)) / nav, 0)
  // Credit, and a limit that is only reduced, count by what is left of them, far above any cost.
  const credit = accountFloors(wish.input, after).reduce(
    (sum, floor, a) => sum + Math.max(0, Number(floor - after.accountEquity[a]!) / nav),
    0,
  )
  const out = checks.filter(({ kind, status }) => kind === 'risk' && status === 'reducing')
  const breach = out.reduce((sum, { headroom, scale }) => sum - Number(headroom) / Number(scale) / nav, 0)
  return {
    ...found,
    score: price(tracking) + costOf(wish.input, found.verdict) / nav + left + 100 * (breach + credit),
    reached: tracking.every(({ label, inside }) => inside || !wish.pulled.has(label)),
  }
}

/** An option that expired worthless weighs nothing in the program; it is closed at its price, nothing. */
const closeWorthless = ({ input, closing }: Wish, trades: readonly bigint[]): readonly bigint[] =>
  trades.map((t, i) =>
    closing.has(i) && turnoverWeight(input.market.slots[i]!) === 0n ? -input.book.quantities[i]! : t,
  )

/** The same wish under the limits of the mandate alone. */
export function withoutBudgets(wish: Wish): Wish {
  const budgets: readonly TriggerConfig[] = budgetsOf(wish.input)
  if (budgets.length === 0) return wish
  const triggers = (wish.input.triggers ?? []).filter((one) => !budgets.includes(one))
  return { ...wish, input: { ...wish.input, triggers } }
}

/**
 * What may move, the preferred set first: every slot that a step may trade. Options come second, unless a budget of gamma or
 * vega is broken, or one of them is aimed at or to be left: their spreads are tens of times those of perpetuals.
 */
export function tradableSlots({ input, closing, options }: Wish): ReadonlySet<number>[] {
  const { universe, targets } = input
  const open = universe.instruments.flatMap((_, i) => (mayMove(input, i) ? [i] : []))
  const aimedAt = (i: number) => targets.some(({ of }) => of !== 'book' && 'slot' in of && of.slot === i)
  const first = open.filter((i) => universe.instruments[i]!.kind !== 'option' || aimedAt(i) || closing.has(i))
  return options || first.length === open.length ? [new Set(open)] : [new Set(first), new Set(open)]
}
