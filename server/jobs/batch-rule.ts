/**
 * When proven steps that wait for company are sent: at the latest `waitSeconds` after the first was proven, `max` at a time.
 * `baseFeeLimit`, in wei per gas, is what it is not worth waiting at. Openings and open trades go alone and never wait.
 */
export type BatchRules = {
  readonly max: number
  readonly waitSeconds: number
  readonly baseFeeLimit: bigint | undefined
}

/** What can be asked while steps wait; nothing is read that the answer does not depend on. */
export type BatchMoment = {
  /** Steps that wait, at least one. */
  readonly ready: number
  /** Seconds since the first of them was proven. */
  readonly waited: number
  /** Whether another job may join them. */
  readonly others: () => Promise<boolean>
  /** Wei per gas, of the newest block. */
  readonly baseFee: () => Promise<bigint>
  /** Whether a proof among them may soon be worthless. */
  readonly expiring: () => Promise<boolean>
}

/**
 * Whether to send what waits now: when there are enough, none may wait longer, nothing is to be waited for, the base fee is
 * at its limit or below, or a proof is about to expire.
 */
export async function isDue(rules: BatchRules, moment: BatchMoment): Promise<boolean> {
  if (moment.ready >= rules.max || moment.waited >= rules.waitSeconds) return true
  const { baseFeeLimit } = rules
  if (baseFeeLimit === undefined ? !(await moment.others()) : (await moment.baseFee()) <= baseFeeLimit)
    return true
  return moment.expiring()
}
