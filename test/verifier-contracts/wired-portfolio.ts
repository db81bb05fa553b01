import { type Hex, keccak256, toHex } from 'viem'
import { type Mandate, mandateVector } from '#portfolio/mandate.js'
import { mandatesAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import {
  attestationTypedData,
  authorizationTypedData,
  type Creation,
  domainOf,
  fieldVector,
  type Head,
  headOf,
  NO_HEAD,
  payloadOf,
  portfolioIdOf,
  statementOf,
  wordOf,
} from '#verifier-contracts/encoding.js'
import { testAccount } from './local-chain.js'
import { EMPTY_BUDGET, IDS, type WiredLedger } from './wired-ledger.js'

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

/** Digests that a step refers to, and the market's time in seconds. */
export type StepDigests = { readonly mandate: bigint; readonly market: bigint; readonly time: bigint }

/** A portfolio of a wired ledger: it opens, and steps to books that are nothing but numbers. */
export class WiredPortfolio {
  readonly creation: Creation
  readonly #wired: WiredLedger
  #head: Head = { previous: NO_HEAD, book: 0x1234_5678n << 216n, budget: EMPTY_BUDGET }
  #epoch = 0n

  /** Portfolios of one ledger differ by their `salt`. */
  constructor(wired: WiredLedger, salt = 0n) {
    this.#wired = wired
    this.creation = {
      governor: testAccount(0).address,
      manager: testAccount(1).address,
      windowLength: 86_400,
      salt: `0x${salt.toString(16).padStart(64, '0')}`,
    }
  }

  get id(): Hex {
    return portfolioIdOf(this.creation)
  }

  async mandate(mandate: Mandate, digest: bigint) {
    const { at, shape } = this.#wired
    const vector = mandateVector(mandate, shape)
    const proof = await this.#wired.prove(IDS.digestMandate, vector, digest)
    const mandates = { address: at.mandates, abi: mandatesAbi }
    const args = [this.creation, vector, TERMS, digest, proof]
    const schedule = await this.#wired.send({ ...mandates, functionName: 'schedule', args })
    const activate = await this.#wired.send({ ...mandates, functionName: 'activate', args: [this.id] })
    return { schedule, activate }
  }

  /** The next step to `book`, signed and proven, on chain: opens the portfolio when it is the first. */
  async step(book: bigint, digests: StepDigests, sealedTrade: Hex, seed: bigint) {
    const first = this.#epoch === 0n
    const { entry, x, c } = await this.entry(book, digests, sealedTrade, seed)
    const { portfolioId, head, submission } = entry
    const ledger = { address: this.#wired.at.ledger, abi: rebalanceLedgerAbi }
    const receipt = first
      ? await this.#wired.send({
          ...ledger,
          functionName: 'open',
          args: [this.creation, submission, ...(await this.#attested(x[3]!))],
        })
      : await this.#wired.send({
          ...ledger,
          functionName: 'rebalance',
          args: [portfolioId, head, submission],
        })
    this.#head = { previous: first ? NO_HEAD : headOf(head), book: x[3]!, budget: x[5]! }
    this.#epoch += 1n
    return { receipt, x: fieldVector(x), c }
  }

  /** The same, not sent: what a batch takes. */
  async entry(book: bigint, digests: StepDigests, sealedTrade: Hex, seed: bigint) {
    const { at, chain, universeId } = this.#wired
    const first = this.#epoch === 0n
    const wide = (n: bigint) => BigInt(keccak256(toHex(n + seed))) >> 3n
    const x = [
      domainOf(at.chainId, at.ledger, this.id, IDS.rebalance),
      this.#epoch + 1n,
      this.#head.book,
      first ? this.#head.book : book,
      this.#head.budget,
      wide(1n),
      wide(2n),
      digests.mandate,
      digests.market,
      universeId,
      0n,
      0n,
      digests.time / 86_400n,
      1n,
      0n,
      payloadOf(sealedTrade),
    ]
    const c = wide(3n)
    const manager = chain.wallet(1)
    const statement = statementOf(IDS.rebalance, x, c)
    const typed = authorizationTypedData(at.chainId, at.ledger, statement)
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
      proof: await this.#wired.prove(IDS.rebalance, x, c),
      sealedTrade,
      authorization: await manager.signTypedData({ ...typed, account: manager.account }),
    }
    return { entry: { portfolioId: this.id, head: this.#head, submission }, x, c }
  }

  async #attested(commitment: bigint) {
    const { at, chain } = this.#wired
    const now = await chain.now()
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
    const attestor = chain.wallet(3)
    const typed = attestationTypedData(at.chainId, at.ledger, attestation)
    const signature = await attestor.signTypedData({ ...typed, account: attestor.account })
    return [attestation, [wordOf(attestation, signature)]] as const
  }
}
