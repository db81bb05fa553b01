import type { Logger } from 'pino'
import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import type { Chain } from './chain/chain.js'
import { type KeeperLine, MarketKeeper } from './chain/market-keeper.js'
import type { MarketPublisher } from './chain/market-publisher.js'
import type { Publishing } from './config.js'
import { readMarksFile } from './marks-file.js'

export type KeeperParts = {
  readonly chain: Chain<never>
  readonly publisher: MarketPublisher
  readonly publishing: Publishing
  /** The universes to keep when the settings name none. */
  readonly universes: () => Promise<readonly bigint[]>
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** A keeper as the settings say. */
export function createKeeper({ chain, publisher, publishing, universes, log }: KeeperParts): MarketKeeper {
  const { marksFile, universes: named, ...cadence } = publishing
  const marks = async (path: string) => {
    const [now, maxAge] = await Promise.all([
      chain.now(),
      chain.read({
        address: chain.deployment.snapshots,
        abi: marketSnapshotsAbi,
        functionName: 'OPTION_MAX_AGE',
        args: [],
      }),
    ])
    return readMarksFile(path, now, maxAge)
  }
  return new MarketKeeper({
    ...cadence,
    chain,
    publisher,
    universes: async () => named ?? universes(),
    marks: async () => (marksFile === undefined ? undefined : marks(marksFile)),
    log: (line: KeeperLine) =>
      (line.state === 'failed' ? log.warn : log.info).call(log, { kind: 'market', ...line }),
  })
}
