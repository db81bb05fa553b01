import { evaluateStep } from '#portfolio/step.js'
import { abs, formatDecimal, PRICE_DECIMALS, QUANTITY_DECIMALS, VALUE_DECIMALS } from '#portfolio/units.js'
import { buildStep } from '#strategy/build-step.js'
import type { PlanReport } from '../schemas/plan.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { EngineParts } from './engine-parts.js'
import { proposeStep, type StepRequest } from './plan-step.js'

const value = (x: bigint) => formatDecimal(x, VALUE_DECIMALS)

/** What a step would do, with every limit before and after: for the fund's own eyes. Nothing is kept and nothing proven. */
export async function reportPlan(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  request: StepRequest,
): Promise<PlanReport> {
  const { step, input, proposal } = await proposeStep(parts, portfolio, request)
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
    return [
      {
        symbol,
        quantity: formatDecimal(quantity, QUANTITY_DECIMALS),
        price: formatDecimal(price, PRICE_DECIMALS),
        expectedFill: formatDecimal(fill, PRICE_DECIMALS),
        cost: value(abs(quantity * (fill - price))),
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
    reasons: proposal ? proposal.reasons.map(({ code, subject }) => ({ code, subject })) : [],
    trades,
    limits,
    nav: { before: value(verdict.before.nav), after: value(verdict.after.nav) },
    equity: { before: accounts(verdict.before.accountEquity), after: accounts(verdict.after.accountEquity) },
    expectedCost: value(verdict.used.cost),
    tracking: proposal
      ? { before: value(proposal.trackingBefore), after: value(proposal.trackingAfter) }
      : null,
  }
}
