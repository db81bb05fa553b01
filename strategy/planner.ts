import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { abs, sum } from '#portfolio/units.js'
import { buildStep } from './build-step.js'
import { conflictingLimits, type Demand, expiredSlots, optimize } from './optimize.js'
import type { LimitLine, Plan, PlanInput, Reason } from './plan.js'
import { ROUNDINGS, roundLots, tooSmall } from './round-lots.js'
import { checkTargets, type Tracking, trackTargets } from './targets.js'
import { checkCosts } from './trading-cost.js'

type Candidate = { readonly step: Step; readonly verdict: Verdict }

/**
 * The trades that bring a book back to its targets inside its mandate.
 *
 * Nothing is traded while every target is inside its band and every limit holds. Otherwise a linear program chooses the
 * trades, they are rounded to lots, and the reference model decides on the exact integers; the first candidate it accepts
 * is taken, from the widest safety margin to none. Where no compliant book can be reached, the plan reduces the limits the
 * market has broken. Targets that the mandate's limits do not allow come back as `infeasible`, naming the limits; where
 * only the caps on one step's turnover and cost stand in the way, the plan goes as far as they allow.
 *
 * Deterministic: the same input gives the same plan.
 *
 * @throws `TargetError`, `ShapeError`, `OutOfRangeError` on malformed input, naming the field.
 */
export async function plan(input: PlanInput): Promise<Plan> {
  checkTargets(input.targets, input.mandate)
  checkCosts(input.costs, input.universe.instruments.length)
  const still = candidate(
    input,
    input.book.quantities.map(() => 0n),
  )
  const nav = still.verdict.after.nav
  const tracking = trackTargets(input.targets, still.verdict.before)
  const causes = reasonsToTrade(input, still.verdict, tracking)
  const finish = (outcome: Plan['outcome'], chosen: Candidate, reasons: readonly Reason[]) =>
    report(input, outcome, still, chosen, tracking, [...causes, ...reasons])

  if (nav <= 0n) return finish('infeasible', still, [{ code: 'no_value', subject: 'nav' }])
  if (causes.length === 0 && still.verdict.outcome === 'compliant') return finish('hold', still, [])

  const tradable = new Set(
    input.universe.instruments.flatMap((_, i) => (input.market.slots[i]!.suspended ? [] : [i])),
  )
  const chosen = (await search(input, tracking, tradable)) ?? still
  if (chosen.verdict.outcome === 'refused') {
    const limits = (await conflictingLimits(input, tracking, tradable, { safety: 0 })) ?? []
    return finish('infeasible', chosen, limits.map(conflict))
  }
  const reduced = chosen.verdict.checks
    .filter(({ kind, status }) => kind === 'risk' && status === 'reducing')
    .map(({ id }): Reason => ({ code: 'limit_reduced', subject: id }))
  const unreached = trackTargets(input.targets, chosen.verdict.after).filter(({ inside }) => !inside)
  const missed = unreached.map(({ label }): Reason => ({ code: 'target_unreached', subject: label }))
  if (missed.length === 0) return finish(outcomeOf(chosen, reduced), chosen, reduced)

  const demand = { safety: 0, hardBands: true, reduce: reduced.length > 0 }
  const limits = await conflictingLimits(input, tracking, tradable, demand)
  const stuck = limits === undefined || limits.some((id) => !perStep(id))
  const outcome =
    stuck && causes.some(({ code }) => code === 'target_outside_band') ? 'infeasible' : undefined
  const reasons = [...reduced, ...missed, ...(limits ?? []).map(conflict)]
  return finish(outcome ?? outcomeOf(chosen, reduced), chosen, reasons)
}

const conflict = (id: string): Reason => ({ code: 'limit_conflict', subject: id })

/** Limits on what one step or window may do: the next one may go on where this one stops. */
const perStep = (id: string): boolean => id === 'turnover' || id === 'cost' || id.startsWith('rolling.')

/** A plan that moves nothing against a broken limit has not found a way. */
const outcomeOf = ({ step, verdict }: Candidate, reduced: readonly Reason[]): Plan['outcome'] => {
  const transfers = step.newBook.cash.some((c, a) => c !== step.oldBook.cash[a]! + step.flowSplit[a]!)
  if (transfers || verdict.trades.some((t) => t !== 0n)) return 'trade'
  return reduced.length > 0 ? 'infeasible' : 'hold'
}

function reasonsToTrade(input: PlanInput, verdict: Verdict, tracking: readonly Tracking[]): Reason[] {
  return [
    ...tracking
      .filter(({ inside }) => !inside)
      .map(({ label }): Reason => ({ code: 'target_outside_band', subject: label })),
    ...verdict.checks
      .filter(({ kind, status }) => kind === 'risk' && status !== 'holds')
      .map(({ id }): Reason => ({ code: 'limit_breached', subject: id })),
    ...expiredSlots(input).map(
      (i): Reason => ({ code: 'expired', subject: input.universe.instruments[i]!.symbol }),
    ),
  ]
}

const candidate = (input: PlanInput, trades: readonly bigint[]): Candidate => {
  const step = buildStep(input, trades)
  return { step, verdict: evaluateStep(step, input.shape) }
}

/** The first rounding of the first solution that the reference model accepts: compliant if at all, else reducing. */
async function search(
  input: PlanInput,
  tracking: readonly Tracking[],
  tradable: ReadonlySet<number>,
): Promise<Candidate | undefined> {
  const safety = Number(input.safetyBps ?? 200n) / 1e4
  const demands: Demand[] = [safety, safety / 4, 0].map((s) => ({ safety: s }))
  for (const demand of [...demands, { safety, reduce: true }, { safety: 0, reduce: true }]) {
    for (const quantities of await solutions(input, tracking, tradable, demand)) {
      for (const rounding of ROUNDINGS) {
        const found = candidate(input, roundLots(quantities, input, rounding))
        if (found.verdict.outcome === (demand.reduce ? 'reducing' : 'compliant')) return found
      }
    }
  }
  return undefined
}

/** The solution without the legs too small to be done, then the one with all of them. */
async function solutions(
  input: PlanInput,
  tracking: readonly Tracking[],
  tradable: ReadonlySet<number>,
  demand: Demand,
): Promise<(readonly number[])[]> {
  const first = await optimize(input, tracking, tradable, demand)
  if (!first) return []
  const small = new Set(tooSmall(first.quantities, input))
  if (small.size === 0) return [first.quantities]
  const rest = new Set([...tradable].filter((i) => !small.has(i)))
  const second = await optimize(input, tracking, rest, demand)
  return second ? [second.quantities, first.quantities] : [first.quantities]
}

function report(
  input: PlanInput,
  outcome: Plan['outcome'],
  still: Candidate,
  chosen: Candidate,
  before: readonly Tracking[],
  reasons: readonly Reason[],
): Plan {
  const { step, verdict } = chosen
  const after = trackTargets(input.targets, verdict.after)
  const trades = verdict.trades.flatMap((quantity, slot) => {
    if (quantity === 0n) return []
    const expectedFill = step.fills[slot]!
    const cost = abs(quantity * (expectedFill - input.market.slots[slot]!.price))
    return [{ slot, symbol: input.universe.instruments[slot]!.symbol, quantity, expectedFill, cost }]
  })
  const limits = verdict.checks.flatMap((check, k): LimitLine[] => {
    const old = still.verdict.checks[k]!
    return check.kind === 'identity'
      ? []
      : [{ id: check.id, rule: check.rule, scale: check.scale, before: old, after: check }]
  })
  const distance = (tracking: readonly Tracking[]) => sum(tracking.map((line) => line.distance))
  return {
    outcome,
    reasons,
    trades,
    step,
    verdict,
    limits,
    targets: { before, after },
    expectedCost: verdict.used.cost,
    trackingBefore: distance(before),
    trackingAfter: distance(after),
  }
}
