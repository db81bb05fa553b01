import { BaseError } from '#portfolio/base-error.js'
import { checkBps, OutOfRangeError } from '#portfolio/units.js'
import type { PlanInput } from './plan.js'
import { checkRiskModel } from './risk-model.js'
import { checkTargets } from './targets.js'
import { checkCosts } from './trading-cost.js'

/** @throws `TargetError`, `ShapeError`, `OutOfRangeError`, `RiskModelError` or {@link WeighingError}, each naming the field. */
export function checkPlanInput(input: PlanInput): void {
  const { weighing, fixedCosts, greekBudgets } = input
  checkTargets(input.targets, input.mandate)
  checkCosts(input.costs, input.universe.instruments.length)
  if (weighing) {
    checkRiskModel(weighing.risk)
    for (const field of ['riskAversion', 'horizonDays'] as const) {
      if (!(weighing[field] > 0 && weighing[field] <= 1e6)) throw new WeighingError(field)
    }
  }
  for (const field of ['leg', 'batch'] as const) {
    if (fixedCosts && fixedCosts[field] < 0n) throw new OutOfRangeError(`fixedCosts.${field}`, '0 or above')
  }
  for (const field of ['gammaLoBps', 'vegaLoBps'] as const) {
    if (greekBudgets) checkBps(greekBudgets[field], `greekBudgets.${field}`, -100_000n, 0n)
  }
  for (const field of ['gammaHiBps', 'vegaHiBps'] as const) {
    if (greekBudgets) checkBps(greekBudgets[field], `greekBudgets.${field}`, 0n, 100_000n)
  }
}

export class WeighingError extends BaseError {
  constructor(field: string) {
    super(`weighing.${field} must be above 0 and at most a million.`, { code: 'STRATEGY_WEIGHING', field })
  }
}
