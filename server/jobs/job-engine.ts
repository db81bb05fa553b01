import { BaseError } from '#portfolio/base-error.js'
import type { ProveStep } from '#prover/prove-circuit.js'
import { underActiveMandate } from '../chain/active-mandate.js'
import { ChainUnavailableError, ContractError } from '../chain/contract-error.js'
import { ensureMandate } from '../chain/mandate-registrar.js'
import { codeOf } from '../http-error.js'
import { JobCancelledError, JobMovedError, type JobRecord } from '../store/job-store.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { BatchSubmitter } from './batch-submitter.js'
import type { EngineParts } from './engine-parts.js'
import { isCancellable, isFinal, isProven } from './job-state.js'
import { type PlannedStep, planOpening, planRebalance, type StepRequest } from './plan-step.js'
import { proveStep, stateStep } from './prove-step.js'
import {
  broadcast,
  gasOfStep,
  legsIn,
  openingCall,
  openTradeCall,
  signCall,
  submissionOf,
} from './submit-step.js'

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

/** `again` is to call a job up once more, now or after a pause; `step` hears what a proof is at. */
export type EngineListeners = {
  readonly again: (jobId: string, when: 'now' | 'later') => void
  readonly step: (jobId: string, step: ProveStep) => void
}

/** What a plan needs for proving and committing, recomputed from what is stored. */
type Loaded = { portfolio: PortfolioRecord; plan: PlannedStep; stated: ReturnType<typeof stateStep> }

/**
 * Carries jobs from one persisted state to the next. Each state is on disk before the next side effect, and every side
 * effect may be done again, so a job interrupted anywhere goes on from its row and ends as if nothing had happened.
 */
export class JobEngine {
  readonly #parts: EngineParts
  readonly #batches: BatchSubmitter
  readonly #listeners: EngineListeners
  readonly #running = new Map<string, { control: AbortController; done: Promise<unknown> }>()
  #stopping = false

  constructor(parts: EngineParts, batches: BatchSubmitter, listeners: EngineListeners) {
    this.#parts = parts
    this.#batches = batches
    this.#listeners = listeners
  }

  /**
   * Runs a job until it is proven, and goes on with its transaction by itself, so that the caller is free for another
   * proof. A job that this process runs already, or that is final, is left alone.
   *
   * @throws only what a later attempt may overcome: the chain does not answer, the service stops.
   */
  async run(jobId: string): Promise<void> {
    if (this.#running.has(jobId)) return
    if (this.#stopping) throw new StoppingError()
    const control = new AbortController()
    const proven = this.#through(jobId, control.signal, (state) => !isProven(state))
    const sent = proven.then(() => this.#send(jobId, control.signal))
    const done = sent.finally(() => this.#running.delete(jobId))
    this.#running.set(jobId, { control, done })
    done.then(
      (next) => next && !this.#stopping && this.#listeners.again(jobId, next),
      // The caller hears of it.
      () => {},
    )
    await proven
  }

  /** Sees a proven job to its end. @returns when to call it up again: held up, or to be proven anew; never otherwise. */
  async #send(jobId: string, signal: AbortSignal): Promise<'later' | 'now' | undefined> {
    try {
      const { state } = await this.#through(jobId, signal, isProven)
      return isFinal(state) ? undefined : 'now'
    } catch {
      return 'later'
    }
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

  /** Carries a job on for as long as its state is one of these. */
  async #through(
    jobId: string,
    signal: AbortSignal,
    isMine: (state: JobRecord['state']) => boolean,
  ): Promise<JobRecord> {
    let job = await this.#parts.store.jobs.get(jobId)
    while (!isFinal(job.state) && isMine(job.state)) {
      if (this.#stopping) throw new StoppingError()
      job = await this.#next(job, signal)
    }
    return job
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
        return this.#sign(job, signal)
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
    const onProgress = (step: ProveStep) => this.#listeners.step(job.id, step)
    const { receipt, timings } = await proveStep(this.#parts, stated, plan, { signal, onProgress })
    return this.#parts.store.jobs.advance(job, 'proved', { receipt, timings })
  }

  async #sign(job: JobRecord, signal: AbortSignal): Promise<JobRecord> {
    const { chain, store } = this.#parts
    const { portfolio, plan } = await this.#load(job)
    const receipt = (await store.jobs.receipt(job))!
    const submission = await submissionOf(this.#parts, plan, receipt)
    const entry = { portfolioId: portfolio.id, head: plan.head, submission }
    const legs = legsIn(receipt)
    // What trades in its own transaction shares it with nobody.
    if (job.kind === 'rebalance' && legs.length === 0) {
      const { universeId, terms } = await underActiveMandate(this.#parts, portfolio)
      const snapshot = { universeId, digest: plan.marketDigest, terms }
      return this.#batches.sign({ job, entry, snapshot }, signal)
    }
    const data = job.kind === 'open' ? openingCall(portfolio, submission) : openTradeCall(entry, legs)
    return chain.inTurn('submitter', async () => {
      const signed = await signCall(this.#parts, data)
      return store.jobs.advance(job, 'signed', { txHash: signed.hash }, (tx) => store.outbox.keep(tx, signed))
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
    const txHash = job.txHash!
    const mined = await this.#parts.chain.receipt(txHash)
    const gas = gasOfStep(this.#parts, mined, { txHash, portfolioId: job.portfolioId })
    if (gas === undefined && !(await this.#isApplied(job))) throw new ContractError('Reverted')
    return this.#finish(job, 'mined', gas)
  }

  /** Whether the head on chain is exactly where this job's step leads: a copy of its transaction does as well. */
  async #isApplied(job: JobRecord): Promise<boolean> {
    const { stated } = await this.#load(job)
    const record = await this.#parts.ledger.record(job.portfolioId)
    return record?.head === stated.nextBook.head
  }

  async #finish(job: JobRecord, outcome: 'mined' | 'abandoned', gas?: bigint): Promise<JobRecord> {
    const { store } = this.#parts
    const { stated } = await this.#load(job)
    const used = gas === undefined ? {} : { gasUsed: gas.toString() }
    return store.jobs.advance(job, 'confirmed', used, async (tx) => {
      if (job.txHash) await store.outbox.settle(tx, job.txHash, outcome)
      await store.portfolios.addBook(tx, job.portfolioId, stated.nextBook)
    })
  }

  /**
   * Starts over at the present snapshot with the next attempt; the old transaction reverted or can never be mined. Unless a
   * copy of it was: then the step is done.
   */
  async #replan(job: JobRecord): Promise<JobRecord> {
    if (await this.#isApplied(job)) return this.#finish(job, 'abandoned')
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

class StoppingError extends BaseError {
  constructor() {
    super('The service is stopping.', { code: 'SERVER_STOPPING' })
  }
}
