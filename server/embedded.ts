import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DestinationStream } from 'pino'
import type { Tier } from '#portfolio/shape.js'
import { type CircuitProgress, loadCircuits } from '#prover/circuits.js'
import { startAnvil } from './anvil.js'
import { formatDeployment } from './chain/deployment.js'
import { readKeystore } from './chain/keystore.js'
import { type Config, readConfig } from './config.js'
import { deployLocal, type LocalChain } from './local-chain.js'
import { writeSecretFile } from './secret-file.js'
import { type Service, startService } from './service.js'

export type EmbeddedPhase = 'circuits' | 'chain' | 'deploy' | 'service' | 'ready'

export type EmbeddedOptions = {
  readonly dataDir: string
  /** 0 takes a free one. */
  readonly port: number
  /** `desk` unless given. */
  readonly tier?: Tier
  /** Names that universes may give their price feeds; those of examples/desk unless given. */
  readonly feeds?: readonly string[]
  /** Time of the chain's first block, seconds since 1970; now unless given. */
  readonly genesisTime?: bigint
  readonly onProgress?: (phase: EmbeddedPhase, circuit?: CircuitProgress) => void
  /** Settings besides; of its files only that of the API key is read. */
  readonly config?: Partial<Config>
  readonly logStream?: DestinationStream
}

/** The whole stack in one process: chain, contracts, provers, service. `stop` ends all of it and removes its data. */
export type Embedded = LocalChain &
  Pick<Service, 'app' | 'baseUrl' | 'apiKey'> & {
    readonly rpcUrl: string
    readonly stop: () => Promise<void>
  }

export const DESK_FEEDS = ['BTC', 'ETH', 'BTC-PERP', 'ETH-PERP'] as const

/**
 * Brings everything up on a local chain of its own. The chain lives as long as the process, so every start gets a fresh
 * directory below `dataDir`; only the API key is kept from one start to the next.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, onProgress } = options
  onProgress?.('circuits')
  const circuits = await loadCircuits(options.tier ?? 'desk', {
    onProgress: (circuit) => onProgress?.('circuits', circuit),
  })
  onProgress?.('chain')
  const timestamp = options.genesisTime === undefined ? [] : ['--timestamp', `${options.genesisTime}`]
  const anvil = await startAnvil(timestamp)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const runDir = mkdtempSync(join(dataDir, 'run-'))
  const remove = () => rmSync(runDir, { recursive: true, force: true })
  process.once('exit', remove)
  const clean = async () => {
    await anvil.stop()
    process.off('exit', remove)
    remove()
  }
  try {
    onProgress?.('deploy')
    const feeds = options.feeds ?? DESK_FEEDS
    const local = await deployLocal({ rpcUrl: anvil.rpcUrl, circuits, feeds })
    const config: Config = {
      ...readConfig({ BALLAST_DATA_DIR: dataDir }),
      ...options.config,
      dataDir: runDir,
      port: options.port,
      tier: options.tier ?? 'desk',
      storeKeyFile: join(runDir, 'store.key'),
      keystoreFile: join(runDir, 'keystore.json'),
      deploymentFile: join(runDir, 'deployment.json'),
    }
    writeSecretFile(config.keystoreFile, JSON.stringify(local.privateKeys))
    writeSecretFile(config.deploymentFile, formatDeployment(local.deployment))
    onProgress?.('service')
    const service = await startService({
      config,
      rpcUrl: anvil.rpcUrl,
      deployment: local.deployment,
      keystore: readKeystore(config.keystoreFile),
      circuits,
      ...(options.logStream ? { logStream: options.logStream } : {}),
    })
    onProgress?.('ready')
    const { app, baseUrl, apiKey } = service
    const stop = async () => {
      await service.close()
      await clean()
    }
    return { ...local, app, baseUrl, apiKey, rpcUrl: anvil.rpcUrl, stop }
  } catch (error) {
    await clean()
    throw error
  }
}
