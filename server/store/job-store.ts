import { randomUUID } from 'node:crypto'
import { and, asc, desc, eq, inArray, notInArray, sql } from 'drizzle-orm'
import type { Hex } from 'viem'
import { HttpError } from '../http-error.js'
import {
  FINAL_STATES,
  isCancellable,
  isFinal,
  isProven,
  JOB_STATES,
  type JobState,
} from '../jobs/job-state.js'
import type { Receipt } from '../schemas/receipt.js'
import type { Database, Transaction } from './database.js'
import { addEvent, eventsAfter, type JobEvent } from './job-events.js'
import type { Sealer } from './seal.js'
import { idempotencyKeys, jobs } from './tables.js'

export type JobKind = 'open' | 'rebalance'
export type JobTimings = Readonly<Record<string, number>>

/** A job's row without what is sealed. */
export type JobRecord = {
  readonly id: string
  readonly portfolioId: Hex
  readonly kind: JobKind
  readonly state: JobState
  readonly epoch: number | null
  readonly retries: number
  readonly cancelRequested: boolean
  readonly timings: JobTimings | null
  readonly txHash: Hex | null
  readonly gasUsed: string | null
  readonly failure: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What changes with a transition besides the state. */
export type JobPatch = {
  readonly epoch?: number
  readonly plan?: unknown
  readonly receipt?: Receipt
  readonly timings?: JobTimings
  readonly txHash?: Hex | null
  readonly gasUsed?: string
  readonly failure?: string
  readonly retry?: boolean
}

const columns = {
  id: jobs.id,
  portfolioId: jobs.portfolioId,
  kind: jobs.kind,
  state: jobs.state,
  epoch: jobs.epoch,
  retries: jobs.retries,
  cancelRequested: jobs.cancelRequested,
  timings: jobs.timings,
  txHash: jobs.txHash,
  gasUsed: jobs.gasUsed,
  failure: jobs.failure,
  createdAt: jobs.createdAt,
  updatedAt: jobs.updatedAt,
}

/** Jobs and their events. The state of a job is this row, whatever the queue says. */
export class JobStore {
  readonly #db: Database
  readonly #sealer: Sealer
  readonly #afterCommit: (event: JobEvent) => void

  /** @param afterCommit called with every event once it is on disk. */
  constructor(db: Database, sealer: Sealer, afterCommit: (event: JobEvent) => void) {
    this.#db = db
    this.#sealer = sealer
    this.#afterCommit = afterCommit
  }

  /**
   * Creates a job and enqueues it in one transaction, or returns the one this idempotency key made before.
   *
   * @throws {@link IdempotencyKeyError} if the key came with another body; {@link JobInProgressError} if the portfolio
   * has an unfinished job.
   */
  async create(
    { portfolioId, kind, request, key }: { portfolioId: Hex; kind: JobKind; request: unknown; key: string },
    enqueue: (jobId: string, tx: Transaction) => Promise<void>,
  ): Promise<JobRecord> {
    const id = randomUUID()
    const bodyHash = this.#sealer.mac([kind, request])
    const keyHash = this.#sealer.mac([portfolioId, key])
    const result = await this.#db.transaction(async (tx) => {
      const [known] = await tx.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, keyHash))
      if (known) {
        if (known.bodyHash !== bodyHash) throw new IdempotencyKeyError()
        return { id: known.jobId }
      }
      const [busy] = await tx
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(eq(jobs.portfolioId, portfolioId), notInArray(jobs.state, [...FINAL_STATES])))
      if (busy) throw new JobInProgressError()
      const sealed = this.#sealer.seal(request, place('request', { id, portfolioId }, 0))
      await tx.insert(jobs).values({ id, portfolioId, kind, state: 'queued', request: sealed })
      await tx.insert(idempotencyKeys).values({ key: keyHash, bodyHash, jobId: id })
      const event = await addEvent(tx, id, 'queued')
      await enqueue(id, tx)
      return { id, event }
    })
    if (result.event) this.#afterCommit(result.event)
    return this.get(result.id)
  }

  /** @throws {@link JobNotFoundError} */
  async get(id: string): Promise<JobRecord> {
    const [row] = await this.#db.select(columns).from(jobs).where(eq(jobs.id, id))
    if (!row) throw new JobNotFoundError()
    return row as JobRecord
  }

  async unfinished(): Promise<string[]> {
    const open = notInArray(jobs.state, [...FINAL_STATES])
    const rows = await this.#db.select({ id: jobs.id }).from(jobs).where(open).orderBy(asc(jobs.createdAt))
    return rows.map(({ id }) => id)
  }

  /** Whether any rebalance has its proof still to come. */
  async isAnyUnproven(): Promise<boolean> {
    const early = JOB_STATES.filter((state) => !isProven(state))
    const open = and(eq(jobs.kind, 'rebalance'), inArray(jobs.state, early))
    return (await this.#db.select({ id: jobs.id }).from(jobs).where(open).limit(1)).length > 0
  }

  async isBusy(portfolioId: string): Promise<boolean> {
    const open = and(eq(jobs.portfolioId, portfolioId), notInArray(jobs.state, [...FINAL_STATES]))
    return (await this.#db.select({ id: jobs.id }).from(jobs).where(open).limit(1)).length > 0
  }

  async ofPortfolio(portfolioId: string): Promise<JobRecord[]> {
    const mine = eq(jobs.portfolioId, portfolioId)
    return (await this.#db
      .select(columns)
      .from(jobs)
      .where(mine)
      .orderBy(desc(jobs.createdAt))
      .limit(50)) as JobRecord[]
  }

  async request<T>(job: JobRecord): Promise<T> {
    const [row] = await this.#db.select({ sealed: jobs.request }).from(jobs).where(eq(jobs.id, job.id))
    return this.#sealer.open<T>(row!.sealed, place('request', job, 0))
  }

  async plan<T>(job: JobRecord): Promise<T> {
    const [row] = await this.#db.select({ sealed: jobs.plan }).from(jobs).where(eq(jobs.id, job.id))
    return this.#sealer.open<T>(row!.sealed ?? '', place('plan', job, job.retries))
  }

  /** The proof that the job has now; undefined before it has one, and when it is to be proven anew. */
  async receipt(job: JobRecord): Promise<Receipt | undefined> {
    const [row] = await this.#db.select({ kept: jobs.receipt }).from(jobs).where(eq(jobs.id, job.id))
    const kept = row?.kept ?? undefined
    if (typeof kept !== 'string') return kept
    return this.#sealer.open<Receipt>(kept, place('receipt', job, job.retries))
  }

  /**
   * Moves a job from the state it was loaded in, together with `also`, or not at all.
   *
   * @throws {@link JobCancelledError} when a cancellation came first; {@link JobMovedError} when somebody else moved it.
   */
  async advance(
    job: JobRecord,
    to: JobState,
    patch: JobPatch = {},
    also: (tx: Transaction) => Promise<void> = async () => {},
  ): Promise<JobRecord> {
    const [moved] = await this.advanceTogether([job], to, patch, also)
    return moved!
  }

  /**
   * Moves jobs as {@link advance} does, all of them or none.
   *
   * @throws {@link JobCancelledError}, {@link JobMovedError} about the first that could not be moved.
   */
  async advanceTogether(
    together: readonly JobRecord[],
    to: JobState,
    patch: JobPatch = {},
    also: (tx: Transaction) => Promise<void> = async () => {},
  ): Promise<JobRecord[]> {
    const moved = await this.#db.transaction(async (tx) => {
      const added: JobEvent[] = []
      for (const job of together) added.push(await this.#move(tx, job, to, patch))
      await also(tx)
      return added
    })
    for (const event of moved) this.#afterCommit(event)
    return Promise.all(together.map(({ id }) => this.get(id)))
  }

  async #move(tx: Transaction, job: JobRecord, to: JobState, patch: JobPatch): Promise<JobEvent> {
    const { plan, receipt, retry, ...rest } = patch
    const stoppable = isCancellable(to) || to === 'signed'
    const moved = await tx
      .update(jobs)
      .set({
        state: to,
        updatedAt: sql`now()`,
        ...rest,
        ...(plan === undefined ? {} : { plan: this.#sealer.seal(plan, place('plan', job, job.retries)) }),
        ...(receipt === undefined
          ? {}
          : { receipt: this.#sealer.seal(receipt, place('receipt', job, job.retries)) }),
        ...(retry ? { retries: sql`${jobs.retries} + 1`, receipt: null } : {}),
      })
      .where(
        and(
          eq(jobs.id, job.id),
          eq(jobs.state, job.state),
          ...(stoppable ? [eq(jobs.cancelRequested, false)] : []),
        ),
      )
      .returning({ id: jobs.id })
    if (moved.length > 0) return addEvent(tx, job.id, to, patch.failure)
    const [now] = await tx.select(columns).from(jobs).where(eq(jobs.id, job.id))
    throw now?.cancelRequested && !isFinal(now.state) ? new JobCancelledError() : new JobMovedError()
  }

  /** Asks a job to stop; it does unless its transaction is signed by then. @throws {@link NotCancellableError} */
  async requestCancel(id: string): Promise<JobRecord> {
    await this.get(id)
    const states = JOB_STATES.filter(isCancellable)
    const asked = await this.#db
      .update(jobs)
      .set({ cancelRequested: true })
      .where(and(eq(jobs.id, id), inArray(jobs.state, states)))
      .returning({ id: jobs.id })
    if (asked.length === 0) throw new NotCancellableError()
    return this.get(id)
  }

  async eventsAfter(id: string, sequence: number): Promise<JobEvent[]> {
    return eventsAfter(this.#db, id, sequence)
  }
}

/** Where what is sealed of a job lives: its request for good, plan and receipt for the present attempt. */
const place = (
  name: 'request' | 'plan' | 'receipt',
  { id, portfolioId }: Pick<JobRecord, 'id' | 'portfolioId'>,
  version: number,
) => ({ table: `jobs.${name}`, row: id, portfolioId, version })

export class JobNotFoundError extends HttpError {
  constructor() {
    super(404, 'There is no rebalance with this id.', { code: 'SERVER_JOB_NOT_FOUND', field: 'id' })
  }
}

export class JobInProgressError extends HttpError {
  constructor() {
    super(409, 'The portfolio has a rebalance that is not finished.', {
      code: 'SERVER_JOB_IN_PROGRESS',
      hints: ['Wait until it is final, or cancel it.'],
    })
  }
}

export class IdempotencyKeyError extends HttpError {
  constructor() {
    super(422, 'This idempotency key came with another body before.', {
      code: 'SERVER_IDEMPOTENCY_KEY',
      field: 'idempotency-key',
      hints: ['Take a fresh key for every new request; repeat a request with the key and body it first had.'],
    })
  }
}

export class NotCancellableError extends HttpError {
  constructor() {
    super(409, 'The transaction is signed or the rebalance is final, so it cannot be cancelled.', {
      code: 'SERVER_NOT_CANCELLABLE',
    })
  }
}

export class JobCancelledError extends HttpError {
  constructor() {
    super(409, 'The rebalance was cancelled.', { code: 'SERVER_JOB_CANCELLED' })
  }
}

export class JobMovedError extends HttpError {
  constructor() {
    super(409, 'The rebalance is no longer in the state it was read in.', { code: 'SERVER_JOB_MOVED' })
  }
}
