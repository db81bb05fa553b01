import { BaseError } from '#portfolio/base-error.js'
import type { ProveResult } from './prove-circuit.js'
import type { ProveRequest } from './prove-message.js'
import { type ProveControl, ProverChild, type ProverChildOptions } from './prover-child.js'
import { privateDirectoryRoot, removeStaleDirectories } from './rapidsnark.js'
import { parsePublicSignals } from './verify.js'

export type ProverPoolOptions = {
  /** Proving processes, at least 1. Each takes all cores while it proves: more than one helps only beyond 4 cores. */
  readonly size: number
  /** Jobs after which a process is replaced, since provers leak. Default 50. */
  readonly recycleAfter?: number
  /** Longest time a job may take once started. Default 120,000. */
  readonly timeoutMs?: number
  /** Resident memory at which a process is stopped. Default 2 GiB; a circuit of 46,000 constraints takes half a gigabyte. */
  readonly rssLimitBytes?: number
  /** Path of a rapidsnark binary; default the environment variable RAPIDSNARK, and snarkjs without it. */
  readonly rapidsnark?: string
}

type Waiting = { request: ProveRequest; start: (child: ProverChild) => void; fail: (error: unknown) => void }

/**
 * Proves in child processes, one job at a time each, first come first served. Proving keys stay warm in the children;
 * a child is started when first needed and killed when its job is cancelled or overruns.
 */
export class ProverPool {
  readonly #size: number
  readonly #recycleAfter: number
  readonly #childOptions: ProverChildOptions
  readonly #children = new Set<ProverChild>()
  readonly #idle: ProverChild[] = []
  readonly #queue: Waiting[] = []
  #closed = false

  constructor(options: ProverPoolOptions) {
    const binary = options.rapidsnark ?? process.env.RAPIDSNARK
    const root = privateDirectoryRoot()
    if (binary) removeStaleDirectories(root)
    this.#size = Math.max(1, options.size)
    this.#recycleAfter = options.recycleAfter ?? 50
    this.#childOptions = {
      timeoutMs: options.timeoutMs ?? 120_000,
      rssLimitBytes: options.rssLimitBytes ?? 2 * 2 ** 30,
      rapidsnark: binary ? { binary, root } : undefined,
    }
  }

  /** The processes now alive. */
  get pids(): number[] {
    return [...this.#children].flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  }

  /**
   * Computes the witness, proves, verifies, and compares the public signals with the expected ones.
   * Rejects with the signal's reason when cancelled, waiting or running.
   * @throws {MalformedSignalsError} if an expected signal is not a canonical field element
   * @throws {WitnessInputError | WitnessError | PublicSignalsMismatchError} for a request that cannot be proven
   * @throws {ArtifactError | ProofRejectedError | ProverBackendError} for files or a backend at fault
   * @throws {ProverTimeoutError | ProverMemoryError | ProverCrashedError | ProverClosedError} for the process
   */
  async prove(request: ProveRequest, control: ProveControl = {}): Promise<ProveResult> {
    parsePublicSignals(request.expectedPublicSignals, request.expectedPublicSignals.length)
    const child = await this.#acquire(request, control.signal)
    try {
      control.signal?.throwIfAborted()
      return await child.run(request, control)
    } catch (error) {
      throw this.#closed && child.stopping ? new ProverClosedError() : error
    } finally {
      await this.#release(child)
    }
  }

  /** Stops every process and rejects every job, waiting or running; resolves when all processes are gone. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of this.#queue.splice(0)) waiting.fail(new ProverClosedError())
    await Promise.all([...this.#children].map((child) => child.kill()))
    this.#children.clear()
  }

  #acquire(request: ProveRequest, signal: AbortSignal | undefined): Promise<ProverChild> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ProverClosedError())
      if (signal?.aborted) return reject(signal.reason)
      const waiting: Waiting = {
        request,
        start: (child) => {
          signal?.removeEventListener('abort', cancel)
          resolve(child)
        },
        fail: reject,
      }
      const cancel = () => {
        const place = this.#queue.indexOf(waiting)
        if (place >= 0) this.#queue.splice(place, 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      this.#queue.push(waiting)
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const first = this.#queue[0]!
      const child = this.#take(first.request.circuit.id)
      if (!child) return
      this.#queue.shift()
      first.start(child)
    }
  }

  /** An idle child, if possible one that holds the circuit already; else a new one while there is room. */
  #take(circuitId: string): ProverChild | undefined {
    for (const gone of this.#idle.filter(({ stopping }) => stopping)) {
      this.#idle.splice(this.#idle.indexOf(gone), 1)
      this.#children.delete(gone)
    }
    const warm = this.#idle.findIndex((child) => child.circuits.has(circuitId))
    if (this.#idle.length > 0) return this.#idle.splice(Math.max(warm, 0), 1)[0]
    if (this.#children.size >= this.#size) return undefined
    const child = new ProverChild(this.#childOptions)
    this.#children.add(child)
    return child
  }

  async #release(child: ProverChild): Promise<void> {
    const spent = child.jobs >= this.#recycleAfter || child.rssBytes > this.#childOptions.rssLimitBytes
    if (spent || child.stopping || this.#closed) {
      await child.kill()
      this.#children.delete(child)
    } else {
      this.#idle.push(child)
    }
    this.#dispatch()
  }
}

export class ProverClosedError extends BaseError {
  constructor() {
    super('The prover pool is closed.', { code: 'PROVER_CLOSED' })
  }
}
