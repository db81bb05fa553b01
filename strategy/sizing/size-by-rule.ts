import { quadratic } from '../quadratic.js'
import { TARGET_MAX_BPS } from '../targets.js'
import { dollarExposures } from './dollar-exposures.js'
import { equalRiskContribution } from './equal-risk-contribution.js'
import { fractionalKelly } from './fractional-kelly.js'
import { checkNumbers } from './sizing-input.js'
import type { DollarRule, EqualRiskRule, KellyRule, VolatilityRule } from './sizing-rule.js'
import { volatilityTarget } from './volatility-target.js'

/** A rule that asks for exposures by their risk, whatever is held. */
export type RiskRule = EqualRiskRule | VolatilityRule | KellyRule

/** Exposures as fractions of net asset value, how the rule came to them, and what it asks for beyond the widest target. */
export type SizedByRule = {
  readonly exposures: readonly number[]
  readonly cut?: readonly number[]
  readonly riskShares?: readonly number[]
  readonly scale?: number
  readonly decidedBy?: 'volatility' | 'leverage'
}

/** The widest target, as a fraction of net asset value: amounts reach it where a book is worth next to nothing. */
const EXPOSURE_MAX = Number(TARGET_MAX_BPS) / 1e4

/** Amounts in 1e-16 quote over net asset value in the same. @throws `SizingInputError` naming a field of the rule. */
export function sizeDollars({ amounts }: DollarRule, assets: number, nav: number): SizedByRule {
  const numbers = amounts.map(Number)
  checkNumbers(numbers, 'amounts', assets)
  const asked = dollarExposures(numbers, nav)
  const exposures = asked.map((x) => Math.max(-EXPOSURE_MAX, Math.min(EXPOSURE_MAX, x)))
  return { exposures, cut: asked.map((x, i) => x - exposures[i]!) }
}

/**
 * @param covariance of the assets, per year.
 * @throws `SizingInputError` naming a field of the rule's function, or `covariance`.
 */
export function sizeByRisk(rule: RiskRule, covariance: readonly (readonly number[])[]): SizedByRule {
  const assets = covariance.length
  const share = (bps: number | bigint) => Number(bps) / 1e4
  switch (rule.kind) {
    case 'equalRisk': {
      const { totalBps, lowerBps, upperBps } = rule
      const { exposures, contributions } = equalRiskContribution(covariance, {
        total: share(totalBps),
        ...(lowerBps && { lower: lowerBps.map(share) }),
        ...(upperBps && { upper: upperBps.map(share) }),
      })
      return { exposures, riskShares: contributions }
    }
    case 'volatility': {
      const weights = rule.weightsBps.map(share)
      checkNumbers(weights, 'weights', assets)
      const volatility = Math.sqrt(Math.max(0, quadratic(weights, covariance)))
      const [target, leverageMax] = [share(rule.targetVolBps), share(rule.leverageMaxBps)]
      return volatilityTarget({ weights, volatility, target, leverageMax })
    }
    case 'kelly': {
      const drifts = rule.driftsBps.map(share)
      checkNumbers(drifts, 'drifts', assets)
      const [rate, fraction] = [share(rule.rateBps), share(rule.fractionBps)]
      return { exposures: fractionalKelly({ drifts, rate, covariance, fraction }) }
    }
  }
}
