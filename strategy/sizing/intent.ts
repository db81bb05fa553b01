import {
  aimPortfolio,
  currentTarget,
  type TargetPart,
  type TradingTradeoff,
  tradingRate,
} from './aim-portfolio.js'
import { brokenLimit, checkLimits, type ExposureLimits } from './exposure-limits.js'
import {
  checkFinite,
  checkNotNegative,
  checkNumbers,
  checkPositive,
  SizingInputError,
} from './sizing-input.js'

/**
 * What the manager wants and how much it may cost: the target in parts, fractions of net asset value per asset; limits that
 * every aim keeps to; the trade-off between risk and cost; `costMax` for all steps together as a fraction of net asset value;
 * `deadline` in seconds since 1970.
 */
export type Intent = TradingTradeoff & {
  readonly parts: readonly TargetPart[]
  readonly limits: ExposureLimits
  readonly costMax: number
  readonly deadline: number
}

/**
 * Where an intent stands: `exposures` held, `costs` of trading as a fraction of the exposure traded, per asset; `spent` so
 * far as a fraction of net asset value; `now` and the time between steps in seconds.
 */
export type IntentProgress = {
  readonly exposures: readonly number[]
  readonly costs: readonly number[]
  readonly spent: number
  readonly now: number
  readonly stepSeconds: number
}

/**
 * The target of one step and why. `target` = exposures + `share`·(`aim` − exposures). `share` is the greater of `riskRate`
 * (what risk and cost ask for) and `deadlineRate` (one over the steps left, 1 at the last), less what `costLeft` does not pay
 * for; `decidedBy` says which of the three it is. `aimShare` is how far the aim goes from the target of now to the free aim:
 * below 1 where a limit stands between. `cost` is expected, `distance` the greatest gap to the aim left after the step.
 */
export type IntentStep = {
  readonly target: readonly number[]
  readonly aim: readonly number[]
  readonly share: number
  readonly decidedBy: 'risk' | 'deadline' | 'costCap'
  readonly riskRate: number
  readonly deadlineRate: number
  readonly stepsLeft: number
  readonly aimShare: number
  readonly cost: number
  readonly costLeft: number
  readonly distance: number
}

/** Where an intent is moved to, and how far that is from the target of now to the free aim. */
export type IntentAim = Pick<IntentStep, 'aim' | 'aimShare'>

const HALVINGS = 60

/**
 * The partial move towards an intent (Gârleanu & Pedersen 2013): x ← (1 − τ)·x + τ·aim. The rate rises as the deadline
 * comes near, so that the last step before it ends at the aim, unless the cost cap stands in the way: that is never passed.
 *
 * @param towards its aim, where that is known already.
 * @throws {@link SizingInputError} naming the field, also where the target itself breaks a limit.
 */
export function stepIntent(
  intent: Intent,
  progress: IntentProgress,
  towards: IntentAim = intentAim(intent),
): IntentStep {
  const { aim, aimShare } = towards
  checkProgress(progress, aim.length)
  const { costMax, deadline } = intent
  checkNotNegative({ costMax })
  checkFinite({ deadline })

  const { exposures, costs, now, stepSeconds } = progress
  const stepsLeft = Math.max(1, Math.floor((deadline - now) / stepSeconds) + 1)
  const riskRate = tradingRate(intent)
  const deadlineRate = 1 / stepsLeft
  const rate = Math.max(riskRate, deadlineRate)
  const costOf = (share: number) =>
    exposures.reduce((sum, x, i) => sum + costs[i]! * Math.abs(share * (aim[i]! - x)), 0)
  const costLeft = Math.max(0, costMax - progress.spent)
  const affordable = costOf(rate) <= costLeft
  const share = affordable ? rate : (rate * costLeft) / costOf(rate)
  const target = exposures.map((x, i) => (share === 1 ? aim[i]! : x + share * (aim[i]! - x)))
  return {
    target,
    aim,
    share,
    decidedBy: affordable ? (riskRate >= deadlineRate ? 'risk' : 'deadline') : 'costCap',
    riskRate,
    deadlineRate,
    stepsLeft,
    aimShare,
    cost: costOf(share),
    costLeft,
    distance: Math.max(...target.map((x, i) => Math.abs(aim[i]! - x))),
  }
}

/** @throws {@link SizingInputError} naming the field, also where the target itself breaks a limit. */
export function intentAim(intent: Intent): IntentAim {
  const { parts, limits } = intent
  const wanted = currentTarget(parts)
  checkLimits(limits, wanted.length)
  const broken = brokenLimit(wanted, limits)
  if (broken !== undefined) throw new SizingInputError('parts', `of a sum inside limits.${broken}`)
  return withinLimits(wanted, aimPortfolio(parts, intent), limits)
}

/** The farthest point from `inside`, which keeps to the limits, towards `free`: limits are convex, so there is one. */
function withinLimits(inside: readonly number[], free: readonly number[], limits: ExposureLimits): IntentAim {
  const at = (share: number) => inside.map((x, i) => x + share * (free[i]! - x))
  if (brokenLimit(free, limits) === undefined) return { aim: [...free], aimShare: 1 }
  let [kept, lost] = [0, 1]
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (kept + lost) / 2
    if (brokenLimit(at(middle), limits) === undefined) kept = middle
    else lost = middle
  }
  return { aim: at(kept), aimShare: kept }
}

function checkProgress({ exposures, costs, spent, now, stepSeconds }: IntentProgress, assets: number): void {
  checkNumbers(exposures, 'exposures', assets)
  checkNumbers(costs, 'costs', assets)
  checkNotNegative({ costs, spent })
  checkFinite({ now })
  checkPositive({ stepSeconds })
}
