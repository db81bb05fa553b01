import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, http } from 'viem'
import { loadCircuits } from '#prover/circuits.js'
import { startAnvil } from '#server/anvil.js'
import { Chain } from '#server/chain/chain.js'
import { readKeystore } from '#server/chain/keystore.js'
import { type Config, readConfig } from '#server/config.js'
import { deployLocal, type LocalChain } from '#server/local-chain.js'
import { parsePrice } from '#server/schemas/wire.js'
import { writeSecretFile } from '#server/secret-file.js'
import { type Service, startService } from '#server/service.js'
import { TINY_FEEDS, TINY_PRICES } from '#test/fixtures/tiny-desk.js'
import { FundClient } from './fund-client.js'

export type Served = Service & { readonly fund: FundClient }

/** A chain and a data directory that outlive the service: it may be closed and started again with other settings. */
export class TinyService {
  readonly logs: string[] = []

  private constructor(
    readonly local: LocalChain,
    readonly rpcUrl: string,
    readonly dataDir: string,
    private readonly stopChain: () => Promise<void>,
  ) {}

  static async start(): Promise<TinyService> {
    const anvil = await startAnvil()
    const circuits = await loadCircuits('tiny')
    const local = await deployLocal({ rpcUrl: anvil.rpcUrl, circuits, feeds: TINY_FEEDS })
    const dataDir = mkdtempSync(join(tmpdir(), 'ballast-tiny-'))
    const service = new TinyService(local, anvil.rpcUrl, dataDir, anvil.stop)
    writeSecretFile(join(dataDir, 'keystore.json'), JSON.stringify(local.privateKeys))
    await service.setPrices(TINY_PRICES)
    return service
  }

  async setPrices(prices: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, price] of Object.entries(prices))
      await this.local.setFeed(name, parsePrice(price, name))
  }

  /** The chain's clock goes forward. */
  async wait(seconds: number): Promise<void> {
    await createTestClient({ mode: 'anvil', transport: http(this.rpcUrl) }).increaseTime({ seconds })
  }

  /** The chain with every key of the service, for what it does not do by itself. */
  chain(): Promise<Chain> {
    return Chain.connect(this.rpcUrl, this.local.deployment, this.local.accounts)
  }

  async serve(change: Partial<Config> = {}): Promise<Served> {
    const settings = { BALLAST_DATA_DIR: this.dataDir, BALLAST_PORT: '0', BALLAST_TIER: 'tiny' }
    const config = { ...readConfig(settings), ...change }
    const service = await startService({
      config,
      rpcUrl: this.rpcUrl,
      deployment: this.local.deployment,
      keystore: readKeystore(config.keystoreFile),
      circuits: await loadCircuits('tiny'),
      logStream: { write: (line) => void this.logs.push(line) },
    })
    return { ...service, fund: new FundClient(service.baseUrl, service.apiKey) }
  }

  async stop(): Promise<void> {
    await this.stopChain()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
