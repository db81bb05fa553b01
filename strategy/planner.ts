import { abs, sum } from '#portfolio/units.js'
import { checkPlanInput } from './check-plan-input.js'
import { conflicts, shallow } from './depth-reasons.js'
import { orderLegs } from './execution/order-legs.js'
import type { Leg } from './execution/step-legs.js'
import { conflictingLimits } from './optimize.js'
import type { LimitLine, Plan, PlanInput, Reason, Weighed } from './plan.js'
import { type Candidate, candidate, search, tradableSlots, withoutBudgets } from './search.js'
import { routeOf } from './slot-router.js'
import { type Tracking, trackTargets } from './targets.js'
import { evaluateTriggers, type TriggerOutcome } from './triggers/evaluate-triggers.js'
import type { TriggerConfig } from './triggers/trigger-config.js'
import { weigh } from './weigh.js'
import { wishOf } from './wish.js'

/** Evaluated beside a fund's own triggers, whatever those are. */
const ALWAYS: readonly TriggerConfig[] = [
  { kind: 'limitBreached' },
  { kind: 'redemption' },
  { kind: 'expiry', horizonSeconds: 0 },
]

/**
 * The trades that bring a book back to its targets inside its mandate, if they pay.
 *
 * Nothing is traded while no trigger fires and every limit holds. Otherwise a linear program chooses the trades, they are
 * rounded to lots, and the reference model decides on the exact integers; the first candidate it accepts is taken, from the
 * widest safety margin to none. It is done only if the risk it removes is worth more than it costs, or a limit, a budget or
 * a date asks for it. Where no compliant book can be reached, the plan reduces the limits the market has broken. Targets
 * that the mandate's limits do not allow come back as `infeasible`, naming the limits; where only the caps on one step's
 * turnover and cost or the depth of the venues stand in the way, the plan goes as far as they allow.
 *
 * Deterministic: the same input gives the same plan.
 *
 * @throws `TargetError`, `ShapeError`, `OutOfRangeError`, `RiskModelError`, `WeighingError`, `TriggerError`,
 * `ExecutionInputError` on malformed input, naming the field.
 */
export async function plan(input: PlanInput): Promise<Plan> {
  checkPlanInput(input)
  const still = candidate(
    input,
    input.book.quantities.map(() => 0n),
  )
  const tracking = trackTargets(input.targets, still.verdict.before)
  const worthless = still.verdict.before.nav <= 0n || still.verdict.after.nav <= 0n
  const fired = worthless ? { firings: [], suppressed: [] } : firedBy(input, still, tracking)
  const causes = fired.firings.map(({ trigger, subject, value, bound, unit }): Reason => {
    return { code: trigger, subject, numbers: { value, bound }, unit }
  })
  const finish = (
    outcome: Plan['outcome'],
    chosen: Candidate,
    reasons: readonly Reason[],
    weighed?: Weighed,
  ): Plan => {
    const safe = outcome === 'infeasible' ? { legs: [] } : legsOf(input, chosen)
    const because = [...causes, ...reasons, ...(outcome === 'hold' ? tooDear(weighed, reasons) : [])]
    const made = { still, chosen, tracking, fired, weighed }
    if ('refused' in safe) return report(input, 'infeasible', made, [...because, safe.refused], [])
    return report(input, outcome, made, because, safe.legs)
  }

  if (worthless) return finish('infeasible', still, [{ code: 'no_value', subject: 'nav' }])
  if (causes.length === 0 && still.verdict.outcome === 'compliant') {
    const waiting = fired.suppressed.map(
      ({ firing }): Reason => ({ code: 'postponed', subject: firing.subject }),
    )
    return finish('hold', still, waiting.length > 0 ? waiting : [{ code: 'no_trigger', subject: 'book' }])
  }
  if (input.lastTradeAt === input.market.time && still.verdict.outcome !== 'refused') {
    return finish('hold', still, [{ code: 'already_traded', subject: 'book' }])
  }

  const wish = wishOf(input, tracking, fired.firings)
  const choices = tradableSlots(wish)
  const all = choices[choices.length - 1]!
  const { found, refusedBy } = await search(wish)
  const chosen = found ?? still
  // Where a program finds no limit in the way, those that the reference model refused its trades by are.
  const named = (limits: readonly string[] = []) => (limits.length > 0 ? limits : refusedBy)
  if (chosen.verdict.outcome === 'refused') {
    const limits = await conflictingLimits(withoutBudgets(wish), all, { safety: 0 })
    return finish('infeasible', chosen, conflicts(input, chosen, named(limits)))
  }
  const forced = wish.forced || still.verdict.outcome === 'refused'
  const weighed = forced || !found ? undefined : weigh(wish.input, still.verdict, chosen.verdict)
  if (weighed && !weighed.worth && moves(chosen)) return finish('hold', still, [], weighed)
  const reduced = chosen.verdict.checks
    .filter(({ kind, status }) => kind === 'risk' && status === 'reducing')
    .map(({ id }): Reason => ({ code: 'limit_reduced', subject: id }))
  const lacking = await shallow(wish, all, chosen, reduced)
  const unreached = trackTargets(input.targets, chosen.verdict.after).filter(({ inside }) => !inside)
  const missed = unreached.map(({ label }): Reason => ({ code: 'target_unreached', subject: label }))
  if (missed.length === 0) {
    const reasons = [...reduced, ...conflicts(input, chosen, lacking)]
    return finish(outcomeOf(chosen, reduced), chosen, reasons, weighed)
  }

  const demand = { safety: 0, hardBands: true, reduce: reduced.length > 0 }
  const limits = await conflictingLimits(withoutBudgets({ ...wish, input }), all, demand)
  const stuck = limits === undefined || limits.some((id) => !perStep(id))
  const outcome = stuck && missed.some(({ subject }) => wish.pulled.has(subject)) ? 'infeasible' : undefined
  const reasons = [...reduced, ...missed, ...conflicts(input, chosen, [...lacking, ...named(limits)])]
  return finish(outcome ?? outcomeOf(chosen, reduced), chosen, reasons, weighed)
}

function firedBy(input: PlanInput, still: Candidate, tracking: readonly Tracking[]): TriggerOutcome {
  const own = input.triggers ?? [{ kind: 'threshold' }]
  const always = ALWAYS.filter(
    ({ kind }) => kind !== 'limitBreached' || !own.some((one) => one.kind === kind),
  )
  const { underlyings, risk, lastTradeAt } = input
  return evaluateTriggers([...own, ...always], {
    input,
    verdict: still.verdict,
    tracking,
    now: Number(input.market.time),
    ...(underlyings ? { underlyings } : {}),
    ...(risk ? { risk } : {}),
    ...(lastTradeAt === undefined ? {} : { lastTradeAt: Number(lastTradeAt) }),
  })
}

/** Why nothing is traded where what was found costs more than it is worth; where depth lacks, that says it. */
function tooDear(weighed: Weighed | undefined, reasons: readonly Reason[]): Reason[] {
  if (!weighed || weighed.worth || reasons.some(({ code }) => code === 'venue_depth')) return []
  const { worth: _, ...numbers } = weighed
  return [{ code: 'not_worth_cost', subject: 'book', numbers }]
}

/** Limits on what one step or window may do: the next one may go on where this one stops. */
const perStep = (id: string): boolean => id === 'turnover' || id === 'cost' || /^(rolling|depth)\./.test(id)

const moves = ({ verdict }: Candidate): boolean => verdict.trades.some((t) => t !== 0n)

/** A plan that moves nothing against a broken limit has not found a way. */
const outcomeOf = (chosen: Candidate, reduced: readonly Reason[]): Plan['outcome'] => {
  const { oldBook, newBook, flowSplit } = chosen.step
  const transfers = newBook.cash.some((c, a) => c !== oldBook.cash[a]! + flowSplit[a]!)
  if (transfers || moves(chosen)) return 'trade'
  return reduced.length > 0 ? 'infeasible' : 'hold'
}

/** The legs in an order that no account falls short on; or which one does. */
function legsOf(input: PlanInput, { step }: Candidate): { legs: readonly Leg[] } | { refused: Reason } {
  const { universe, shape, market, costs, stressBps = 0n } = input
  const coins = universe.instruments.map(({ underlying }) => underlying)
  const ordered = orderLegs({
    step,
    shape,
    stressBps: market.slots.map(() => stressBps),
    factors: market.slots.map((_, i) => (coins[i] === undefined ? i : coins.indexOf(coins[i]))),
    lots: market.slots.map((_, i) => costs[i]?.lot ?? 1n),
  })
  if (!('refused' in ordered)) return ordered
  const { account, shortfall } = ordered.refused
  return {
    refused: {
      code: 'unsafe_order',
      subject: `account[${account}]`,
      numbers: { shortfall: Number(shortfall) / 1e16 },
    },
  }
}

type Made = {
  readonly still: Candidate
  readonly chosen: Candidate
  readonly tracking: readonly Tracking[]
  readonly fired: TriggerOutcome
  readonly weighed: Weighed | undefined
}

function report(
  input: PlanInput,
  outcome: Plan['outcome'],
  { still, chosen, tracking: before, fired, weighed }: Made,
  reasons: readonly Reason[],
  legs: readonly Leg[],
): Plan {
  const { step, verdict } = chosen
  const after = trackTargets(input.targets, verdict.after)
  const trades = verdict.trades.flatMap((quantity, slot) => {
    if (quantity === 0n) return []
    const expectedFill = step.fills[slot]!
    const cost = abs(quantity * (expectedFill - input.market.slots[slot]!.price))
    const { symbol } = input.universe.instruments[slot]!
    const route = routeOf(input, slot, quantity)
    return [{ slot, symbol, quantity, expectedFill, cost, ...(route && { route }) }]
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
    legs,
    step,
    verdict,
    limits,
    targets: { before, after },
    postponed: fired.suppressed,
    ...(weighed ? { weighed } : {}),
    expectedCost: verdict.used.cost,
    trackingBefore: distance(before),
    trackingAfter: distance(after),
  }
}
