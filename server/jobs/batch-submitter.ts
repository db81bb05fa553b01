import { ContractError } from '../chain/contract-error.js'
import type { Terms } from '../schemas/terms.js'
import { JobCancelledError, JobMovedError, type JobRecord } from '../store/job-store.js'
import { type BatchRules, isDue } from './batch-rule.js'
import type { EngineParts } from './engine-parts.js'
import { findRefused } from './find-refused.js'
import { type StepEntry, signCall, stepsCall } from './submit-step.js'

/** A proven job with its step, and the snapshot its proof is good for. */
export type ProvenStep = {
  readonly job: JobRecord
  readonly entry: StepEntry
  readonly snapshot: { readonly universeId: bigint; readonly digest: bigint; readonly terms: Terms }
}

type Waiting = ProvenStep & {
  /** From here on the outcome decides, not the caller's signal. */
  readonly take: () => void
  readonly done: (job: JobRecord) => void
  readonly fail: (error: unknown) => void
}

const POLL_MS = 1_000
/** A transaction gets this long to be mined before a proof in it is worthless. */
const EXPIRY_SECONDS = 60

/**
 * Signs the transactions of proven steps: one for all that are ready together, each step paying for one pairing instead of
 * four. What waits is in memory alone; its jobs are proven on disk, and wait again after a restart, from when they were
 * proven. An entry that the ledger refuses is found by simulation and left out, so that it costs the others nothing.
 */
export class BatchSubmitter {
  readonly #parts: EngineParts
  readonly #rules: BatchRules
  #waiting: Waiting[] = []
  #turning = false
  #timer: NodeJS.Timeout | undefined

  constructor(parts: EngineParts, rules: BatchRules) {
    this.#parts = parts
    this.#rules = rules
  }

  /**
   * Resolves once the step's transaction is signed and on disk, its job with it.
   *
   * @throws `ContractError` when the ledger refuses this step; `JobCancelledError`, `JobMovedError` when its job may not go
   * on; the signal's reason; `ChainUnavailableError`
   */
  sign(step: ProvenStep, signal: AbortSignal): Promise<JobRecord> {
    return new Promise((done, fail) => {
      if (signal.aborted) return fail(signal.reason)
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        fail(signal.reason)
      }
      const take = () => signal.removeEventListener('abort', leave)
      const waiting = { ...step, take, done, fail }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiting)
      void this.#turn()
    })
  }

  /** Sends what is due, as long as something is, and looks again later while something waits. */
  async #turn(): Promise<void> {
    if (this.#turning) return
    this.#turning = true
    clearTimeout(this.#timer)
    try {
      while (this.#waiting.length > 0 && (await this.#isDue())) await this.#send(this.#take(this.#rules.max))
    } catch (error) {
      for (const { fail } of this.#take(this.#waiting.length)) fail(error)
    } finally {
      this.#turning = false
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => void this.#turn(), POLL_MS).unref()
  }

  #take(most: number): Waiting[] {
    const taken = this.#waiting.splice(0, most)
    for (const { take } of taken) take()
    return taken
  }

  async #isDue(): Promise<boolean> {
    const { store, chain, ledger } = this.#parts
    const first = Math.min(...this.#waiting.map(({ job }) => job.updatedAt.getTime()))
    return isDue(this.#rules, {
      ready: this.#waiting.length,
      waited: (Date.now() - first) / 1_000,
      others: () => store.jobs.isAnyUnproven(),
      baseFee: () => chain.baseFee(),
      expiring: async () => {
        for (const { universeId, digest, terms } of this.#snapshots()) {
          if (!(await ledger.staysUsable(universeId, digest, terms, EXPIRY_SECONDS))) return true
        }
        return false
      },
    })
  }

  /** Snapshots of what waits, each once for each pair of terms that decides how long it is usable. */
  #snapshots(): ProvenStep['snapshot'][] {
    const keyOf = ({ universeId, digest, terms }: ProvenStep['snapshot']) =>
      [universeId, digest, terms.marketMaxAge, terms.grace].join()
    return [...new Map(this.#waiting.map(({ snapshot }) => [keyOf(snapshot), snapshot])).values()]
  }

  /** Every step ends in a transaction, or failed with an error of its own. */
  async #send(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return
    try {
      await this.#signTogether(group)
    } catch (error) {
      const out = group.length === 1 ? [{ entry: group[0]!, error }] : await this.#atFault(group, error)
      for (const { entry, error } of out) entry.fail(error)
      const left = group.filter((waiting) => !out.some(({ entry }) => entry === waiting))
      if (out.length > 0) return this.#send(left)
      // Refused together and not one by one: too much for one transaction.
      const middle = left.length >> 1
      await this.#send(left.slice(0, middle))
      await this.#send(left.slice(middle))
    }
  }

  async #signTogether(group: readonly Waiting[]): Promise<void> {
    const { chain, store } = this.#parts
    const data = stepsCall(group.map(({ entry }) => entry))
    const jobs = group.map(({ job }) => job)
    const moved = await chain.inTurn('submitter', async () => {
      const signed = await signCall(this.#parts, data)
      return store.jobs.advanceTogether(jobs, 'signed', { txHash: signed.hash }, (tx) =>
        store.outbox.keep(tx, signed),
      )
    })
    for (const [i, { done }] of group.entries()) done(moved[i]!)
  }

  /** Who of a group may not go on, and why: all of it, when that is no fault of any of them. */
  async #atFault(group: readonly Waiting[], error: unknown): Promise<{ entry: Waiting; error: unknown }[]> {
    const { chain, store } = this.#parts
    const all = (reason: unknown) => group.map((entry) => ({ entry, error: reason }))
    try {
      if (error instanceof ContractError) {
        const sender = chain.keystore.submitter.address
        return await findRefused(group, async (part) => {
          const data = stepsCall(part.map(({ entry }) => entry))
          await chain.simulate(sender, chain.deployment.ledger, data)
        })
      }
      if (!(error instanceof JobCancelledError || error instanceof JobMovedError)) return all(error)
      const now = await Promise.all(group.map(({ job }) => store.jobs.get(job.id)))
      const moved = now.flatMap(({ state, cancelRequested }, i) => {
        if (state !== 'proved') return [{ entry: group[i]!, error: new JobMovedError() }]
        return cancelRequested ? [{ entry: group[i]!, error: new JobCancelledError() }] : []
      })
      return moved.length > 0 ? moved : all(error)
    } catch (unexpected) {
      return all(unexpected)
    }
  }
}
