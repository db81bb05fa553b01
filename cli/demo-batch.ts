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
}

/** A job to ask for. */
type Ask = { readonly path: string; readonly body?: unknown; readonly key: string }

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
}: Stage): Promise<DemoBatch> {
  // The book as rebalanced: the one it was opened with is outside the mandate by now.
  const { book } = await fund.call<{ book: unknown }>('GET', `/portfolios/${id}/book`)
  const ids = [id]
  while (ids.length < PORTFOLIOS) {
    const other = await createDesk(fund, recipients)
    await putBook(stack, fund, other.id, book)
    ids.push(other.id)
  }
  progress.begin('three more openings proven and on chain')
  const opening = (other: Hex, i: number): Ask => ({
    path: `/portfolios/${other}/open`,
    key: `demo-open-${i}`,
  })
  await runTogether(fund, progress, ids.slice(1).map(opening))
  progress.end()
  progress.begin('four steps asked for at once: proven, and sent together')
  const step = (each: Hex, i: number): Ask => ({
    path: `/portfolios/${each}/rebalances`,
    body: { mode: 'heartbeat' },
    key: `demo-together-${i}`,
  })
  const jobs = await runTogether(fund, progress, ids.map(step))
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

/** Jobs that are all asked for before the first is proven, each followed to its end. */
async function runTogether(fund: DemoClient, progress: Progress, asks: readonly Ask[]): Promise<Job[]> {
  const asked = await Promise.all(asks.map(({ path, body, key }) => fund.call<Job>('POST', path, body, key)))
  const shares = asked.map(() => 0)
  const jobs = await Promise.all(
    asked.map((job, i) =>
      fund.follow(job.id, (what) => {
        shares[i] = Math.max(shares[i]!, progressOf(what))
        progress.update(shares.reduce((sum, share) => sum + share, 0) / shares.length)
      }),
    ),
  )
  const failed = jobs.find(({ state }) => state !== 'confirmed')
  if (failed) throw new DemoError(failed.failure ?? failed.state, 'a step among several failed')
  return jobs
}
