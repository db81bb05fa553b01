import type { Account, Hex } from 'viem'
import { foundry } from 'viem/chains'
import { type Mandate, mandateVector } from '#portfolio/mandate.js'
import { linearSlot, type Market, marketVector, paddingSlot, unitPrice } from '#portfolio/market.js'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import type { Universe } from '#portfolio/universe.js'
import { loadCircuits, type TierCircuits } from '#prover/circuits.js'
import { type Digest, loadDigest, openingBudget } from '#prover/digest.js'
import { toSolidityProof } from '#prover/groth16-proof.js'
import { ProverPool } from '#prover/prover-pool.js'
import { sealedTradeLength } from '#prover/sealed-trade.js'
import { digestStatement, rebalanceStatement, type Statement, type StepBlindings } from '#prover/statement.js'
import { startAnvil } from '#server/anvil.js'
import {
  errorsAbi,
  mandatesAbi,
  marketSnapshotsAbi,
  priceFeedAbi,
  rebalanceLedgerAbi,
} from '#verifier-contracts/abi.js'
import { deployBallast, deployContract } from '#verifier-contracts/deploy.js'
import type { Deployment } from '#verifier-contracts/deployment.js'
import {
  ATTESTATION_KINDS,
  attestationTypedData,
  authorizationTypedData,
  domainOf,
  NO_HEAD,
  NO_OPTIONS,
  payloadOf,
  portfolioIdOf,
  statementOf,
  universeContent,
  universeIdOf,
  wordOf,
} from '#verifier-contracts/encoding.js'
import { connect } from './connect.js'
import { ROLES, TERMS, WINDOW_LENGTH } from './roles.js'
import { spotAndPerp } from './spot-and-perp.js'

/** Feeds of these tests give any price. */
const WIDE = { heartbeat: 3_600, minPriceE8: 1n, maxPriceE8: 10n ** 15n, jumpBps: 1_000_000, jumpDelay: 60 }

/** A real chain with everything deployed for one tier, development keys, a spot-and-perp universe and settable feeds. */
export class LiveLedger {
  /** Gas of the last transaction of each function. */
  readonly gasUsed: Record<string, number> = {}

  private constructor(
    readonly deployment: Deployment,
    readonly circuits: TierCircuits,
    readonly shape: Shape,
    readonly digest: Digest,
    readonly pool: ProverPool,
    readonly universe: Universe,
    readonly universeId: bigint,
    readonly feeds: Readonly<Record<string, Hex>>,
    readonly rpcUrl: string,
    private readonly clients: ReturnType<typeof connect>,
    private readonly stopChain: () => Promise<void>,
  ) {}

  static async start(tier: Tier = 'tiny', slots = 3): Promise<LiveLedger> {
    const anvil = await startAnvil()
    const clients = connect(anvil.rpcUrl)
    const circuits = await loadCircuits(tier)
    const digest = await loadDigest()
    const shape = shapeOf(tier)
    const wallet = { walletClient: clients.as(ROLES.governor), publicClient: clients.reader }
    const deployment = await deployBallast({
      ...wallet,
      shape,
      circuits: {
        rebalance: circuits.rebalance,
        digestMarket: circuits['digest-market'],
        digestMandate: circuits['digest-mandate'],
      },
      emptyBudget: openingBudget(digest),
      attestors: [{ address: ROLES.attestor.address, tier: 3 }],
      riskSigners: [ROLES.riskSigner.address],
      minInterval: 1,
    })
    const feeds = {
      BTC: await deployContract(wallet, 'PriceFeed', ['BTC / USD', 8]),
      ETH: await deployContract(wallet, 'PriceFeed', ['ETH / USD', 8]),
    }
    const universe = spotAndPerp(shape, slots)
    const terms = Object.fromEntries(
      Object.entries(feeds).map(([name, address]) => [name, { address, ...WIDE }]),
    )
    const content = universeContent(universe, terms, shape)
    const live = new LiveLedger(
      deployment,
      circuits,
      shape,
      digest,
      new ProverPool({ size: 1 }),
      universe,
      universeIdOf(content, shape),
      feeds,
      anvil.rpcUrl,
      clients,
      anvil.stop,
    )
    await live.send(ROLES.stranger, {
      address: deployment.snapshots,
      abi: marketSnapshotsAbi,
      functionName: 'registerUniverse',
      args: [content],
    })
    return live
  }

  async stop(): Promise<void> {
    await this.pool.close()
    await this.stopChain()
  }

  /** A blob of the length that every sealed trade of the tier has. */
  get sealedTrade(): Hex {
    return `0x${'5a'.repeat(sealedTradeLength(this.shape.slots))}`
  }

  get reader() {
    return this.clients.reader
  }

  get chain() {
    return this.clients.chain
  }

  /** Simulates, so that a refusal carries the contract's own error, then sends and waits. */
  // biome-ignore lint/suspicious/noExplicitAny: viem infers a call from its literal; a helper that passes calls on cannot.
  async send(role: Account, call: any) {
    await this.reader.simulateContract({ ...call, account: role })
    const hash = await this.clients.as(role).writeContract(call)
    const receipt = await this.reader.waitForTransactionReceipt({ hash, checkReplacement: false })
    if (receipt.status !== 'success') throw new Error(`${call.functionName} reverted after simulation`)
    this.gasUsed[call.functionName] = Number(receipt.gasUsed)
    return receipt
  }

  async prove(statement: Statement, kind: keyof TierCircuits) {
    const { proof } = await this.pool.prove({
      circuit: this.circuits[kind].artifacts,
      input: statement.input,
      expectedPublicSignals: [...statement.publicSignals],
    })
    return toSolidityProof(proof)
  }

  /** Sets the feeds, captures, proves the digest and publishes; returns the market as the chain has it. */
  async publish(prices: Record<string, bigint>): Promise<Market> {
    const snapshots = { address: this.deployment.snapshots, abi: marketSnapshotsAbi }
    for (const [name, price] of Object.entries(prices)) {
      const call = { address: this.feeds[name]!, abi: priceFeedAbi, functionName: 'set', args: [price] }
      await this.send(ROLES.governor, call)
    }
    await this.chain.increaseTime({ seconds: 60 })
    await this.send(ROLES.stranger, {
      ...snapshots,
      functionName: 'capture',
      args: [this.universeId, NO_OPTIONS, [], []],
    })
    const [time] = await this.reader.readContract({
      ...snapshots,
      functionName: 'captured',
      args: [this.universeId],
    })
    const market = this.market(prices, time)
    const { circuitId } = this.circuits['digest-market']
    const statement = digestStatement(this.digest, 'market', marketVector(market), circuitId)
    const proof = await this.prove(statement, 'digest-market')
    await this.send(ROLES.stranger, {
      ...snapshots,
      functionName: 'publish',
      args: [this.universeId, statement.x, statement.signals.c, proof],
    })
    return market
  }

  /** The market the contract must build from these coin prices (1e-8). */
  market(prices: Record<string, bigint>, time: bigint): Market {
    const slots = this.universe.instruments.map(({ underlying, contractSizeE8, marginBps, shocksBps }) =>
      linearSlot(unitPrice(prices[underlying]!, contractSizeE8), marginBps, shocksBps),
    )
    while (slots.length < this.shape.slots) slots.push(paddingSlot(this.shape))
    return { universeId: this.universeId, time, slots }
  }

  creation(salt: bigint) {
    return {
      governor: ROLES.governor.address,
      manager: ROLES.manager.address,
      windowLength: WINDOW_LENGTH,
      salt: `0x${salt.toString(16).padStart(64, '0')}` as Hex,
    }
  }

  async adoptMandate(salt: bigint, mandate: Mandate): Promise<void> {
    const { circuitId } = this.circuits['digest-mandate']
    const vector = mandateVector(mandate, this.shape)
    const statement = digestStatement(this.digest, 'mandate', vector, circuitId)
    const proof = await this.prove(statement, 'digest-mandate')
    const mandates = { address: this.deployment.mandates, abi: mandatesAbi }
    const creation = this.creation(salt)
    await this.send(ROLES.governor, {
      ...mandates,
      functionName: 'schedule',
      args: [creation, vector, TERMS, statement.signals.c, proof],
    })
    await this.send(ROLES.stranger, {
      ...mandates,
      functionName: 'activate',
      args: [portfolioIdOf(creation)],
    })
  }

  /** Statement, proof, manager's signature: everything `open` and `rebalance` take for a step. */
  async submission(
    salt: bigint,
    step: Step,
    epoch: bigint,
    blindings: StepBlindings,
    { manager = ROLES.manager, chainId = foundry.id as number, ledger = this.deployment.ledger } = {},
  ) {
    const { circuitId } = this.circuits.rebalance
    const portfolioId = portfolioIdOf(this.creation(salt))
    const domain = domainOf(chainId, ledger, portfolioId, circuitId)
    const place = { circuitId, domain, epoch, payload: payloadOf(this.sealedTrade) }
    const verdict = evaluateStep(step, this.shape)
    const statement = rebalanceStatement(this.digest, step, verdict, this.shape, blindings, place)
    const proof = await this.prove(statement, 'rebalance')
    const { head, signals } = statement
    const x = statement.x.slice(0, Object.keys(head).length)
    const authorization = await this.authorize(x, signals.c, manager)
    return {
      portfolioId,
      verdict,
      statement,
      submission: {
        step: {
          newBook: head.newBook,
          newBudget: head.newBudget,
          trade: head.trade,
          marketDigest: head.marketDigest,
          digest: signals.c,
          compliant: head.compliant === 1n,
          open: head.open === 1n,
        },
        proof,
        sealedTrade: this.sealedTrade,
        authorization,
      },
    }
  }

  /** The manager's signature of a public vector and its digest. */
  authorize(x: readonly bigint[], c: bigint, manager: Account = ROLES.manager): Promise<Hex> {
    const statement = statementOf(this.circuits.rebalance.circuitId, x, c)
    const typed = authorizationTypedData(foundry.id, this.deployment.ledger, statement)
    return this.clients.as(manager).signTypedData({ ...typed, account: manager })
  }

  async attest(
    kind: keyof typeof ATTESTATION_KINDS,
    fields: {
      portfolioId: Hex
      epoch?: bigint
      head?: Hex
      commitment?: bigint
      amount?: bigint
      flowId?: Hex
    },
  ) {
    const { timestamp } = await this.reader.getBlock()
    const message = {
      kind: ATTESTATION_KINDS[kind],
      epoch: 0n,
      head: NO_HEAD,
      commitment: 0n,
      amount: 0n,
      flowId: NO_HEAD,
      asOf: timestamp,
      deadline: timestamp + 3_600n,
      tier: 1,
      evidence: `0x${'ee'.repeat(32)}` as Hex,
      attestor: ROLES.attestor.address,
      ...fields,
    }
    const typed = attestationTypedData(foundry.id, this.deployment.ledger, message)
    const signature = await this.clients.as(ROLES.attestor).signTypedData(typed)
    return { message, words: [wordOf(message, signature)] }
  }

  ledger<const Name extends string, const Args extends readonly unknown[]>(functionName: Name, args: Args) {
    return { address: this.deployment.ledger, abi: [...rebalanceLedgerAbi, ...errorsAbi], functionName, args }
  }
}
