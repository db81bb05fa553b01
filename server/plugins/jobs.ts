import fp from 'fastify-plugin'
import type { Hex } from 'viem'
import { MarketPublisher } from '../chain/market-publisher.js'
import type { BatchRules } from '../jobs/batch-rule.js'
import { BatchSubmitter } from '../jobs/batch-submitter.js'
import type { EngineParts } from '../jobs/engine-parts.js'
import { JobEngine } from '../jobs/job-engine.js'
import { JobQueue } from '../jobs/job-queue.js'
import type { JobKind, JobRecord } from '../store/job-store.js'
import type { Admit } from './inquiries.js'

declare module 'fastify' {
  interface FastifyInstance {
    publisher: MarketPublisher
    parts: EngineParts
    jobs: Jobs
  }
}

export type JobsPluginOptions = {
  readonly workers: number
  readonly batches: BatchRules
  readonly crashAt: string | undefined
}

/** Accepts jobs and sees to it that every one of them ends. */
export type Jobs = {
  /** `admit` is asked once for a job that is new, inside its transaction; when it throws there is no job. */
  readonly submit: (
    job: { portfolioId: Hex; kind: JobKind; request: unknown; key: string },
    admit: Admit,
  ) => Promise<JobRecord>
  readonly cancel: (id: string) => Promise<JobRecord>
}

/** Takes up, once the service is ready, every job an earlier process left unfinished. */
export default fp<JobsPluginOptions>(
  async (app, { workers, batches, crashAt }) => {
    const { store, chain, ledger, settlements, pool, circuits, ledgerCircuit, digest, shape, tier } = app
    const publisher = new MarketPublisher({ chain, markets: store.markets, pool, circuits, digest, shape })
    const reached = (point: string) => {
      if (point === crashAt) process.kill(process.pid, 'SIGKILL')
    }
    const parts: EngineParts = {
      tier,
      shape,
      store,
      chain,
      ledger,
      settlements,
      publisher,
      pool,
      circuits,
      ledgerCircuit,
      digest,
      reached,
    }
    const queue = new JobQueue(store.executor, () => app.log.error({ code: 'SERVER_QUEUE' }))
    const engine = new JobEngine(parts, new BatchSubmitter(parts, batches), {
      step: (jobId, step) => app.feed.progress(jobId, step),
      again: (jobId, when) => {
        const enqueued = when === 'later' ? queue.enqueueLater(jobId) : queue.enqueue(jobId)
        enqueued.then(
          () => queue.wake(),
          () => app.log.error({ code: 'SERVER_QUEUE' }),
        )
      },
    })

    app.decorate('publisher', publisher)
    app.decorate('parts', parts)
    app.decorate('jobs', {
      submit: async (request, admit) => {
        const job = await store.jobs.create(request, async (id, tx) => {
          await admit(tx)
          await queue.enqueue(id, tx)
        })
        queue.wake()
        return job
      },
      cancel: async (id) => {
        const job = await store.jobs.requestCancel(id)
        engine.interrupt(id)
        return job
      },
    } satisfies Jobs)
    app.addHook('onReady', async () => {
      await queue.start(workers, (jobId) => engine.run(jobId))
      for (const jobId of await store.jobs.unfinished()) await queue.enqueue(jobId)
      queue.wake()
    })
    app.addHook('onClose', async () => {
      await engine.stop()
      await queue.stop()
    })
  },
  { name: 'jobs', dependencies: ['store', 'chain', 'prover'] },
)
