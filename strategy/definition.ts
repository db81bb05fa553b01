import { BaseError } from '#portfolio/base-error.js'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import { linearSlot, paddingSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import { abs, sum } from '#portfolio/units.js'
import type { Universe } from '#portfolio/universe.js'
import { checkPlanInput } from './check-plan-input.js'
import { type DefinitionRisk, riskModelOf } from './definition-risk.js'
import type { PlanInput } from './plan.js'
import { RiskModelError, WeighingError } from './risk-model.js'
import { candidate } from './search.js'
import { type Sized, type SizingInput, sizeTargets } from './sizing/size-targets.js'
import type { Sizing } from './sizing/sizing-rule.js'
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
 * A fund's strategy as it is written down: what a plan takes from it, targets that a rule sizes, risk in its own words, and
 * whether prices of several sources must be judged before anything is planned.
 */
export type StrategyDefinition = Omit<Defined, 'risk'> & {
  readonly risk?: DefinitionRisk
  readonly sizing?: Sizing
  readonly requirePrices: boolean
}

export type Place = { readonly universe: Universe; readonly mandate: Mandate; readonly shape: Shape }

/** Where a strategy is to mean something: what targets are sized from, beside the strategy itself. */
export type Situation = Place &
  Pick<SizingInput, 'market' | 'book' | 'netFlow' | 'spent' | 'venues' | 'tradable'>

/** What a plan takes from a strategy, its sized targets after its own; and how those were sized. */
export type Resolved = { readonly defined: Defined; readonly sized?: Sized }

/** @throws `RiskModelError`, `WeighingError`, `SizingInputError` or `OutOfRangeError` naming the field. */
export function resolveDefinition(definition: StrategyDefinition, situation: Situation): Resolved {
  const { requirePrices: _, risk, sizing, ...rest } = definition
  const defined = { ...rest, ...(risk && { risk: riskModelOf(risk) }) }
  if (!sizing) return { defined }
  // Where these come to nothing, or to more than the book, the planner could not say what drift is.
  const byBook = sizing.rule.kind === 'dollars' || sizing.rule.kind === 'intent'
  if (byBook && definition.weighing?.gapsBy === 'drift') {
    throw new WeighingError('gapsBy', 'variance where targets are sized in dollars or moved by an intent')
  }
  const sized = sizeTargets(sizing, { ...situation, ...defined })
  return { defined: { ...defined, targets: [...defined.targets, ...sized.targets] }, sized }
}

/**
 * Refuses a strategy that the planner would refuse, before it is kept: it is evaluated on a book of cash alone in a market
 * without prices, so that nothing depends on what a fund holds. What it sizes is sized where every unit is worth one quote.
 *
 * @param at what the field of an error starts with.
 * @throws {@link DefinitionError} naming the field.
 */
export function checkDefinition(definition: StrategyDefinition, place: Place, at = 'strategy'): void {
  try {
    const input = probe(resolveDefinition(definition, nowhere(definition, place)).defined, place)
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

/**
 * A market of units worth one quote and a book of cash: as much as a rule in dollars asks for, which it then sizes to all
 * of it.
 */
function nowhere({ sizing }: StrategyDefinition, place: Place): Situation {
  const { universe, mandate, shape } = place
  const { universeId } = mandate
  const slots = probeSlots(shape)
  universe.instruments.forEach(({ shocksBps }, i) => {
    slots[i] = linearSlot(10n ** 8n, 0n, shocksBps)
  })
  const amounts = sizing?.rule.kind === 'dollars' ? sum(sizing.rule.amounts.map(abs)) : 0n
  const cash = Array<bigint>(shape.accounts)
    .fill(0n)
    .with(0, amounts || CASH)
  const book = { universeId, cash, quantities: Array<bigint>(shape.slots).fill(0n) }
  return { ...place, market: { universeId, time: 0n, slots }, book, netFlow: 0n, spent: 0n }
}

function probe(defined: Defined, { universe, mandate, shape }: Place): PlanInput {
  const { universeId } = mandate
  return {
    ...defined,
    universe,
    shape,
    mandate,
    market: { universeId, time: 0n, slots: probeSlots(shape) },
    book: { universeId, cash: Array(shape.accounts).fill(CASH), quantities: Array(shape.slots).fill(0n) },
    budget: OPENING_BUDGET,
    netFlow: 0n,
    window: 0n,
    oldUniverse: universeId,
    changed: Array(shape.slots).fill(false),
  }
}

const probeSlots = (shape: Shape) => Array.from({ length: shape.slots }, () => paddingSlot(shape))

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
