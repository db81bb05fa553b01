import { type Hex, hexToBytes, type TransactionReceipt, toHex } from 'viem'
import { foundry } from 'viem/chains'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import { VECTORS } from '#portfolio/layout.js'
import type { Tier } from '#portfolio/shape.js'
import { deriveBlinding } from '#prover/blinding.js'
import { makeRecipientKey, sealTrade } from '#prover/sealed-trade.js'
import { rebalanceStatement } from '#prover/statement.js'
import { LiveLedger } from '#test/helpers/live-ledger.js'
import { ROLES } from '#test/helpers/roles.js'
import {
  domainOf,
  type Head,
  headOf,
  NO_HEAD,
  payloadOf,
  portfolioIdOf,
} from '#verifier-contracts/encoding.js'
import { type Line, PRICES, type Scene, stepsOf, wideMandate } from './pairs.js'
import { randomBytesOf } from './random.js'

/** What the chain shows of one transaction. `execution` is the gas beyond what the call data's bytes cost by themselves. */
export type Shown = {
  readonly kind: 'open' | 'rebalance'
  readonly calldata: Uint8Array
  readonly event: Uint8Array
  readonly gasUsed: number
  readonly execution: number
  readonly gasEstimate: number
  readonly logs: number
}

const SALT = 1n
const TRANSACTION_GAS = 21_000

/**
 * One portfolio on a real chain with real proofs, played again and again from the same state, so that nothing but the
 * private book differs between two plays.
 */
export class LivePlay {
  private constructor(
    readonly live: LiveLedger,
    readonly scene: Scene,
    readonly recipients: readonly Uint8Array[],
    private snapshot: Hex,
  ) {}

  static async start(tier: Tier): Promise<LivePlay> {
    const shapeSlots = { tiny: 4, desk: 16, fund: 16 }[tier]
    const live = await LiveLedger.start(tier, shapeSlots)
    const market = await live.publish(PRICES)
    const mandate = wideMandate(live.universe, live.universeId, live.shape)
    await live.adoptMandate(SALT, mandate)
    const keys = await Promise.all([makeRecipientKey(), makeRecipientKey()])
    const recipients = keys.map(({ publicKey }) => publicKey)
    return new LivePlay(live, { shape: live.shape, market, mandate }, recipients, await live.chain.snapshot())
  }

  async stop(): Promise<void> {
    await this.live.stop()
  }

  /** Opens the portfolio with the line's book and takes its two steps from the budget that opening leaves; the chain then forgets them. */
  async run(line: Line, seed: string): Promise<Shown[]> {
    const { live, scene } = this
    const { book } = line
    const none = book.quantities.map(() => 0n)
    const [opening] = stepsOf(scene, { book, budget: OPENING_BUDGET, trades: [none, none] })
    const [first, second] = stepsOf(scene, { ...line, budget: opening.verdict.newBudget })
    let head: Head = { previous: NO_HEAD, book: 0n, budget: 0n }
    const shown: Shown[] = []
    for (const [k, each] of [opening, first, second].entries()) {
      const { submission, stated } = await this.#submission(each, BigInt(k + 1), seed)
      const id = portfolioIdOf(live.creation(SALT))
      const { newBook, newBudget } = stated.head
      const { message, words } = await live.attest('open', { portfolioId: id, commitment: newBook })
      const call =
        k === 0
          ? live.ledger('open', [live.creation(SALT), submission, message, words])
          : live.ledger('rebalance', [id, head, submission])
      // Cast: one of two functions, each with its own arguments.
      const gasEstimate = await live.reader.estimateContractGas({
        ...call,
        account: ROLES.submitter,
      } as never)
      const receipt = await live.send(ROLES.submitter, call)
      shown.push(await this.#shown(receipt, Number(gasEstimate)))
      head = { previous: k === 0 ? NO_HEAD : headOf(head), book: newBook, budget: newBudget }
    }
    await live.chain.revert({ id: this.snapshot })
    this.snapshot = await live.chain.snapshot()
    return shown
  }

  /** Commits, seals, proves and signs a step as the product does; blindings come from the seed of this play. */
  async #submission({ step, verdict }: ReturnType<typeof stepsOf>[number], epoch: bigint, seed: string) {
    const { live, scene, recipients } = this
    const { circuitId } = live.circuits.rebalance
    const domain = domainOf(foundry.id, live.deployment.ledger, portfolioIdOf(live.creation(SALT)), circuitId)
    const secret = randomBytesOf(seed, 'portfolio')
    const blind = (label: 'book' | 'budget' | 'trade', at: bigint) =>
      deriveBlinding(secret, label, { domain, epoch: at, attempt: 0 })
    // At opening the old book is the new one and the old budget is public.
    const from = epoch === 1n ? 1n : epoch - 1n
    const trade = blind('trade', epoch)
    const opening = { trades: verdict.trades, fills: step.fills, fee: step.fee, blinding: trade }
    const sealedTrade = toHex(await sealTrade(opening, recipients, { domain, epoch }))
    const blindings = {
      oldBook: blind('book', from),
      newBook: blind('book', epoch),
      oldBudget: epoch === 1n ? 0n : blind('budget', from),
      newBudget: blind('budget', epoch),
      trade,
    }
    const place = { circuitId, domain, epoch, payload: payloadOf(sealedTrade) }
    const stated = rebalanceStatement(live.digest, step, verdict, scene.shape, blindings, place)
    const { head, signals } = stated
    const submitted = {
      newBook: head.newBook,
      newBudget: head.newBudget,
      trade: head.trade,
      marketDigest: head.marketDigest,
      digest: signals.c,
      compliant: true,
      open: false,
    }
    const authorization = await live.authorize(stated.x.slice(0, VECTORS.rebalance.head.length), signals.c)
    const proof = await live.prove(stated, 'rebalance')
    return { stated, submission: { step: submitted, proof, sealedTrade, authorization } }
  }

  async #shown(receipt: TransactionReceipt, gasEstimate: number): Promise<Shown> {
    const { input } = await this.live.reader.getTransaction({ hash: receipt.transactionHash })
    const calldata = hexToBytes(input)
    const zeros = calldata.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
    const gasUsed = Number(receipt.gasUsed)
    const ledger = receipt.logs.at(-1)!
    return {
      kind: receipt.logs.length === 1 ? 'rebalance' : 'open',
      calldata,
      event: hexToBytes(ledger.data),
      gasUsed,
      execution: gasUsed - TRANSACTION_GAS - 4 * zeros - 16 * (calldata.length - zeros),
      gasEstimate,
      logs: receipt.logs.length,
    }
  }
}
