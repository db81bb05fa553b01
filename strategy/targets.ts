import { BaseError } from '#portfolio/base-error.js'
import type { Exposure } from '#portfolio/exposure.js'
import type { Mandate } from '#portfolio/mandate.js'
import { abs, BPS, checkBps } from '#portfolio/units.js'

/**
 * Net dollar delta wanted of one slot, of one group of the mandate or of the whole book, in basis points of net asset
 * value; nothing is traded for it while the exposure is within `bandBps` of `targetBps`. A trade for it may end as far as
 * `destinationBps` from the target (0 unless given): the target itself, or a place inside the band.
 */
export type Target = {
  readonly of: { readonly slot: number } | { readonly group: number } | 'book'
  readonly targetBps: bigint
  readonly bandBps: bigint
  readonly destinationBps?: bigint
}

/** The widest target and band there are. */
export const TARGET_MAX_BPS = 100_000n

/** A target measured on a book: `exposure`, `wanted`, `band` and `distance` = |exposure − wanted| in 1e-16 quote. */
export type Tracking = {
  readonly label: string
  readonly exposure: bigint
  readonly wanted: bigint
  readonly band: bigint
  readonly distance: bigint
  readonly inside: boolean
}

export const targetLabel = ({ of }: Pick<Target, 'of'>): string =>
  of === 'book' ? 'book' : 'slot' in of ? `slot[${of.slot}]` : `group[${of.group}]`

/** Whether slot i of the mandate counts in a target. */
export function countsIn({ of }: Pick<Target, 'of'>, mandate: Mandate, i: number): boolean {
  if (of === 'book') return true
  return 'slot' in of ? of.slot === i : (mandate.slots[i]?.groups.includes(of.group) ?? false)
}

/** Exposure of every target; amounts are rounded down to 1e-16 quote. */
export function trackTargets(targets: readonly Target[], exposure: Exposure): Tracking[] {
  return targets.map((target) => {
    const { of } = target
    const held =
      of === 'book' ? exposure.net : 'slot' in of ? exposure.delta[of.slot]! : exposure.groupNet[of.group]!
    const wanted = (target.targetBps * exposure.nav) / BPS
    const band = (target.bandBps * exposure.nav) / BPS
    const distance = abs(held - wanted)
    return { label: targetLabel(target), exposure: held, wanted, band, distance, inside: distance <= band }
  })
}

/** @throws {@link TargetError} or `OutOfRangeError` naming the field. */
export function checkTargets(targets: readonly Target[], mandate: Mandate): void {
  const labels = new Set<string>()
  targets.forEach((target, k) => {
    const { of } = target
    const at = `targets[${k}]`
    const known = of === 'book' || ('slot' in of ? of.slot in mandate.slots : of.group in mandate.groups)
    if (!known) throw new TargetError(at, 'a slot or group of the mandate')
    checkBps(target.targetBps, `${at}.targetBps`, -TARGET_MAX_BPS, TARGET_MAX_BPS)
    checkBps(target.bandBps, `${at}.bandBps`, 0n, TARGET_MAX_BPS)
    checkBps(target.destinationBps ?? 0n, `${at}.destinationBps`, 0n, target.bandBps)
    if (labels.has(targetLabel(target))) throw new TargetError(at, 'given once for each slot or group')
    labels.add(targetLabel(target))
  })
}

export class TargetError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_TARGET', field })
  }
}
