import { aimPortfolio, currentTarget } from './aim-portfolio.js'
import { brokenLimit } from './exposure-limits.js'
import { type Intent, type IntentProgress, type IntentStep, intentAim, stepIntent } from './intent.js'
import type { IntentLimits, IntentRule } from './sizing-rule.js'
import { stressCap, worstLoss } from './stress-cap.js'
import { wholeBps, wholeOnTheWay } from './whole-bps.js'
import { roundingLoss, type Stress } from './within-stress.js'

/**
 * Where an intent is sized: exposures held as fractions of net asset value, that value and what was `spent` in 1e-16
 * quote, `costOf` trading so many 1e-16 quote of an asset (signed) as a fraction of them, and seconds since 1970.
 */
export type IntentState = Pick<IntentProgress, 'exposures' | 'now'> & {
  readonly nav: number
  readonly spent: bigint
  readonly costOf: (asset: number, amount: number) => number
  readonly stress?: Stress
}

/**
 * A step in whole basis points. What `stays` has no other whole basis point to go to, or none within the cost cap: its
 * number is the one nearest to where it is, and it is to be left where it is.
 */
export type SizedStep = Omit<IntentStep, 'target'> & {
  readonly bps: readonly number[]
  readonly stays: readonly boolean[]
  readonly stressScale: number
}

/** Floats that are the same cost. */
const TOLERANCE = 1 + 1e-9

/**
 * One step of an intent, which rounding takes neither beyond the cost cap nor beyond a limit or the stress cap, unless the
 * book is beyond them now. The stress cap bounds what is aimed at: a book that is beyond it comes back at the rate of the
 * intent.
 *
 * @throws `SizingInputError` naming a field of {@link Intent}.
 */
export function sizeIntent(rule: IntentRule, state: IntentState): SizedStep {
  const { intent, stressScale } = withinStress(intentOf(rule, state.nav), state.stress)
  const { exposures, nav, now, stress } = state
  const towards = intentAim(intent)
  const { aim } = towards
  const rate = (x: number, i: number) => state.costOf(i, (x - exposures[i]!) * nav)
  const costs = aim.map(rate)
  const spent = Number(state.spent) / nav
  const progress = { exposures, costs, spent, now, stepSeconds: rule.stepSeconds }
  const { target, ...step } = stepIntent(intent, progress, towards)
  // Venues with a minimum may ask more for a part of the way than for the whole.
  const costOf = (to: readonly number[]) =>
    to.reduce((sum, x, i) => sum + Math.max(costs[i]!, rate(x, i)) * Math.abs(x - exposures[i]!), 0)
  const lossNow = stress ? Math.max(stress.lossMax, worstLoss(exposures, stress.units)) : 0
  const within = (to: readonly number[]) =>
    costOf(to) <= step.costLeft * TOLERANCE &&
    (brokenLimit(to, intent.limits) === undefined || brokenLimit(target, intent.limits) !== undefined) &&
    (!stress || worstLoss(to, stress.units) <= lossNow * TOLERANCE)
  const ways = [
    wholeBps(target),
    target.map((x, i) => wholeOnTheWay(exposures[i]!, x)),
    exposures.map(() => undefined),
  ]
  const ending = (whole: readonly (number | undefined)[]) =>
    whole.map((bps, i) => (bps === undefined ? exposures[i]! : bps / 1e4))
  const whole = ways.find((way) => within(ending(way))) ?? ways[2]!
  const here = exposures.map((x) => Math.round(x * 1e4))
  const moved = whole.map((bps, i) => (bps === here[i] ? undefined : bps))
  const to = ending(moved)
  return {
    ...step,
    cost: costOf(to),
    distance: Math.max(...to.map((x, i) => Math.abs(aim[i]! - x))),
    bps: moved.map((bps, i) => bps ?? here[i]!),
    stays: moved.map((bps) => bps === undefined),
    stressScale,
  }
}

function intentOf({ parts, limits, discountBps = 0, ...rule }: IntentRule, nav: number): Intent {
  return {
    parts: parts.map(({ exposuresBps, decayBps }) => ({
      exposures: exposuresBps.map((x) => x / 1e4),
      decay: decayBps / 1e4,
    })),
    limits: limitsOf(limits),
    riskAversion: rule.riskAversion,
    costAversion: rule.costAversion,
    discount: discountBps / 1e4,
    costMax: Number(rule.costMax) / nav,
    deadline: rule.deadline,
  }
}

function limitsOf({ lowerBps, upperBps, netMinBps, netMaxBps, grossMaxBps }: IntentLimits): Intent['limits'] {
  const share = (bps: bigint) => Number(bps) / 1e4
  return {
    ...(lowerBps && { lower: lowerBps.map(share) }),
    ...(upperBps && { upper: upperBps.map(share) }),
    ...(netMinBps !== undefined && { netMin: share(netMinBps) }),
    ...(netMaxBps !== undefined && { netMax: share(netMaxBps) }),
    ...(grossMaxBps !== undefined && { grossMax: share(grossMaxBps) }),
  }
}

/** The intent with its parts scaled down together until its target, its free aim, and all between them lose no more. */
function withinStress(intent: Intent, stress: Stress | undefined): { intent: Intent; stressScale: number } {
  if (!stress) return { intent, stressScale: 1 }
  const { units, lossMax } = stress
  const room = Math.max(0, lossMax - roundingLoss(units))
  const ends = [currentTarget(intent.parts), aimPortfolio(intent.parts, intent)]
  const stressScale = Math.min(...ends.map((end) => stressCap(end, units, room).scale))
  const parts = intent.parts.map(({ exposures, decay }) => ({
    exposures: exposures.map((x) => x * stressScale),
    decay,
  }))
  return { intent: { ...intent, parts }, stressScale }
}
