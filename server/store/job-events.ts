import { and, asc, desc, eq, gt } from 'drizzle-orm'
import type { JobState } from '../jobs/job-state.js'
import type { Database, Transaction } from './database.js'
import { events } from './tables.js'

export type JobEvent = {
  readonly jobId: string
  readonly sequence: number
  readonly state: JobState
  readonly code: string | null
  readonly at: Date
}

/** Notes that a job has come to a state, with the transaction that brings it there. */
export async function addEvent(
  tx: Transaction,
  jobId: string,
  state: JobState,
  code?: string,
): Promise<JobEvent> {
  const [last] = await tx
    .select({ sequence: events.sequence })
    .from(events)
    .where(eq(events.jobId, jobId))
    .orderBy(desc(events.sequence))
    .limit(1)
  const sequence = (last?.sequence ?? 0) + 1
  const [event] = await tx
    .insert(events)
    .values({ jobId, sequence, state, code: code ?? null })
    .returning()
  return event!
}

/** What became of a job after the event `sequence`, in order. */
export async function eventsAfter(db: Database, jobId: string, sequence: number): Promise<JobEvent[]> {
  const later = and(eq(events.jobId, jobId), gt(events.sequence, sequence))
  return db.select().from(events).where(later).orderBy(asc(events.sequence))
}
