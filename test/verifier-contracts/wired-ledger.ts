import { type Abi, decodeEventLog, type Hex, keccak256, type TransactionReceipt, toHex } from 'viem'
import type { Mandate } from '#portfolio/mandate.js'
import { mandateVector } from '#portfolio/mandate.js'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import type { Universe } from '#portfolio/universe.js'
import { mandatesAbi, marketSnapshotsAbi, priceFeedAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { type Deployment, deployBallast, deployContract } from '#verifier-contracts/deploy.js'
import {
  alphaOf,
  attestationTypedData,
  authorizationTypedData,
  betaOf,
  type Creation,
  domainOf,
  fieldVector,
  type Head,
  headOf,
  NO_HEAD,
  NO_OPTIONS,
  payloadOf,
  portfolioIdOf,
  statementOf,
  universeContent,
  universeIdOf,
  wordOf,
} from '#verifier-contracts/encoding.js'
import { type LocalChain, startLocalChain, testAccount } from './local-chain.js'
import type { SignalsCircuit } from './signals-circuit.js'

const IDS = {
  rebalance: keccak256(toHex('rebalance')),
  digestMarket: keccak256(toHex('digest-market')),
  digestMandate: keccak256(toHex('digest-mandate')),
}
const EMPTY_BUDGET = 4_242n
const TERMS = {
  marketMaxAge: 3_600,
  grace: 600,
  heartbeat: 86_400,
  cureTime: 7_200,
  attestationMaxAge: 2_592_000,
  flowMaxWait: 86_400,
  minInterval: 86_400,
  attestationTier: 1,
  attestationQuorum: 1,
}

/**
 * Every contract of one tier on a real chain, with real pairings of a circuit that says nothing about its signals: for
 * what surrounds a proof at its true price in gas.
 */
export class WiredLedger {
  readonly #circuit: SignalsCircuit
  readonly #shape: Shape
  #head: Head = { previous: NO_HEAD, book: 0x1234_5678n << 216n, budget: EMPTY_BUDGET }
  #epoch = 0n

  private constructor(
    readonly chain: LocalChain,
    readonly at: Deployment,
    readonly universeId: bigint,
    readonly creation: Creation,
    circuit: SignalsCircuit,
    shape: Shape,
  ) {
    this.#circuit = circuit
    this.#shape = shape
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
    const manager = testAccount(1).address
    const creation = { governor: testAccount(0).address, manager, windowLength: 86_400, salt: NO_HEAD }
    const ledger = new WiredLedger(chain, at, universeIdOf(content, shape), creation, circuit, shape)
    for (const { address } of Object.values(feeds)) {
      await ledger.send({ address, abi: priceFeedAbi, functionName: 'set', args: [6_000_000_000_000n] })
    }
    const snapshots = { address: at.snapshots, abi: marketSnapshotsAbi }
    await ledger.send({ ...snapshots, functionName: 'registerUniverse', args: [content] })
    return ledger
  }

  get id(): Hex {
    return portfolioIdOf(this.creation)
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

  async mandate(mandate: Mandate, digest: bigint) {
    const vector = mandateVector(mandate, this.#shape)
    const proof = await this.prove(IDS.digestMandate, vector, digest)
    const mandates = { address: this.at.mandates, abi: mandatesAbi }
    const args = [this.creation, vector, TERMS, digest, proof]
    const schedule = await this.send({ ...mandates, functionName: 'schedule', args })
    const activate = await this.send({ ...mandates, functionName: 'activate', args: [this.id] })
    return { schedule, activate }
  }

  /** The next step to `book`, signed and proven: opens the portfolio when it is the first. */
  async step(
    book: bigint,
    digests: { mandate: bigint; market: bigint; time: bigint },
    sealedTrade: Hex,
    seed: bigint,
  ) {
    const first = this.#epoch === 0n
    const wide = (n: bigint) => BigInt(keccak256(toHex(n + seed))) >> 3n
    const x = [
      domainOf(this.at.chainId, this.at.ledger, this.id, IDS.rebalance),
      this.#epoch + 1n,
      this.#head.book,
      first ? this.#head.book : book,
      this.#head.budget,
      wide(1n),
      wide(2n),
      digests.mandate,
      digests.market,
      this.universeId,
      0n,
      0n,
      digests.time / 86_400n,
      1n,
      0n,
      payloadOf(sealedTrade),
    ]
    const c = wide(3n)
    const manager = this.chain.wallet(1)
    const statement = statementOf(IDS.rebalance, x, c)
    const typed = authorizationTypedData(this.at.chainId, this.at.ledger, statement)
    const submission = {
      step: {
        newBook: x[3]!,
        newBudget: x[5]!,
        trade: x[6]!,
        marketDigest: digests.market,
        digest: c,
        compliant: true,
        open: false,
      },
      proof: await this.prove(IDS.rebalance, x, c),
      sealedTrade,
      authorization: await manager.signTypedData({ ...typed, account: manager.account }),
    }
    const ledger = { address: this.at.ledger, abi: rebalanceLedgerAbi }
    const receipt = first
      ? await this.send({
          ...ledger,
          functionName: 'open',
          args: [this.creation, submission, ...(await this.#attested(x[3]!))],
        })
      : await this.send({ ...ledger, functionName: 'rebalance', args: [this.id, this.#head, submission] })
    const previous = first ? NO_HEAD : headOf(this.#head)
    this.#head = { previous, book: x[3]!, budget: x[5]! }
    this.#epoch += 1n
    return { receipt, x: fieldVector(x), c }
  }

  async #attested(commitment: bigint) {
    const now = await this.chain.now()
    const attestation = {
      kind: 0,
      portfolioId: this.id,
      epoch: 0n,
      head: NO_HEAD,
      commitment,
      amount: 0n,
      flowId: NO_HEAD,
      asOf: now,
      deadline: now + 600n,
      tier: 1,
      evidence: NO_HEAD,
      attestor: testAccount(3).address,
    }
    const attestor = this.chain.wallet(3)
    const typed = attestationTypedData(this.at.chainId, this.at.ledger, attestation)
    const signature = await attestor.signTypedData({ ...typed, account: attestor.account })
    return [attestation, [wordOf(attestation, signature)]] as const
  }
}

function capturedVector(receipt: TransactionReceipt): bigint[] {
  const log = receipt.logs[0]!
  const event = decodeEventLog({ abi: marketSnapshotsAbi, data: log.data, topics: log.topics })
  if (event.eventName !== 'MarketCaptured') throw new Error('no capture in the receipt')
  return [...event.args.vector]
}
