import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Embedded, startEmbedded } from '#server/embedded.js'
import { parsePrice } from '#server/schemas/wire.js'
import { TINY_FEEDS, TINY_PRICES } from '#test/fixtures/tiny-desk.js'
import { FundClient } from './fund-client.js'

export type TinyStack = Embedded & {
  readonly fund: FundClient
  readonly logs: string[]
  readonly dataDir: string
  readonly setPrices: (prices: Readonly<Record<string, string>>) => Promise<void>
}

/** The whole service on the tier `tiny`, on a chain and in a directory of its own. */
export async function startTinyStack(): Promise<TinyStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-'))
  const logs: string[] = []
  const stack = await startEmbedded({
    dataDir,
    port: 0,
    tier: 'tiny',
    feeds: TINY_FEEDS,
    logStream: { write: (line) => void logs.push(line) },
  })
  const setPrices = async (prices: Readonly<Record<string, string>>) => {
    for (const [name, price] of Object.entries(prices)) await stack.setFeed(name, parsePrice(price, name))
  }
  await setPrices(TINY_PRICES)
  const stop = async () => {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { ...stack, stop, fund: new FundClient(stack.baseUrl, stack.apiKey), logs, dataDir, setPrices }
}
