import PgBoss from 'pg-boss'
import { type SqlExecutor, type Transaction, transactionExecutor } from '../store/database.js'

const QUEUE = 'rebalances'
const RETRY = { retryLimit: 100, retryDelay: 1, retryBackoff: false, expireInSeconds: 3_600 }

type Payload = { readonly jobId: string }

/** Says which job to run next and when to try again; what a job is and how far it got is not its business. */
export class JobQueue {
  readonly #boss: PgBoss
  readonly #workers: string[] = []

  constructor(executor: SqlExecutor, onError: (error: Error) => void) {
    this.#boss = new PgBoss({ db: executor, schedule: false, maintenanceIntervalSeconds: 300 })
    this.#boss.on('error', onError)
  }

  /** Starts `count` workers; a handler that throws is called again after a pause that grows. */
  async start(count: number, handler: (jobId: string) => Promise<void>): Promise<void> {
    await this.#boss.start()
    await this.#boss.createQueue(QUEUE)
    for (let i = 0; i < count; i++) {
      const options = { batchSize: 1, pollingIntervalSeconds: 1 }
      const worker = await this.#boss.work<Payload>(QUEUE, options, async ([job]) => handler(job!.data.jobId))
      this.#workers.push(worker)
    }
  }

  /** Enqueues a job, with the rows of `tx` when given. Call {@link wake} once they are committed. */
  async enqueue(jobId: string, tx?: Transaction): Promise<void> {
    await this.#boss.send(QUEUE, { jobId }, { ...RETRY, ...(tx ? { db: transactionExecutor(tx) } : {}) })
  }

  /** Enqueues a job that was held up, for a second later. */
  async enqueueLater(jobId: string): Promise<void> {
    await this.#boss.send(QUEUE, { jobId }, { ...RETRY, startAfter: 1 })
  }

  /** Spares the workers their pause: a new job starts at once. */
  wake(): void {
    for (const worker of this.#workers) this.#boss.notifyWorker(worker)
  }

  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: false, wait: false })
  }
}
