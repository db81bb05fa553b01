import { BaseError } from '#portfolio/base-error.js'
import type { ProveStep } from '#prover/prove-circuit.js'
import { ChainUnavailableError, ContractError } from '../chain/contract-error.js'
import { ensureMandate } from '../chain/mandate-registrar.js'
import { JobCancelledError, JobMovedError, type JobRecord } from '../store/job-store.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { EngineParts } from './engine-parts.js'
import { isCancellable, isFinal } from './job-state.js'
import { type PlannedStep, planOpening, planRebalance, type StepRequest } from './plan-step.js'
import { proveStep, stateStep } from './prove-step.js'
import { assertMined, broadcast, callOf, signCall } from './submit-step.js'

/** Refusals of the chain that a new plan, at the snapshot and head of now, can overcome. */
const REPLANNED = [
  'UnusableSnapshot',
  'WrongHead',
  'InvalidProof',
  'NotAuthorized',
  'DeadlinePassed',
  'Reverted',
]
const REPLANS_MAX = 3
const STOP_MS = 15_000

/** What a plan needs for proving and committing, recomputed from what is stored. */
type Loaded = { portfolio: PortfolioRecord; plan: PlannedStep; stated: ReturnType<typeof stateStep> }

/**
 * Carries jobs from one persisted state to the next. Each state is on disk before the next side effect, and every side
 * effect may be done again, so a job interrupted anywhere goes on from its row and ends as if nothing had happened.
 */
export class JobEngine {
  readonly #parts: EngineParts
  readonly #onStep: (jobId: string, step: ProveStep) => void
  readonly #running = new Map<string, { control: AbortController; done: Promise<void> }>()
  #stopping = false

  constructor(parts: EngineParts, onStep: (jobId: string, step: ProveStep) => void) {
    this.#parts = parts
    this.#onStep = onStep
  }

  /**
   * Runs a job to its end. A job that this process runs already, or that is final, is left alone.
   *
   * @throws only what a later attempt may overcome: the chain does not answer, the service stops.
   */
  async run(jobId: string): Promise<void> {
    if (this.#running.has(jobId)) return
    if (this.#stopping) throw new StoppingError()
    const control = new AbortController()
    const done = this.#toEnd(jobId, control.signal).finally(() => this.#running.delete(jobId))
    this.#running.set(jobId, { control, done })
    return done
  }

  /** Interrupts a job that was asked to stop. */
  interrupt(jobId: string): void {
    this.#running.get(jobId)?.control.abort(new JobCancelledError())
  }

  /** Interrupts everything that has no transaction yet; rows stay as they are and are taken up at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true
    const running = [...this.#running.values()]
    for (const { control } of running) control.abort(new StoppingError())
    const limit = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())
    await Promise.race([Promise.allSettled(running.map(({ done }) => done)), limit])
  }

  async #toEnd(jobId: string, signal: AbortSignal): Promise<void> {
    let job = await this.#parts.store.jobs.get(jobId)
    while (!isFinal(job.state)) {
      if (this.#stopping) throw new StoppingError()
      job = await this.#next(job, signal)
    }
  }

  async #next(job: JobRecord, signal: AbortSignal): Promise<JobRecord> {
    const { jobs } = this.#parts.store
    try {
      if (job.cancelRequested && isCancellable(job.state)) throw new JobCancelledError()
      return await this.#step(job, signal)
    } catch (error) {
      if (this.#stopping || error instanceof JobMovedError || error instanceof ChainUnavailableError)
        throw error
      const now = await jobs.get(job.id)
      if (now.state !== job.state) throw error
      if (now.cancelRequested && isCancellable(job.state)) return jobs.advance(job, 'cancelled')
      const replannable = error instanceof ContractError && REPLANNED.includes(error.contractError)
      if (replannable && job.state !== 'planning' && job.retries < REPLANS_MAX) return this.#replan(job)
      if (!(error instanceof BaseError) && !isCancellable(job.state)) throw error
      return jobs.advance(job, 'failed', { failure: codeOf(error) }, async (tx) => {
        if (job.txHash) await this.#parts.store.outbox.settle(tx, job.txHash, 'abandoned')
      })
    }
  }

  async #step(job: JobRecord, signal: AbortSignal): Promise<JobRecord> {
    const { jobs } = this.#parts.store
    switch (job.state) {
      case 'queued':
        return jobs.advance(job, 'planning')
      case 'planning':
        return this.#plan(job, signal)
      case 'planned':
        return jobs.advance(job, 'proving')
      case 'proving':
        return this.#prove(job, signal)
      case 'proved':
        return this.#sign(job)
      case 'signed':
        return this.#broadcast(job)
      case 'submitted':
        return this.#confirm(job)
      default:
        return job
    }
  }

  async #plan(job: JobRecord, signal: AbortSignal): Promise<JobRecord> {
    const parts = this.#parts
    const portfolio = await parts.store.portfolios.get(job.portfolioId)
    const plan =
      job.kind === 'open'
        ? await planOpening(parts, portfolio)
        : await planRebalance(parts, portfolio, await parts.store.jobs.request<StepRequest>(job))
    // After the plan, so that a book that may not open leaves no mandate on chain to tell of it.
    if (job.kind === 'open') await ensureMandate(parts, portfolio, signal)
    signal.throwIfAborted()
    return parts.store.jobs.advance(job, 'planned', { plan, epoch: plan.epoch })
  }

  async #prove(job: JobRecord, signal: AbortSignal): Promise<JobRecord> {
    const { stated, plan } = await this.#load(job)
    const onProgress = (step: ProveStep) => this.#onStep(job.id, step)
    const { receipt, timings } = await proveStep(this.#parts, stated, plan, { signal, onProgress })
    return this.#parts.store.jobs.advance(job, 'proved', { receipt, timings })
  }

  async #sign(job: JobRecord): Promise<JobRecord> {
    const { chain, store } = this.#parts
    const { portfolio, plan } = await this.#load(job)
    const data = await callOf(this.#parts, portfolio, plan, job.receipt!)
    return chain.inTurn('submitter', async () => {
      const signed = await signCall(this.#parts, data)
      return store.jobs.advance(job, 'signed', { txHash: signed.hash }, (tx) =>
        store.outbox.keep(tx, job.id, signed),
      )
    })
  }

  async #broadcast(job: JobRecord): Promise<JobRecord> {
    const { jobs, outbox } = this.#parts.store
    const signed = await outbox.get(job.txHash!)
    if (!(await broadcast(this.#parts, signed))) return this.#replan(job)
    this.#parts.reached('sent')
    return jobs.advance(job, 'submitted')
  }

  async #confirm(job: JobRecord): Promise<JobRecord> {
    const { chain, store } = this.#parts
    const hash = job.txHash!
    const mined = await chain.receipt(hash)
    assertMined(this.#parts, mined, hash)
    const { stated } = await this.#load(job)
    return store.jobs.advance(job, 'confirmed', { gasUsed: mined.gasUsed.toString() }, async (tx) => {
      await store.outbox.settle(tx, hash, 'mined')
      await store.portfolios.addBook(tx, job.portfolioId, stated.nextBook)
    })
  }

  /** Starts over at the present snapshot with the next attempt; the old transaction reverted or can never be mined. */
  async #replan(job: JobRecord): Promise<JobRecord> {
    const { jobs } = this.#parts.store
    return jobs.advance(job, 'planning', { retry: true, txHash: null }, async (tx) => {
      if (job.txHash) await this.#parts.store.outbox.settle(tx, job.txHash, 'abandoned')
    })
  }

  async #load(job: JobRecord): Promise<Loaded> {
    const { jobs, portfolios } = this.#parts.store
    const portfolio = await portfolios.get(job.portfolioId)
    const plan = await jobs.plan<PlannedStep>(job)
    const current = await portfolios.currentBook(job.portfolioId)
    return { portfolio, plan, stated: stateStep(this.#parts, portfolio, current, plan) }
  }
}

/** Foreign messages may hold anything: only our own codes are kept. */
const codeOf = (error: unknown): string => (error instanceof BaseError ? error.code : 'SERVER_INTERNAL')

class StoppingError extends BaseError {
  constructor() {
    super('The service is stopping.', { code: 'SERVER_STOPPING' })
  }
}
