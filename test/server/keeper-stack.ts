import { createTestClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { expect } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { loadCircuits, type TierCircuits } from '#prover/circuits.js'
import { type Digest, loadDigest } from '#prover/digest.js'
import { ProverPool } from '#prover/prover-pool.js'
import { startAnvil } from '#server/anvil.js'
import { Chain } from '#server/chain/chain.js'
import type { Keystore, PublisherRole } from '#server/chain/keystore.js'
import { type KeeperLine, type KeeperOptions, MarketKeeper } from '#server/chain/market-keeper.js'
import { MarketPublisher, type PublisherParts } from '#server/chain/market-publisher.js'
import { ensureUniverse } from '#server/chain/universe-registry.js'
import { deployLocal, type LocalChain } from '#server/local-chain.js'
import { parseUniverse, type UniverseWire } from '#server/schemas/universe.js'
import { parsePrice } from '#server/schemas/wire.js'
import type { Snapshot } from '#server/store/market-store.js'
import { TINY_FEEDS, TINY_PRICES } from '#test/fixtures/tiny-desk.js'
import { marketSnapshotsAbi, priceFeedAbi } from '#verifier-contracts/abi.js'

/** Seconds between two captures on this chain. */
export const MIN_INTERVAL = 60

const { 'BTC-PERP': _perp, ...OTHERS } = TINY_PRICES

/** A chain with the tiny tier on it, a universe, and what publishes its market; time is the chain's own. */
export class KeeperStack {
  /** Lines of every keeper made here. */
  readonly lines: KeeperLine[] = []
  /** Milliseconds on the clock of every keeper made here. */
  clock = 0

  private constructor(
    readonly rpcUrl: string,
    readonly local: LocalChain,
    readonly chain: Chain,
    readonly universeId: bigint,
    readonly circuits: TierCircuits,
    private readonly digest: Digest,
    private readonly pool: ProverPool,
    private readonly stopChain: () => Promise<void>,
  ) {}

  static async start(universe: UniverseWire): Promise<KeeperStack> {
    const anvil = await startAnvil()
    const circuits = await loadCircuits('tiny')
    const local = await deployLocal({
      rpcUrl: anvil.rpcUrl,
      circuits,
      feeds: TINY_FEEDS,
      minInterval: MIN_INTERVAL,
    })
    const chain = await Chain.connect(anvil.rpcUrl, local.deployment, local.accounts)
    for (const [name, price] of Object.entries(TINY_PRICES))
      await local.setFeed(name, parsePrice(price, name))
    const universeId = await ensureUniverse(chain, parseUniverse(universe), shapeOf('tiny'))
    const pool = new ProverPool({ size: 1 })
    const digest = await loadDigest()
    return new KeeperStack(anvil.rpcUrl, local, chain, universeId, circuits, digest, pool, anvil.stop)
  }

  async stop(): Promise<void> {
    await this.pool.close()
    await this.stopChain()
  }

  /** A publisher that remembers nothing; `prove` stands around the real prover. */
  publisher(
    chain: PublisherParts['chain'] = this.chain,
    around: (prove: () => ReturnType<ProverPool['prove']>) => ReturnType<ProverPool['prove']> = (prove) =>
      prove(),
  ): MarketPublisher {
    return new MarketPublisher({
      chain,
      markets: { put: async () => {}, find: async (): Promise<Snapshot | undefined> => undefined },
      pool: { prove: (request, control) => around(() => this.pool.prove(request, control)) },
      circuits: this.circuits,
      digest: this.digest,
      shape: shapeOf('tiny'),
    })
  }

  keeper(change: Partial<KeeperOptions> = {}): MarketKeeper {
    return new MarketKeeper({
      chain: this.chain,
      publisher: this.publisher(),
      universes: async () => [this.universeId],
      marks: async () => undefined,
      intervalSeconds: 1_200,
      moveBps: 100,
      checkSeconds: 15,
      log: (line) => void this.lines.push(line),
      clock: () => this.clock,
      ...change,
    })
  }

  /** Somebody else's publisher, with a key of its own and money for gas. */
  async rival(): Promise<MarketPublisher> {
    const rival = privateKeyToAccount(generatePrivateKey())
    await this.test.setBalance({ address: rival.address, value: 10n ** 18n })
    const keystore: Keystore<PublisherRole> = { publisher: rival, riskSigner: this.local.accounts.riskSigner }
    return this.publisher(await Chain.connect(this.rpcUrl, this.local.deployment, keystore))
  }

  get test() {
    return createTestClient({ chain: foundry, mode: 'anvil', transport: http(this.rpcUrl) })
  }

  /** Moves the chain's clock by `seconds`, and mines. */
  async pass(seconds: number): Promise<void> {
    await this.local.warp((await this.chain.now()) + BigInt(seconds))
  }

  /** Sets every feed anew, bitcoin's as given: none is stale after that. */
  async price(bitcoin: string): Promise<void> {
    for (const [name, price] of Object.entries({ ...OTHERS, BTC: bitcoin, 'BTC-PERP': bitcoin }))
      await this.local.setFeed(name, parsePrice(price, name))
  }

  /** Sets the first feed of a name and leaves the one that would confirm it. */
  async priceUnconfirmed(name: string, price: string): Promise<void> {
    await this.chain.send('publisher', {
      address: this.local.deployment.feeds[name]!.address,
      abi: priceFeedAbi,
      functionName: 'set',
      args: [parsePrice(price, name)],
    })
  }

  /** Time of the newest snapshot and of the newest capture. */
  async times(): Promise<{ published: bigint; captured: bigint }> {
    const snapshots = { address: this.local.deployment.snapshots, abi: marketSnapshotsAbi } as const
    const args = [this.universeId] as const
    const [[published], [captured]] = await Promise.all([
      this.chain.read({ ...snapshots, functionName: 'newest', args }),
      this.chain.read({ ...snapshots, functionName: 'captured', args }),
    ])
    return { published, captured }
  }

  /** One look of a keeper made here publishes; the code tells why when it does not. */
  async publishes(keeper: MarketKeeper): Promise<void> {
    expect([await keeper.check(), this.lines.at(-1)?.code]).toEqual([['published'], undefined])
  }

  async suspended(): Promise<boolean[]> {
    const { market } = await this.publisher().latest(this.universeId)
    return market.slots.map(({ suspended }) => suspended)
  }
}
