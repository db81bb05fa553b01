import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tier } from '#portfolio/shape.js'
import { makeRecipientKey } from '#prover/sealed-trade.js'
import { startEmbedded } from '#server/embedded.js'
import type { Job } from '#server/schemas/rebalance.js'
import { DemoClient, example } from '../cli/demo-client.js'
import { createDesk, type Marks, publish, putBook, secondsOf } from '../cli/desk-fund.js'

const RUNS = 3

/**
 * Median milliseconds from an HTTP request for a heartbeat to its proof being stored, less the proof itself (witness,
 * proving, verifying) in a warm prover: planning, sealing, queueing, persistence.
 */
export async function measureOverhead(tier: Tier): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-overhead-'))
  const marks = example<Marks>('marks-2026-01-02')
  const stack = await startEmbedded({
    dataDir,
    port: 0,
    tier,
    genesisTime: secondsOf(marks.time) - 600n,
    config: { logLevel: 'silent' },
  })
  try {
    const fund = new DemoClient(stack.baseUrl, stack.apiKey)
    const { publicKey } = await makeRecipientKey()
    const { id, universeId } = await createDesk(fund, [publicKey])
    await publish(stack, fund, universeId, marks)
    await putBook(stack, fund, id)
    const opening = await fund.call<Job>('POST', `/portfolios/${id}/open`, undefined, 'open')
    await fund.follow(opening.id, () => {})
    const overheads: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now()
      let provedAt = 0
      const body = { mode: 'heartbeat' }
      const { id: jobId } = await fund.call<Job>(
        'POST',
        `/portfolios/${id}/rebalances`,
        body,
        `heartbeat-${run}`,
      )
      const job = await fund.follow(jobId, (what) => {
        if (what === 'proved') provedAt = performance.now()
      })
      if (job.state !== 'confirmed') throw new Error(`the heartbeat ended ${job.state} ${job.failure}`)
      overheads.push(provedAt - started - job.timings!.totalMs!)
    }
    return Math.round(overheads.sort((a, b) => a - b)[RUNS >> 1]!)
  } finally {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
