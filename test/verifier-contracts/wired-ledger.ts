import { type Abi, decodeEventLog, type Hex, keccak256, type TransactionReceipt, toHex } from 'viem'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import type { Universe } from '#portfolio/universe.js'
import { marketSnapshotsAbi, priceFeedAbi } from '#verifier-contracts/abi.js'
import { deployBallast, deployContract } from '#verifier-contracts/deploy.js'
import type { Deployment } from '#verifier-contracts/deployment.js'
import { alphaOf, betaOf, NO_OPTIONS, universeContent, universeIdOf } from '#verifier-contracts/encoding.js'
import { type LocalChain, startLocalChain, testAccount } from './local-chain.js'
import type { SignalsCircuit } from './signals-circuit.js'

/** Circuits by what they stand for. */
export const IDS = {
  rebalance: keccak256(toHex('rebalance')),
  digestMarket: keccak256(toHex('digest-market')),
  digestMandate: keccak256(toHex('digest-mandate')),
}
export const EMPTY_BUDGET = 4_242n

/**
 * Every contract of one tier on a real chain, with real pairings of a circuit that says nothing about its signals: for
 * what surrounds a proof at its true price in gas.
 */
export class WiredLedger {
  readonly #circuit: SignalsCircuit

  private constructor(
    readonly chain: LocalChain,
    readonly at: Deployment,
    readonly universeId: bigint,
    readonly shape: Shape,
    circuit: SignalsCircuit,
  ) {
    this.#circuit = circuit
  }

  /** Deploys, registers a spot in every slot of the tier, and gives the feeds a price. */
  static async start(
    circuit: SignalsCircuit,
    tier: Tier,
    anvilArgs: readonly string[] = [],
  ): Promise<WiredLedger> {
    const chain = await startLocalChain(anvilArgs)
    const shape = shapeOf(tier)
    const clients = { walletClient: chain.wallet(0), publicClient: chain.publicClient }
    const key = (circuitId: Hex) => ({ circuitId, vkey: circuit.vkey, development: false })
    const at = await deployBallast({
      ...clients,
      shape,
      circuits: {
        rebalance: key(IDS.rebalance),
        digestMarket: key(IDS.digestMarket),
        digestMandate: key(IDS.digestMandate),
      },
      emptyBudget: EMPTY_BUDGET,
      attestors: [{ address: testAccount(3).address, tier: 3 }],
      riskSigners: [testAccount(4).address],
      minInterval: 1,
    })
    const feed = await deployContract(clients, 'PriceFeed', ['BTC / USD', 8])
    const universe: Universe = {
      instruments: Array.from({ length: shape.slots }, (_, i) => ({
        symbol: `BTC-${i}`,
        kind: i < shape.accounts ? 'spot' : 'perp',
        underlying: 'BTC',
        contractSizeE8: 100_000_000n,
        account: i % shape.accounts,
        feed: `BTC-${i}`,
        marginBps: 500n,
        shocksBps: Array(shape.scenarios).fill(-1_000n),
      })),
    }
    const jump = { jumpBps: 1_000, jumpDelay: 900 }
    const terms = { heartbeat: 86_400, minPriceE8: 1n, maxPriceE8: 10n ** 15n, ...jump }
    const feeds: Record<string, typeof terms & { address: Hex }> = {}
    for (let i = 0; i < shape.slots; i++) {
      const own = i === 0 ? feed : await deployContract(clients, 'PriceFeed', [`BTC ${i}`, 8])
      feeds[`BTC-${i}`] = { ...terms, address: own }
    }
    const content = universeContent(universe, feeds, shape)
    const ledger = new WiredLedger(chain, at, universeIdOf(content, shape), shape, circuit)
    for (const { address } of Object.values(feeds)) {
      await ledger.send({ address, abi: priceFeedAbi, functionName: 'set', args: [6_000_000_000_000n] })
    }
    const snapshots = { address: at.snapshots, abi: marketSnapshotsAbi }
    await ledger.send({ ...snapshots, functionName: 'registerUniverse', args: [content] })
    return ledger
  }

  async send(call: { address: Hex; abi: Abi; functionName: string; args: readonly unknown[] }) {
    const hash = await this.chain.wallet(0).writeContract(call)
    const { publicClient } = this.chain
    const receipt = await publicClient.waitForTransactionReceipt({ hash, checkReplacement: false })
    if (receipt.status !== 'success') throw new Error(`${call.functionName} reverted`)
    return receipt
  }

  async prove(circuitId: Hex, x: readonly bigint[], c: bigint) {
    const alpha = alphaOf(circuitId, x, c)
    return this.#circuit.prove(c, alpha, betaOf(x, alpha))
  }

  /** Captures and publishes a market; returns what both cost and the digest it is known by. */
  async market(digest: bigint) {
    await this.chain.pass(60)
    const snapshots = { address: this.at.snapshots, abi: marketSnapshotsAbi }
    const args = [this.universeId, NO_OPTIONS, [], []]
    const capture = await this.send({ ...snapshots, functionName: 'capture', args })
    const vector = capturedVector(capture)
    const proof = await this.prove(IDS.digestMarket, vector, digest)
    const publishArgs = [this.universeId, vector, digest, proof]
    const publish = await this.send({ ...snapshots, functionName: 'publish', args: publishArgs })
    return { capture, publish, time: vector[1]! }
  }
}

function capturedVector(receipt: TransactionReceipt): bigint[] {
  const log = receipt.logs[0]!
  const event = decodeEventLog({ abi: marketSnapshotsAbi, data: log.data, topics: log.topics })
  if (event.eventName !== 'MarketCaptured') throw new Error('no capture in the receipt')
  return [...event.args.vector]
}
