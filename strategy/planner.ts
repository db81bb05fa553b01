import { abs, sum } from '#portfolio/units.js'
import { checkPlanInput } from './check-plan-input.js'
import { breachedBudgets } from './greek-budgets.js'
import { expiredSlots } from './objective.js'
import { conflictingLimits } from './optimize.js'
import type { LimitLine, Plan, PlanInput, Reason, Weighed } from './plan.js'
import { type Candidate, candidate, search, tradableSlots } from './search.js'
import { type Tracking, trackTargets } from './targets.js'
import { weigh } from './weigh.js'

/** Reasons that a fund may weigh against the cost; all others have to be acted on. */
const OPTIONAL: readonly Reason['code'][] = ['target_outside_band']

/**
 * The trades that bring a book back to its targets inside its mandate, if they pay.
 *
 * Nothing is traded while every target is inside its band and every limit holds. Otherwise a linear program chooses the
 * trades, they are rounded to lots, and the reference model decides on the exact integers; the first candidate it accepts
 * is taken, from the widest safety margin to none. It is done only if the risk it removes is worth more than it costs, or
 * a limit, a budget or an expiry asks for it. Where no compliant book can be reached, the plan reduces the limits the
 * market has broken. Targets that the mandate's limits do not allow come back as `infeasible`, naming the limits; where
 * only the caps on one step's turnover and cost stand in the way, the plan goes as far as they allow.
 *
 * Deterministic: the same input gives the same plan.
 *
 * @throws `TargetError`, `ShapeError`, `OutOfRangeError`, `RiskModelError`, `WeighingError` on malformed input, naming the
 * field.
 */
export async function plan(input: PlanInput): Promise<Plan> {
  checkPlanInput(input)
  const still = candidate(
    input,
    input.book.quantities.map(() => 0n),
  )
  const tracking = trackTargets(input.targets, still.verdict.before)
  const causes = reasonsToTrade(input, still, tracking)
  const finish = (
    outcome: Plan['outcome'],
    chosen: Candidate,
    reasons: readonly Reason[],
    weighed?: Weighed,
  ) => report(input, outcome, still, chosen, tracking, [...causes, ...reasons], weighed)

  if (still.verdict.after.nav <= 0n)
    return finish('infeasible', still, [{ code: 'no_value', subject: 'nav' }])
  if (causes.length === 0 && still.verdict.outcome === 'compliant') {
    return finish('hold', still, [{ code: 'inside_bands', subject: 'book' }])
  }
  if (input.tradedAt === input.market.time && still.verdict.outcome !== 'refused') {
    return finish('hold', still, [{ code: 'already_traded', subject: 'book' }])
  }

  const choices = tradableSlots(
    input,
    causes.some(({ code, subject }) => code === 'budget_breached' || /^(gamma|vega)\./.test(subject)),
  )
  const all = choices[choices.length - 1]!
  const chosen = (await search(input, tracking, choices)) ?? still
  if (chosen.verdict.outcome === 'refused') {
    const limits = (await conflictingLimits(input, tracking, all, { safety: 0 })) ?? []
    return finish('infeasible', chosen, limits.map(conflict))
  }
  const forced = still.verdict.outcome === 'refused' || causes.some(({ code }) => !OPTIONAL.includes(code))
  const weighed = forced ? undefined : weigh(input, still.verdict, chosen.verdict)
  if (weighed && !weighed.worth && moves(chosen)) {
    const { worth: _, ...numbers } = weighed
    return finish('hold', still, [{ code: 'not_worth_cost', subject: 'book', numbers }], weighed)
  }
  const reduced = chosen.verdict.checks
    .filter(({ kind, status }) => kind === 'risk' && status === 'reducing')
    .map(({ id }): Reason => ({ code: 'limit_reduced', subject: id }))
  const unreached = trackTargets(input.targets, chosen.verdict.after).filter(({ inside }) => !inside)
  const missed = unreached.map(({ label }): Reason => ({ code: 'target_unreached', subject: label }))
  if (missed.length === 0) return finish(outcomeOf(chosen, reduced), chosen, reduced, weighed)

  const demand = { safety: 0, hardBands: true, reduce: reduced.length > 0 }
  const limits = await conflictingLimits(input, tracking, all, demand)
  const stuck = limits === undefined || limits.some((id) => !perStep(id))
  const outcome =
    stuck && causes.some(({ code }) => code === 'target_outside_band') ? 'infeasible' : undefined
  const reasons = [...reduced, ...missed, ...(limits ?? []).map(conflict)]
  return finish(outcome ?? outcomeOf(chosen, reduced), chosen, reasons, weighed)
}

const conflict = (id: string): Reason => ({ code: 'limit_conflict', subject: id })

/** Limits on what one step or window may do: the next one may go on where this one stops. */
const perStep = (id: string): boolean => id === 'turnover' || id === 'cost' || id.startsWith('rolling.')

const moves = ({ verdict }: Candidate): boolean => verdict.trades.some((t) => t !== 0n)

/** A plan that moves nothing against a broken limit has not found a way. */
const outcomeOf = (chosen: Candidate, reduced: readonly Reason[]): Plan['outcome'] => {
  const { oldBook, newBook, flowSplit } = chosen.step
  const transfers = newBook.cash.some((c, a) => c !== oldBook.cash[a]! + flowSplit[a]!)
  if (transfers || moves(chosen)) return 'trade'
  return reduced.length > 0 ? 'infeasible' : 'hold'
}

function reasonsToTrade(input: PlanInput, { verdict }: Candidate, tracking: readonly Tracking[]): Reason[] {
  const nav = Number(verdict.before.nav)
  const bps = (x: bigint) => (Number(x) / nav) * 1e4
  return [
    ...tracking
      .filter(({ inside }) => !inside)
      .map(({ label, exposure, wanted, band }): Reason => {
        const numbers = { exposure: bps(exposure), target: bps(wanted), band: bps(band) }
        return { code: 'target_outside_band', subject: label, numbers }
      }),
    ...verdict.checks
      .filter(({ kind, status }) => kind === 'risk' && status !== 'holds')
      .map(({ id }): Reason => ({ code: 'limit_breached', subject: id })),
    ...breachedBudgets(input, verdict.before),
    ...expiredSlots(input).map(
      (i): Reason => ({ code: 'expired', subject: input.universe.instruments[i]!.symbol }),
    ),
  ]
}

function report(
  input: PlanInput,
  outcome: Plan['outcome'],
  still: Candidate,
  chosen: Candidate,
  before: readonly Tracking[],
  reasons: readonly Reason[],
  weighed: Weighed | undefined,
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
    ...(weighed ? { weighed } : {}),
    expectedCost: verdict.used.cost,
    trackingBefore: distance(before),
    trackingAfter: distance(after),
  }
}
