/** States of a job in their order; the last three are final. */
export const JOB_STATES = [
  'queued',
  'planning',
  'planned',
  'proving',
  'proved',
  'signed',
  'submitted',
  'confirmed',
  'failed',
  'cancelled',
] as const
export type JobState = (typeof JOB_STATES)[number]

export const FINAL_STATES = ['confirmed', 'failed', 'cancelled'] as const satisfies readonly JobState[]
export const isFinal = (state: JobState): boolean => (FINAL_STATES as readonly JobState[]).includes(state)

/** A job with a proof has only its transaction before it. */
export const isProven = (state: JobState): boolean =>
  JOB_STATES.indexOf(state) >= JOB_STATES.indexOf('proved')

/** A transaction that is signed may be mined, so from then on a job can no longer be cancelled. */
export const isCancellable = (state: JobState): boolean =>
  JOB_STATES.indexOf(state) < JOB_STATES.indexOf('signed')
