import { createPublicClient, type Hex, http } from 'viem'
import type { Embedded } from '#server/embedded.js'
import type { Job } from '#server/schemas/rebalance.js'
import { type DemoClient, DemoError, progressOf } from './demo-client.js'
import { createDesk, putBook } from './desk-fund.js'
import type { Progress } from './progress.js'

const PORTFOLIOS = 4

/** One transaction that moved several portfolios. */
export type DemoBatch = {
  readonly tx: Hex
  readonly portfolios: number
  readonly gasUsed: number
  readonly gasPerPortfolio: number
}

type Stage = {
  readonly stack: Embedded
  readonly fund: DemoClient
  readonly progress: Progress
  /** The portfolio that is open, and what one of its steps cost alone. */
  readonly id: Hex
  readonly gasAlone: number
  readonly recipients: readonly Uint8Array[]
  /** Runs a job to its end under a label. */
  readonly run: (label: string, path: string, body: unknown, key: string) => Promise<Job>
}

/**
 * Opens three more portfolios of the same universe and mandate, and has all four step at once.
 *
 * @throws `DemoError` where they are not in one transaction, or it costs each no less than a step alone.
 */
export async function demoBatch({
  stack,
  fund,
  progress,
  id,
  gasAlone,
  recipients,
  run,
}: Stage): Promise<DemoBatch> {
  // The book as rebalanced: the one it was opened with is outside the mandate by now.
  const { book } = await fund.call<{ book: unknown }>('GET', `/portfolios/${id}/book`)
  const ids = [id]
  while (ids.length < PORTFOLIOS) {
    const other = await createDesk(fund, recipients)
    await putBook(stack, fund, other.id, book)
    const label = `opening of portfolio ${ids.length + 1} proven and on chain`
    await run(label, `/portfolios/${other.id}/open`, undefined, `demo-open-${ids.length + 1}`)
    ids.push(other.id)
  }
  progress.begin('four steps asked for at once: proven, and sent together')
  const jobs = await stepTogether(fund, progress, ids)
  const failed = jobs.find(({ state }) => state !== 'confirmed')
  if (failed) throw new DemoError(failed.failure ?? failed.state, 'a step of the batch failed')
  const [tx, ...others] = new Set(jobs.map(({ txHash }) => txHash as Hex))
  if (others.length > 0) throw new DemoError(`${others.length + 1} transactions`, 'the steps were sent apart')
  const client = createPublicClient({ transport: http(stack.rpcUrl) })
  const gasUsed = Number((await client.getTransactionReceipt({ hash: tx! })).gasUsed)
  const gasPerPortfolio = Math.floor(gasUsed / PORTFOLIOS)
  progress.end(`one transaction, ${gasUsed} gas: ${gasPerPortfolio} each, a step alone took ${gasAlone}`)
  if (gasPerPortfolio >= gasAlone)
    throw new DemoError(`${gasPerPortfolio} gas each`, 'the batch saved nothing')
  return { tx: tx!, portfolios: PORTFOLIOS, gasUsed, gasPerPortfolio }
}

/** A heartbeat of each portfolio, all asked for before the first is proven. */
async function stepTogether(fund: DemoClient, progress: Progress, ids: readonly Hex[]): Promise<Job[]> {
  const body = { mode: 'heartbeat' }
  const asked = await Promise.all(
    ids.map((id, i) => fund.call<Job>('POST', `/portfolios/${id}/rebalances`, body, `demo-together-${i}`)),
  )
  const shares = asked.map(() => 0)
  return Promise.all(
    asked.map((job, i) =>
      fund.follow(job.id, (what) => {
        shares[i] = Math.max(shares[i]!, progressOf(what))
        progress.update(shares.reduce((sum, share) => sum + share, 0) / shares.length)
      }),
    ),
  )
}
