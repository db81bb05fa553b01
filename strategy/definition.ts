import { BaseError } from '#portfolio/base-error.js'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import { paddingSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Universe } from '#portfolio/universe.js'
import { checkPlanInput } from './check-plan-input.js'
import { type DefinitionRisk, riskModelOf } from './definition-risk.js'
import type { PlanInput } from './plan.js'
import { RiskModelError, WeighingError } from './risk-model.js'
import { candidate } from './search.js'
import { trackTargets } from './targets.js'
import { evaluateTriggers } from './triggers/evaluate-triggers.js'
import { underlyingsOf } from './triggers/trigger-context.js'

/** The part of a plan's input that a fund decides, and its market and book do not. */
export type Defined = Pick<
  PlanInput,
  | 'targets'
  | 'costs'
  | 'safetyBps'
  | 'stressBps'
  | 'trackingWeightBps'
  | 'triggers'
  | 'weighing'
  | 'fixedCosts'
  | 'risk'
>

/**
 * A fund's strategy as it is written down: what a plan takes from it, risk in its own words, and whether prices of several
 * sources must be judged before anything is planned.
 */
export type StrategyDefinition = Omit<Defined, 'risk'> & {
  readonly risk?: DefinitionRisk
  readonly requirePrices: boolean
}

export type Place = { readonly universe: Universe; readonly mandate: Mandate; readonly shape: Shape }

/** @throws `RiskModelError` */
export function resolveDefinition(definition: StrategyDefinition): Defined {
  const { requirePrices: _, risk, ...rest } = definition
  return { ...rest, ...(risk && { risk: riskModelOf(risk) }) }
}

/**
 * Refuses a strategy that the planner would refuse, before it is kept: it is evaluated on a book of cash alone in a market
 * without prices, so that nothing depends on what a fund holds.
 *
 * @param at what the field of an error starts with.
 * @throws {@link DefinitionError} naming the field.
 */
export function checkDefinition(definition: StrategyDefinition, place: Place, at = 'strategy'): void {
  try {
    const input = probe(resolveDefinition(definition), place)
    checkPlanInput(input)
    const { verdict } = candidate(input, input.book.quantities)
    const { targets, risk, triggers = [] } = input
    evaluateTriggers(triggers, {
      input,
      verdict,
      tracking: trackTargets(targets, verdict.before),
      now: Number(input.market.time),
      underlyings: Object.fromEntries(underlyingsOf(input).map((name) => [name, QUIET])),
      ...(risk && { risk }),
    })
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    const field = fieldOf(error, place)
    throw new DefinitionError(at === '' ? field : `${at}.${field}`, error)
  }
}

/** What a request tells of an underlying where nothing is the matter with it. */
const QUIET = { volatility: { short: 1, long: 1 }, spreadRatio: 1, depthRatio: 1 }
/** A million of quote in every account. */
const CASH = 10n ** 22n

function probe(defined: Defined, { universe, mandate, shape }: Place): PlanInput {
  const { universeId } = mandate
  return {
    ...defined,
    universe,
    shape,
    mandate,
    market: { universeId, time: 0n, slots: Array.from({ length: shape.slots }, () => paddingSlot(shape)) },
    book: { universeId, cash: Array(shape.accounts).fill(CASH), quantities: Array(shape.slots).fill(0n) },
    budget: OPENING_BUDGET,
    netFlow: 0n,
    window: 0n,
    oldUniverse: universeId,
    changed: Array(shape.slots).fill(false),
  }
}

/** Where in the definition the planner's word for a field is written. */
function fieldOf(error: BaseError, { universe }: Place): string {
  const field = error.field ?? ''
  if (error instanceof WeighingError) return `weighing.${field}`
  if (error instanceof RiskModelError) return field === 'covariance' ? 'risk.correlations' : `risk.${field}`
  return field
    .replace(/^context\./, '')
    .replace(/^costs\[(\d+)\]/, (_, i: string) => `costs.${universe.instruments[Number(i)]!.symbol}`)
}

/** What the planner would refuse; the sentence is its own. */
export class DefinitionError extends BaseError {
  constructor(field: string, cause: BaseError) {
    super(`${field} is refused: ${cause.message}`, { code: 'STRATEGY_DEFINITION', field, cause })
  }
}
