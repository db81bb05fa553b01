import { KINDS } from '#portfolio/instrument.js'
import type { Market } from '#portfolio/market.js'
import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import type { InstrumentContent } from '#verifier-contracts/encoding.js'
import type { Chain } from './chain.js'
import { believedPrice, readFeed } from './coin-price.js'
import type { SourceView } from './publish-reason.js'

/** What the price sources of a universe say now, beside its newest published market. */
export function sourceViews(
  chain: Chain<never>,
  universeId: bigint,
  content: readonly InstrumentContent[],
  market: Market | undefined,
  now: bigint,
): Promise<SourceView[]> {
  // An option may be suspended for want of its signers: its feed says nothing about that.
  const isSuspended = (slot: number) =>
    KINDS[content[slot]!.kind] !== 'option' && market?.slots[slot]?.suspended === true
  return Promise.all(
    sourcesOf(content).map(async (slots) => {
      const instrument = content[slots[0]!]!
      const [answer, quote] = await Promise.all([
        readFeed(chain, instrument.feed),
        chain.read({
          address: chain.deployment.snapshots,
          abi: marketSnapshotsAbi,
          functionName: 'quote',
          args: [universeId, BigInt(slots[0]!)],
        }),
      ])
      const suspended = slots.some(isSuspended)
      const believed = suspended && (await believedPrice(chain, instrument, answer, quote, now)) !== undefined
      return { priceE8: answer?.priceE8, quote, suspended, believed }
    }),
  )
}

/** The slots that share feeds and terms, and so a price. */
function sourcesOf(content: readonly InstrumentContent[]): number[][] {
  const sources = new Map<string, number[]>()
  content.forEach((instrument, slot) => {
    const { feed, heartbeat, minPriceE8, maxPriceE8, jumpBps, jumpDelay } = instrument
    const { secondFeed, secondHeartbeat, agreeBps } = instrument
    const first = [feed, heartbeat, minPriceE8, maxPriceE8, jumpBps, jumpDelay]
    const terms = [...first, secondFeed, secondHeartbeat, agreeBps].join()
    sources.set(terms, [...(sources.get(terms) ?? []), slot])
  })
  return [...sources.values()]
}
