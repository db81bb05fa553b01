import type { Verdict } from '#portfolio/step.js'
import type { PlanInput, Weighed } from './plan.js'
import { quadratic } from './quadratic.js'
import { gapMatrix } from './risk-model.js'
import { routeOf } from './slot-router.js'
import { type Tracking, trackTargets } from './targets.js'

/**
 * Whether what a trade removes is worth what it costs, on the exact integers of both books. A gap counts as far as it
 * exceeds the target's destination, unless its risk is weighed: then this asks what `gate` of `decision/gate.ts` asks of
 * weights. That one also finds the trade; here the mandate's limits have a say in it, so a search does, and its costs are those
 * of the step that would be proven.
 */
export function weigh(input: PlanInput, before: Verdict, after: Verdict): Weighed {
  const worthNow = before.after.nav
  const price = gapPrice(input, worthNow)
  const bps = (x: number) => (x / Number(worthNow)) * 1e4
  const gapBefore = price(trackTargets(input.targets, before.before)) * 1e4
  const gapAfter = price(trackTargets(input.targets, after.after)) * 1e4
  const tradingCost = bps(Number(after.used.cost))
  const fundingCost = bps(fundingOf(input, after.trades))
  const fixedCost = bps(legCostOf(input, after.trades) + Number(input.fixedCosts?.batch ?? 0n))
  const worth = gapBefore - gapAfter > tradingCost + fundingCost + fixedCost
  return { gapBefore, gapAfter, tradingCost, fundingCost, fixedCost, worth }
}

/** What the trades cost but for the batch, in 1e-16 quote: against the marks, for their legs and venues, and in funding. */
export const costOf = (input: PlanInput, { used, trades }: Verdict): number =>
  Number(used.cost) + legCostOf(input, trades) + fundingOf(input, trades)

const legCostOf = (input: PlanInput, trades: readonly bigint[]): number =>
  trades.reduce((total, t, i) => {
    const venues = Number(routeOf(input, i, t)?.fixedCost ?? 0n)
    return total + (t === 0n ? 0 : Number(input.fixedCosts?.leg ?? 0n) + venues)
  }, 0)

/** Expected funding of what is traded, where it is paid and not received: a plan does not trade to be paid funding. */
const fundingOf = ({ costs, market }: PlanInput, trades: readonly bigint[]): number =>
  trades.reduce((total, t, i) => {
    const paid = (Number(t * market.slots[i]!.price) * Number(costs[i]?.fundingBps ?? 0n)) / 1e4
    return total + Math.max(0, paid)
  }, 0)

/** What a set of gaps costs, as a share of `netAssetValue` (1e-16 quote). */
export function gapPrice(input: PlanInput, netAssetValue: bigint): (tracking: readonly Tracking[]) => number {
  const nav = Number(netAssetValue)
  if (input.targets.length === 0) return () => 0
  const { weighing, trackingWeightBps = 500n } = input
  if (weighing) {
    const matrix = gapMatrix(input)
    const half = (weighing.riskAversion * weighing.horizonDays) / 2
    return (tracking) =>
      half *
      quadratic(
        tracking.map(({ exposure, wanted }) => Number(exposure - wanted) / nav),
        matrix,
      )
  }
  return (tracking) => {
    const excess = tracking.map(({ distance }, k) =>
      Math.max(0, Number(distance) / nav - Number(input.targets[k]!.destinationBps ?? 0n) / 1e4),
    )
    return (Number(trackingWeightBps) / 1e4) * excess.reduce((sum, x) => sum + x, 0)
  }
}
