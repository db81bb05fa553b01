import { type Candidate, forced } from './firing.js'
import { shareBps } from './nav-share.js'
import { navOf, type TriggerContext } from './trigger-context.js'

/** A risk limit of the mandate that the unchanged book does not hold. */
export type LimitBreachedTrigger = { readonly kind: 'limitBreached' }

export function limitBreached(_: LimitBreachedTrigger, context: TriggerContext): Candidate[] {
  const nav = navOf(context)
  return context.verdict.checks.flatMap(({ id, kind, status, value, bound, scale }): Candidate[] => {
    if (kind !== 'risk' || status === 'holds') return []
    const line = { trigger: 'limitBreached', subject: id } as const
    if (!id.startsWith('position.')) {
      const [share, limit] = [shareBps(value, scale * nav), shareBps(bound, scale * nav)]
      return [forced({ ...line, value: share, bound: limit, unit: 'navBps' })]
    }
    return [forced({ ...line, value: Number(value) / 1e8, bound: Number(bound) / 1e8, unit: 'units' })]
  })
}
