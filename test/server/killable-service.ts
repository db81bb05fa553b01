import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { VECTORS } from '#portfolio/layout.js'
import { loadCircuits } from '#prover/circuits.js'
import { type Anvil, startAnvil } from '#server/anvil.js'
import { formatDeployment } from '#server/chain/deployment.js'
import { deployLocal, type LocalChain } from '#server/local-chain.js'
import { parsePrice } from '#server/schemas/wire.js'
import { readSecretFile, writeSecretFile } from '#server/secret-file.js'
import { TINY_FEEDS } from '#test/fixtures/tiny-desk.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { FundClient } from './fund-client.js'

/** A server process; `ready` resolves when it listens, `ended` with the signal that ended it. */
export type ServerProcess = {
  readonly child: ChildProcess
  readonly ready: Promise<FundClient>
  readonly ended: Promise<string | null>
}

/** A chain and a data directory that outlive the real server processes started over them, however those end. */
export class KillableService {
  readonly #running = new Set<ChildProcess>()

  private constructor(
    readonly local: LocalChain,
    readonly rpcUrl: string,
    private readonly anvil: Anvil,
    private readonly dataDir: string,
  ) {}

  static async start(): Promise<KillableService> {
    const anvil = await startAnvil()
    const dataDir = mkdtempSync(join(tmpdir(), 'ballast-kill-'))
    const circuits = await loadCircuits('tiny')
    const local = await deployLocal({ rpcUrl: anvil.rpcUrl, circuits, feeds: TINY_FEEDS })
    writeSecretFile(join(dataDir, 'deployment.json'), formatDeployment(local.deployment))
    writeSecretFile(join(dataDir, 'keystore.json'), JSON.stringify(local.privateKeys))
    return new KillableService(local, anvil.rpcUrl, anvil, dataDir)
  }

  /** Starts a process that kills itself at `crashAt`, with other settings than the defaults. */
  serve(crashAt?: string, settings: Readonly<Record<string, string>> = {}): ServerProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'server/main.ts'], {
      env: {
        ...process.env,
        BALLAST_DATA_DIR: this.dataDir,
        BALLAST_PORT: '0',
        BALLAST_TIER: 'tiny',
        BALLAST_RPC_URL: this.rpcUrl,
        BALLAST_LOG_LEVEL: 'error',
        ...settings,
        ...(crashAt ? { BALLAST_CRASH_AT: crashAt } : {}),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#running.add(child)
    const ended = new Promise<string | null>((resolve) => {
      child.once('exit', (_, signal) => {
        this.#running.delete(child)
        resolve(signal)
      })
    })
    let output = ''
    const ready = new Promise<FundClient>((resolve, reject) => {
      child.stdout!.on('data', (chunk) => {
        output += chunk
        const url = /service\s+(http:\S+)/.exec(output)?.[1]
        if (url) resolve(new FundClient(url, this.#apiKey()))
      })
      child.once('exit', () => reject(new Error('the server ended before it listened')))
    })
    ready.catch(() => {})
    return { child, ready, ended }
  }

  async setPrices(prices: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, price] of Object.entries(prices))
      await this.local.setFeed(name, parsePrice(price, name))
  }

  /** The steps that the ledger tells of, oldest first, with the new book's commitment of each. */
  async steps() {
    const client = createPublicClient({ transport: http(this.rpcUrl), cacheTime: 0 })
    const logs = await client.getContractEvents({
      address: this.local.deployment.ledger,
      abi: rebalanceLedgerAbi,
      eventName: 'Rebalanced',
      fromBlock: 0n,
      strict: true,
    })
    return logs.map(({ transactionHash, args: { portfolioId, epoch, x } }) => ({
      ...{ transactionHash, portfolioId, epoch },
      commitment: x[VECTORS.rebalance.head.indexOf('newBook')],
    }))
  }

  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL')
    await this.anvil.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  #apiKey(): string {
    return readSecretFile(join(this.dataDir, 'api.key'), 'BALLAST_API_KEY_FILE').toString('hex')
  }
}
