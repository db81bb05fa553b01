import type { Check } from '#portfolio/check.js'
import { abs } from '#portfolio/units.js'
import type { PlanInput } from '../plan.js'
import { type Candidate, ordinary } from './firing.js'
import { amountOf, shareBps } from './nav-share.js'
import { type TriggerContext, underlyingsOf } from './trigger-context.js'

/**
 * More than `usedBps` of a risk limit of the mandate in use: 10 000 less its headroom in basis points of the size of the
 * bound, the measure of a plan's safety margin. Every risk limit unless `limits` lists the ids of some.
 */
export type HeadroomTrigger = {
  readonly kind: 'headroom'
  readonly usedBps: number
  readonly limits?: readonly string[]
}

/**
 * A limit whose bound is 0 has no share to use: a margin has `marginBuffer`, and the band of a target keeps an exposure off
 * a limit of 0.
 */
export function headroom({ usedBps, limits }: HeadroomTrigger, context: TriggerContext): Candidate[] {
  return context.verdict.checks.flatMap((check): Candidate[] => {
    const { id, kind, bound } = check
    if (kind !== 'risk' || bound === 0n || (limits && !limits.includes(id))) return []
    const size = abs(bound)
    const used = size - check.headroom
    if (used <= amountOf(usedBps, size)) return []
    const value = shareBps(used, size)
    const firing = { trigger: 'headroom', subject: id, value, bound: usedBps, unit: 'limitBps' } as const
    const underlyings = underlyingsOf(context.input, slotsOf(check, context.input))
    return [ordinary(firing, underlyings, id.startsWith('position.') ? [] : underlyings)]
  })
}

/** Which slots count in a limit, from the id of its check. */
function slotsOf({ id }: Check, { mandate }: PlanInput): (i: number) => boolean {
  const index = Number(/\[(\d+)\]$/.exec(id)?.[1])
  if (/^(position|concentration)\b/.test(id)) return (i) => i === index
  if (id.startsWith('group.')) return (i) => mandate.slots[i]?.groups.includes(index) ?? false
  if (id.startsWith('venue[')) return (i) => mandate.slots[i]?.account === index
  return () => true
}
