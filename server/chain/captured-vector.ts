import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import type { Chain } from './chain.js'

/** A market vector as captured: field elements. */
export type CapturedMarket = {
  readonly universeId: bigint
  readonly time: bigint
  readonly vector: readonly bigint[]
}

/** Blocks asked for at once: what public nodes answer. */
const WINDOW = 5_000n

/** The capture of a universe at `time`, from the chain's events, newest blocks first; undefined when there is none. */
export async function findCaptured(
  chain: Chain<never>,
  universeId: bigint,
  time: bigint,
): Promise<CapturedMarket | undefined> {
  const { snapshots, fromBlock } = chain.deployment
  let toBlock = await chain.guard(chain.client.getBlockNumber())
  while (toBlock >= fromBlock) {
    const first = toBlock - WINDOW + 1n
    const logs = await chain.guard(
      chain.client.getContractEvents({
        address: snapshots,
        abi: marketSnapshotsAbi,
        eventName: 'MarketCaptured',
        args: { universeId },
        fromBlock: first > fromBlock ? first : fromBlock,
        toBlock,
        strict: true,
      }),
    )
    const found = logs.find((log) => log.args.time === time)
    if (found) return { universeId, time, vector: found.args.vector }
    toBlock = first - 1n
  }
  return undefined
}
