import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { BaseError } from '#portfolio/base-error.js'
import type { ProveResult, ProveStep } from './prove-circuit.js'
import { fromFailure, WitnessInputError } from './prove-error.js'
import type { ProveJob, ProveReply, ProveRequest } from './prove-message.js'
import { makePrivateDirectory } from './rapidsnark.js'
import { childEntry } from './source-entry.js'

export type ProverChildOptions = {
  readonly timeoutMs: number
  readonly rssLimitBytes: number
  /** rapidsnark's binary, and a root for private directories; undefined proves with snarkjs. */
  readonly rapidsnark: { readonly binary: string; readonly root: string } | undefined
}

export type ProveControl = {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((step: ProveStep) => void) | undefined
}

const MEMORY_CHECK_MS = 500

/** One proving process, seen from its parent. Whatever stops a job midway kills the process: no half-done state is reused. */
export class ProverChild {
  readonly #process: ChildProcess
  readonly #options: ProverChildOptions
  readonly #directory: string | undefined
  readonly #exit: Promise<void>
  readonly circuits = new Set<string>()
  jobs = 0
  rssBytes = 0
  #stopping = false
  #fail: ((error: unknown) => void) | undefined

  constructor(options: ProverChildOptions) {
    this.#options = options
    const { path, execArgv } = childEntry('prove-job')
    const { rapidsnark } = options
    this.#directory = rapidsnark && makePrivateDirectory(rapidsnark.root)
    const keep = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH'].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    )
    this.#process = fork(path, [], {
      execArgv,
      env: Object.fromEntries(keep),
      serialization: 'advanced',
      // A circuit's log and a crash report may hold private values.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A process group of its own, so that a native prover dies with it.
      detached: true,
    })
    this.#exit = new Promise((resolve) => {
      const gone = () => {
        this.#stopping = true
        if (this.#directory) rmSync(this.#directory, { recursive: true, force: true })
        this.#fail?.(new ProverCrashedError())
        resolve()
      }
      this.#process.once('exit', gone)
      this.#process.once('error', gone)
    })
    this.#keepAlive(false)
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Killed, or gone by itself: takes no further job. */
  get stopping(): boolean {
    return this.#stopping
  }

  /** Runs one job; the caller sees to it that there is only one. Once `stopping`, the child takes no more. */
  async run(request: ProveRequest, { signal, onProgress }: ProveControl): Promise<ProveResult> {
    const { timeoutMs, rssLimitBytes } = this.#options
    const cleanUps: (() => void)[] = []
    this.#keepAlive(true)
    this.jobs++
    this.circuits.add(request.circuit.id)
    try {
      return await new Promise<ProveResult>((resolve, reject) => {
        const abandon = (error: unknown) => {
          reject(error)
          void this.kill()
        }
        this.#fail = reject
        const onAbort = () => abandon(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        const timer = setTimeout(() => abandon(new ProverTimeoutError(timeoutMs)), timeoutMs)
        const memory = setInterval(() => {
          if (this.#residentBytes() > rssLimitBytes) abandon(new ProverMemoryError())
        }, MEMORY_CHECK_MS)
        const report = (step: ProveStep) => {
          try {
            onProgress?.(step)
          } catch (error) {
            abandon(error)
          }
        }
        const onMessage = (reply: ProveReply) => {
          if (reply.kind === 'step') return report(reply.step)
          this.rssBytes = reply.rssBytes
          if (reply.kind === 'done') resolve(reply.result)
          else reject(fromFailure(request.circuit.id, reply.failure))
        }
        this.#process.on('message', onMessage)
        cleanUps.push(
          () => signal?.removeEventListener('abort', onAbort),
          () => clearTimeout(timer),
          () => clearInterval(memory),
          () => this.#process.off('message', onMessage),
        )
        if (this.#stopping) return reject(new ProverCrashedError())
        try {
          this.#process.send(this.#job(request), (error) => error && abandon(new ProverCrashedError()))
        } catch {
          reject(new WitnessInputError(request.circuit.id, 'record: map names to decimal strings'))
        }
      })
    } finally {
      for (const cleanUp of cleanUps) cleanUp()
      this.#fail = undefined
      this.#keepAlive(false)
    }
  }

  /** Ends the process and whatever it started, at once; resolves when it is gone and its private files are removed. */
  async kill(): Promise<void> {
    if (!this.#stopping && this.pid !== undefined) {
      this.#stopping = true
      try {
        process.kill(-this.pid, 'SIGKILL')
      } catch {
        this.#process.kill('SIGKILL')
      }
      this.#process.ref()
    }
    await this.#exit
  }

  /** Exactly the members that the child reads: a caller's object may carry more, and not all of it can be sent. */
  #job({ circuit, input, expectedPublicSignals }: ProveRequest): ProveJob {
    const { id, wasmPath, zkeyPath, vkeyPath, hashes } = circuit
    const { rapidsnark } = this.#options
    const directory = this.#directory
    return {
      circuit: {
        id,
        wasmPath,
        zkeyPath,
        vkeyPath,
        hashes: { wasm: hashes.wasm, zkey: hashes.zkey, vkey: hashes.vkey },
      },
      input,
      expectedPublicSignals,
      rapidsnark: rapidsnark && directory ? { binary: rapidsnark.binary, directory } : undefined,
    }
  }

  #keepAlive(yes: boolean): void {
    if (yes) this.#process.ref()
    else this.#process.unref()
    const channel = this.#process.channel
    if (yes) channel?.ref()
    else channel?.unref()
  }

  /** Resident memory now, where the system tells it (Linux); elsewhere what the child last said. */
  #residentBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.pid}/statm`, 'utf8').split(' ')[1]) * 4096
    } catch {
      return this.rssBytes
    }
  }
}

export class ProverTimeoutError extends BaseError {
  constructor(timeoutMs: number) {
    super(`The proof was not ready within ${timeoutMs} ms; the prover was stopped.`, {
      code: 'PROVER_TIMEOUT',
    })
  }
}

export class ProverMemoryError extends BaseError {
  constructor() {
    super('The prover needed more memory than allowed and was stopped.', { code: 'PROVER_MEMORY' })
  }
}

export class ProverCrashedError extends BaseError {
  constructor() {
    super('The prover process ended before the proof was ready.', {
      code: 'PROVER_CRASHED',
      hints: ['Ask again; if it happens again, look for the system out-of-memory killer.'],
    })
  }
}
