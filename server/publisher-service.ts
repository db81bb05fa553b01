import type { DestinationStream } from 'pino'
import { shapeOf } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import { loadDigest } from '#prover/digest.js'
import { assertKeyForChain } from '#prover/key-check.js'
import { ProverPool } from '#prover/prover-pool.js'
import { Chain } from './chain/chain.js'
import type { Deployment } from './chain/deployment.js'
import type { Keystore, PublisherRole } from './chain/keystore.js'
import type { MarketKeeper } from './chain/market-keeper.js'
import { MarketPublisher } from './chain/market-publisher.js'
import { registeredCircuits } from './chain/registered-keys.js'
import type { Config, Publishing } from './config.js'
import { createKeeper } from './create-keeper.js'
import { createLog } from './log.js'
import type { Snapshot } from './store/market-store.js'

export type PublisherOptions = {
  readonly config: Config & { readonly publishing: Publishing }
  readonly rpcUrl: string
  readonly deployment: Deployment
  readonly keystore: Keystore<PublisherRole>
  readonly circuits: TierCircuits
  readonly logStream?: DestinationStream
}

/** A process that publishes markets and does nothing else. `close` ends what is under way and releases everything. */
export type PublisherService = { readonly keeper: MarketKeeper; readonly close: () => Promise<void> }

/**
 * Starts publishing over an existing chain: no HTTP, no data directory, no book, and the keys of two roles.
 *
 * @throws `WrongChainError`, `DevelopmentKeyError`, `RegisteredKeyError`, and `ContractError` for a universe that is not
 * registered.
 */
export async function startPublisher(options: PublisherOptions): Promise<PublisherService> {
  const { config, deployment, circuits } = options
  const log = createLog(config.logLevel, options.logStream)
  const chain = await Chain.connect(options.rpcUrl, deployment, options.keystore)
  for (const { vkey } of Object.values(circuits)) assertKeyForChain(vkey, deployment.chainId)
  await registeredCircuits(chain, circuits)
  const digest = await loadDigest()
  const pool = new ProverPool({ size: config.provers, timeoutMs: config.proveTimeoutMs })
  try {
    const markets = newestOnly()
    const publisher = new MarketPublisher({
      chain,
      markets,
      pool,
      circuits,
      digest,
      shape: shapeOf(config.tier),
    })
    const { publishing } = config
    for (const universeId of publishing.universes ?? []) await publisher.content(universeId)
    const keeper = createKeeper({ chain, publisher, publishing, universes: async () => [], log })
    keeper.start()
    const close = async () => {
      await keeper.stop()
      await pool.close()
    }
    return { keeper, close }
  } catch (error) {
    await pool.close()
    throw error
  }
}

/** The newest snapshot of each universe, so that it need not be searched for on chain at every look. */
function newestOnly(): {
  put(snapshot: Snapshot): Promise<void>
  find(id: bigint, digest: bigint): Promise<Snapshot | undefined>
} {
  const newest = new Map<bigint, Snapshot>()
  return {
    put: async (snapshot) => void newest.set(snapshot.universeId, snapshot),
    find: async (universeId, digest) => {
      const known = newest.get(universeId)
      return known?.digest === digest ? known : undefined
    },
  }
}
