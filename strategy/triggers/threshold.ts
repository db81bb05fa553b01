import { abs } from '#portfolio/units.js'
import { targetLabel } from '../targets.js'
import { type Candidate, ordinary } from './firing.js'
import { amountOf, shareBps } from './nav-share.js'
import { navOf, type TriggerContext, underlyingsOfTarget } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

/**
 * An exposure further from its target than a band: `bandBps` (the target's own band unless given) of net asset value, or
 * of the target itself with `of: 'target'`. A trade should end `destinationBps` from the target, in the same measure: 0 at
 * the centre, `bandBps` at the nearest edge. Every target unless `target` names one.
 */
export type ThresholdTrigger = {
  readonly kind: 'threshold'
  readonly target?: string
  readonly of?: 'nav' | 'target'
  readonly bandBps?: number
  readonly destinationBps?: number
}

export function threshold(config: ThresholdTrigger, context: TriggerContext): Candidate[] {
  const { of = 'nav', bandBps, destinationBps } = config
  const { input, tracking } = context
  const nav = navOf(context)
  return input.targets.flatMap((target, k) => {
    if (config.target !== undefined && config.target !== targetLabel(target)) return []
    const { label: subject, exposure, wanted, band: own, distance } = tracking[k]!
    const base = of === 'nav' ? nav : abs(wanted)
    const band = bandBps === undefined ? own : amountOf(bandBps, base)
    if (distance <= band) return []
    const side = exposure > wanted ? 1n : -1n
    const destination =
      destinationBps === undefined
        ? {}
        : { destinationBps: shareBps(side * amountOf(destinationBps, base), nav) }
    const [value, bound] = [shareBps(distance, nav), shareBps(band, nav)]
    const firing = { trigger: 'threshold', subject, value, bound, unit: 'navBps', ...destination } as const
    return [ordinary(firing, underlyingsOfTarget(input, target))]
  })
}

/** @throws `TriggerError` where the band has no width to be relative to, or the destination is not inside it. */
export function checkThreshold(
  config: ThresholdTrigger,
  at: string,
  { input, tracking }: TriggerContext,
): void {
  const { of = 'nav', target, bandBps, destinationBps = 0 } = config
  const counts = (label: string) => target === undefined || label === target
  if (of !== 'nav' && of !== 'target') throw new TriggerError(`${at}.of`, 'nav or target')
  if (of === 'target') {
    if (bandBps === undefined)
      throw new TriggerError(`${at}.bandBps`, 'given for a band relative to the target')
    if (tracking.some(({ label, wanted }) => counts(label) && wanted === 0n)) {
      throw new TriggerError(`${at}.of`, 'nav for a target of 0, since no share of it is a band')
    }
  }
  const own = input.targets.filter((one) => counts(targetLabel(one))).map((one) => Number(one.bandBps))
  if (destinationBps > (bandBps ?? Math.min(...own))) {
    throw new TriggerError(`${at}.destinationBps`, 'inside the band')
  }
}
