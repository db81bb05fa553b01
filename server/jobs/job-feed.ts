import { EventEmitter } from 'node:events'
import type { ProveStep } from '#prover/prove-circuit.js'
import type { JobEvent } from '../store/job-events.js'

type Listener = { readonly event: (event: JobEvent) => void; readonly step: (step: ProveStep) => void }

/** Tells listeners of this process about a job as it moves. What must not be missed is read from the store. */
export class JobFeed {
  readonly #emitter = new EventEmitter().setMaxListeners(0)

  publish(event: JobEvent): void {
    this.#emitter.emit(`event ${event.jobId}`, event)
  }

  progress(jobId: string, step: ProveStep): void {
    this.#emitter.emit(`step ${jobId}`, step)
  }

  /** Returns how to stop listening. */
  listen(jobId: string, { event, step }: Listener): () => void {
    this.#emitter.on(`event ${jobId}`, event)
    this.#emitter.on(`step ${jobId}`, step)
    return () => {
      this.#emitter.off(`event ${jobId}`, event)
      this.#emitter.off(`step ${jobId}`, step)
    }
  }
}
