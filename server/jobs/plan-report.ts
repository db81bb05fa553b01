import { evaluateStep } from '#portfolio/step.js'
import { abs, formatDecimal, PRICE_DECIMALS, QUANTITY_DECIMALS, VALUE_DECIMALS } from '#portfolio/units.js'
import { buildStep } from '#strategy/build-step.js'
import type { Leg } from '#strategy/execution/step-legs.js'
import type { Plan } from '#strategy/plan.js'
import type { Sized } from '#strategy/sizing/size-targets.js'
import type { Tracking } from '#strategy/targets.js'
import type { PlanReport } from '../schemas/plan.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { EngineParts } from './engine-parts.js'
import { rehearse } from './open-trade.js'
import { proposeStep, type StepRequest } from './plan-step.js'
import { routeLine } from './route-report.js'

const value = (x: bigint) => formatDecimal(x, VALUE_DECIMALS)

/**
 * What a step would do and why, or why not, with every limit before and after: for the fund's own eyes. Nothing is kept and
 * nothing proven.
 */
export async function reportPlan(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  request: StepRequest,
): Promise<PlanReport> {
  const proposed = await proposeStep(parts, portfolio, request)
  const { step, input, strategyVersion, proposal, sized, payload } = proposed
  const rehearsal = payload === undefined ? undefined : await rehearse(parts, portfolio, step, payload)
  const verdict = evaluateStep(step, parts.shape)
  const none = step.oldBook.quantities.map(() => 0n)
  const still = evaluateStep(buildStep(input, none), parts.shape)
  const outcome = proposal?.outcome ?? (verdict.outcome === 'refused' ? 'refused' : 'trade')
  const symbols = portfolio.universe.instruments.map(({ symbol }) => symbol)
  const trades = symbols.flatMap((symbol, i) => {
    const quantity = verdict.trades[i]!
    if (quantity === 0n) return []
    const fill = step.fills[i]!
    const price = step.market.slots[i]!.price
    const route = proposal?.trades.find(({ slot }) => slot === i)?.route
    return [
      {
        symbol,
        quantity: formatDecimal(quantity, QUANTITY_DECIMALS),
        price: formatDecimal(price, PRICE_DECIMALS),
        expectedFill: formatDecimal(fill, PRICE_DECIMALS),
        cost: value(abs(quantity * (fill - price))),
        route: route ? routeLine(route) : null,
      },
    ]
  })
  const limits = verdict.checks.flatMap((check, k) => {
    if (check.kind === 'identity') return []
    const quantity = check.id.startsWith('position.')
    const decimals = quantity ? QUANTITY_DECIMALS : VALUE_DECIMALS + `${check.scale}`.length - 1
    const line = ({ value, bound, headroom, status }: typeof check) => ({
      value: formatDecimal(value, decimals),
      bound: formatDecimal(bound, decimals),
      headroom: formatDecimal(headroom, decimals),
      status,
    })
    return [{ id: check.id, rule: check.rule, before: line(still.checks[k]!), after: line(check) }]
  })
  const accounts = (cash: readonly bigint[]) => cash.map(value)
  return {
    outcome,
    verdict: verdict.outcome,
    strategyVersion,
    ...whyOf(proposal),
    sizing: sized ? sizingOf(sized) : null,
    trades,
    legs: (proposal?.legs ?? []).map((leg) => legLine(leg, symbols)),
    limits,
    nav: { before: value(verdict.before.nav), after: value(verdict.after.nav) },
    equity: { before: accounts(verdict.before.accountEquity), after: accounts(verdict.after.accountEquity) },
    expectedCost: value(verdict.used.cost),
    execution: rehearsal
      ? {
          refusal: 'refusal' in rehearsal ? rehearsal.refusal.code : null,
          improvement: value('refusal' in rehearsal ? 0n : rehearsal.improvement),
        }
      : null,
  }
}

/** What the planner says for itself; nothing where the fund gave the trades. */
function whyOf(
  proposal: Plan | undefined,
): Pick<PlanReport, 'reasons' | 'postponed' | 'weighed' | 'targets' | 'tracking'> {
  if (!proposal) return { reasons: [], postponed: [], weighed: null, targets: [], tracking: null }
  const { reasons, postponed, weighed, targets, trackingBefore, trackingAfter } = proposal
  return {
    reasons: reasons.map((reason) => ({ ...reason })),
    postponed: postponed.map(({ firing, because }) => ({
      ...firing,
      waitsFor: because.map((one) => ({ ...one })),
    })),
    weighed: weighed ?? null,
    targets: targets.before.map((before, k) => ({
      target: before.label,
      before: lineOf(before),
      after: lineOf(targets.after[k]!),
    })),
    tracking: { before: value(trackingBefore), after: value(trackingAfter) },
  }
}

const sizingOf = ({ facts }: Sized): PlanReport['sizing'] => ({
  rule: facts.rule,
  assets: facts.assets.map(({ target, targetBps, numbers }) => ({
    target,
    targetBps: targetBps.toString(),
    numbers: { ...numbers },
  })),
  decidedBy: facts.decidedBy ?? null,
  numbers: { ...facts.numbers },
})

const legLine = (leg: Leg, symbols: readonly string[]): PlanReport['legs'][number] =>
  leg.kind === 'transfer'
    ? { kind: 'transfer', from: leg.from, to: leg.to, amount: value(leg.amount) }
    : {
        kind: 'trade',
        symbol: symbols[leg.slot]!,
        account: leg.account,
        quantity: formatDecimal(leg.quantity, QUANTITY_DECIMALS),
        expectedFill: formatDecimal(leg.fill, PRICE_DECIMALS),
      }

const lineOf = ({ exposure, wanted, band, inside }: Tracking) => ({
  exposure: value(exposure),
  wanted: value(wanted),
  band: value(band),
  inside,
})
