import { checkBook } from '#portfolio/book.js'
import { checkMarket } from '#portfolio/market.js'
import { checkLength } from '#portfolio/shape.js'
import { BPS, checkBps, OutOfRangeError, ShapeError } from '#portfolio/units.js'
import type { PlanInput } from './plan.js'
import { checkRiskModel, gapMatrix, WeighingError } from './risk-model.js'
import { checkVenues } from './slot-venues.js'
import { checkTargets } from './targets.js'
import { checkCosts } from './trading-cost.js'

/**
 * @throws `TargetError`, `ShapeError`, `OutOfRangeError`, `RiskModelError`, `WeighingError` or `ExecutionInputError`, each
 *   naming the field.
 */
export function checkPlanInput(input: PlanInput): void {
  const { risk, weighing, fixedCosts, venues } = input
  const { shape, market, mandate, universe, book, flowAccount = 0 } = input
  checkMarket(market, shape)
  checkBook(book, shape)
  checkLength(mandate.slots, universe.instruments.length, 'mandate.slots')
  checkLength(mandate.accounts, shape.accounts, 'mandate.accounts')
  checkBps(input.safetyBps ?? 0n, 'safetyBps', 0n, BPS - 1n)
  checkBps(input.stressBps ?? 0n, 'stressBps', 0n, BPS)
  checkBps(input.trackingWeightBps ?? 0n, 'trackingWeightBps', 0n, BPS)
  if (!Number.isInteger(flowAccount) || flowAccount < 0 || flowAccount >= shape.accounts) {
    throw new ShapeError('flowAccount', `a whole number from 0 to ${shape.accounts - 1}`)
  }
  checkTargets(input.targets, input.mandate)
  checkCosts(input.costs, input.universe.instruments.length)
  if (venues) checkVenues(venues, universe.instruments.length)
  if (risk) checkRiskModel(risk)
  if (weighing) {
    if (input.targets.length > 0) gapMatrix(input)
    for (const field of ['riskAversion', 'horizonDays'] as const) {
      if (!(weighing[field] > 0 && weighing[field] <= 1e6))
        throw new WeighingError(field, 'above 0 and at most a million')
    }
  }
  for (const field of ['leg', 'batch'] as const) {
    if (fixedCosts && fixedCosts[field] < 0n) throw new OutOfRangeError(`fixedCosts.${field}`, '0 or above')
  }
}
