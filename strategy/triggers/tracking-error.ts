import { targetLabel } from '../targets.js'
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
  const parts = off.flatMap(({ bps }, i) => off.map((other, j) => bps * covariance[i]![j]! * other.bps))
  const variance = parts.reduce((total, part) => total + part, 0)
  const rounding = 1e-12 * parts.reduce((total, part) => total + Math.abs(part), 0)
  if (variance < -rounding) throw new TriggerError('context.covariance.annual', 'positive semidefinite')
  const value = Math.sqrt(Math.max(0, variance))
  if (value <= limitBps) return []
  return [
    ordinary(
      { trigger: 'trackingError', subject: 'book', value, bound: limitBps, unit: 'navBps' },
      underlyings,
    ),
  ]
}

/** The rows and columns of `underlyings`. */
function covarianceOf(underlyings: readonly string[], { covariance }: TriggerContext): number[][] {
  if (!covariance) throw new TriggerError('context.covariance', 'given for a tracking error')
  const at = underlyings.map((name) => covariance.underlyings.indexOf(name))
  if (at.includes(-1)) {
    throw new TriggerError('context.covariance.underlyings', 'a list of the underlyings of the targets')
  }
  const { annual } = covariance
  return at.map((i) =>
    at.map((j) => {
      const x = annual[i]?.[j]
      if (x === undefined || !Number.isFinite(x)) {
        throw new TriggerError('context.covariance.annual', 'a square matrix of finite numbers')
      }
      return x
    }),
  )
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
