import type { Verdict } from '#portfolio/step.js'
import type { PlanInput, Weighed } from './plan.js'
import { quadratic, targetCovariance } from './risk-model.js'
import { type Tracking, trackTargets } from './targets.js'

/**
 * Whether what a trade removes is worth what it costs, on the exact integers of both books. A gap counts as far as it
 * exceeds the target's destination, unless its risk is weighed.
 */
export function weigh(input: PlanInput, before: Verdict, after: Verdict): Weighed {
  const { nav: worthNow } = before.after
  const nav = Number(worthNow)
  const bps = (x: bigint | number) => (Number(x) / nav) * 1e4
  const price = gapPrice(input, worthNow)
  const legs = after.trades.filter((t) => t !== 0n).length
  const { leg = 0n, batch = 0n } = input.fixedCosts ?? {}
  const gapBefore = price(trackTargets(input.targets, before.before)) * 1e4
  const gapAfter = price(trackTargets(input.targets, after.after)) * 1e4
  const tradingCost = bps(after.used.cost)
  const fixedCost = bps(BigInt(legs) * leg + batch)
  return {
    gapBefore,
    gapAfter,
    tradingCost,
    fixedCost,
    worth: gapBefore - gapAfter > tradingCost + fixedCost,
  }
}

/** What a set of gaps costs, as a share of `netAssetValue` (1e-16 quote). */
export function gapPrice(input: PlanInput, netAssetValue: bigint): (tracking: readonly Tracking[]) => number {
  const nav = Number(netAssetValue)
  if (input.targets.length === 0) return () => 0
  const { risk, weighing, trackingWeightBps = 500n } = input
  if (risk && weighing) {
    const covariance = targetCovariance(input.targets, input.universe, input.mandate, risk)
    const half = (weighing.riskAversion * weighing.horizonDays) / 2
    return (tracking) =>
      half *
      quadratic(
        tracking.map(({ exposure, wanted }) => Number(exposure - wanted) / nav),
        covariance,
      )
  }
  return (tracking) => {
    const excess = tracking.map(({ distance }, k) =>
      Math.max(0, Number(distance) / nav - Number(input.targets[k]!.destinationBps ?? 0n) / 1e4),
    )
    return (Number(trackingWeightBps) / 1e4) * excess.reduce((sum, x) => sum + x, 0)
  }
}
