import { quadratic } from '../quadratic.js'
import { targetLabel } from '../targets.js'
import { DAYS_A_YEAR } from '../time-units.js'
import { type Candidate, ordinary } from './firing.js'
import { shareBps } from './nav-share.js'
import { navOf, type TriggerContext, underlyingsOfTarget } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

/**
 * √(d′Σd) per year over `limitBps` of net asset value, d being the distances of the targets. Every target unless `targets`
 * lists some; each must be of one underlying, and none of the same as another.
 */
export type TrackingErrorTrigger = {
  readonly kind: 'trackingError'
  readonly limitBps: number
  readonly targets?: readonly string[]
}

export function trackingError(
  { limitBps, targets }: TrackingErrorTrigger,
  context: TriggerContext,
): Candidate[] {
  const { input, tracking } = context
  const nav = navOf(context)
  const off = input.targets.flatMap((target, k) => {
    if (targets && !targets.includes(targetLabel(target))) return []
    const { exposure, wanted } = tracking[k]!
    return [{ underlying: underlyingsOfTarget(input, target)[0]!, bps: shareBps(exposure - wanted, nav) }]
  })
  const underlyings = off.map(({ underlying }) => underlying)
  const covariance = covarianceOf(underlyings, context)
  const bps = off.map((line) => line.bps)
  // Checked to have no negative variance; rounding may leave one of −0.
  const value = Math.sqrt(Math.max(0, DAYS_A_YEAR * quadratic(bps, covariance)))
  if (value <= limitBps) return []
  return [
    ordinary(
      { trigger: 'trackingError', subject: 'book', value, bound: limitBps, unit: 'navBps' },
      underlyings,
    ),
  ]
}

/** The rows and columns of `underlyings`, per day. */
function covarianceOf(underlyings: readonly string[], { risk }: TriggerContext): number[][] {
  if (!risk) throw new TriggerError('context.risk', 'given for a tracking error')
  const at = underlyings.map((name) => risk.underlyings.indexOf(name))
  if (at.includes(-1)) {
    throw new TriggerError('context.risk.underlyings', 'a list of the underlyings of the targets')
  }
  return at.map((i) => at.map((j) => risk.covariance[i]![j]!))
}

/** @throws `TriggerError` */
export function checkTrackingError(
  { targets }: TrackingErrorTrigger,
  at: string,
  { input }: TriggerContext,
): void {
  const lists = input.targets
    .filter((target) => targets?.includes(targetLabel(target)) ?? true)
    .map((target) => underlyingsOfTarget(input, target))
  if (lists.some((list) => list.length !== 1) || new Set(lists.flat()).size !== lists.length) {
    throw new TriggerError(`${at}.targets`, 'targets of one underlying each, none of the same as another')
  }
}
