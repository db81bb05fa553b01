import type { Hex } from 'viem'
import type { Book } from '#portfolio/book.js'
import type { Budget } from '#portfolio/budget.js'
import type { Market } from '#portfolio/market.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { sum } from '#portfolio/units.js'
import { rebalanceStatement, type StepBlindings } from '#prover/statement.js'
import {
  domainOf,
  type Head,
  headOf,
  NO_HEAD,
  payloadOf,
  portfolioIdOf,
} from '#verifier-contracts/encoding.js'
import { encodeOpenTrade, type Route } from '#verifier-contracts/open-trade.js'
import { stepFrom, tinyBook, tinyMandate } from '../fixtures/tiny-fund.js'
import { connect } from '../helpers/connect.js'
import { LiveLedger } from '../helpers/live-ledger.js'
import { type Refusal, refusalOf } from '../helpers/refusal.js'
import { ROLES, WINDOW_LENGTH } from '../helpers/roles.js'
import { makeOpenMarket, type OpenMarket, PRICES } from './open-market.js'

const SALT = 7n
const HEAD = 16
const WINDOW = BigInt(WINDOW_LENGTH)

/** Trades (signed, 1e-8 unit) with their proven prices (1e-8 quote), by slot, and where they are done. */
export type OpenRequest = {
  readonly legs: Readonly<Record<number, { readonly trade: bigint; readonly fill: bigint }>>
  readonly routes: readonly Route[]
}

/** A step proven and signed: the call, what it was made from, and what the fund knows after it. */
export type Proposal = Awaited<ReturnType<OpenFund['propose']>>

/** A fund whose book is on chain and whose tokens are in its vault, with real proofs of the tier `tiny`. */
export class OpenFund {
  #book: Book
  #budget: Budget
  #head: Head
  #epoch = 1n
  #blinding = 11n
  #budgetBlinding = 12n

  private constructor(
    readonly live: LiveLedger,
    readonly market: OpenMarket,
    private snapshot: Market,
    opened: { book: Book; budget: Budget; head: Head },
  ) {
    this.#book = opened.book
    this.#budget = opened.budget
    this.#head = opened.head
  }

  static async start(): Promise<OpenFund> {
    const live = await LiveLedger.start('tiny')
    const mandate = tinyMandate(live.universeId)
    await live.adoptMandate(SALT, mandate)
    const market = await makeOpenMarket(live, SALT)
    const snapshot = await live.publish(PRICES)
    const book = tinyBook(live.universeId, live.shape)
    const step = stepFrom(book, snapshot, mandate, { windowLength: WINDOW })
    const blindings = { oldBook: 11n, newBook: 11n, oldBudget: 0n, newBudget: 12n, trade: 13n }
    const { portfolioId, statement, submission, verdict } = await live.submission(SALT, step, 1n, blindings)
    const commitment = statement.head.newBook
    const { message, words } = await live.attest('open', { portfolioId, commitment })
    const call = live.ledger('open', [live.creation(SALT), submission, message, words])
    await live.send(ROLES.submitter, call)
    const head = { previous: NO_HEAD, book: commitment, budget: statement.head.newBudget }
    return new OpenFund(live, market, snapshot, { book, budget: verdict.newBudget, head })
  }

  get id(): Hex {
    return portfolioIdOf(this.live.creation(SALT))
  }

  get book(): Book {
    return this.#book
  }

  /** A fresh snapshot at the same prices. */
  async publish(): Promise<void> {
    this.snapshot = await this.live.publish(PRICES)
  }

  /** An open step, proven and signed by the manager, good for ten minutes. */
  async propose({ legs, routes }: OpenRequest) {
    const { timestamp } = await this.live.reader.getBlock()
    const payload = encodeOpenTrade({ deadline: timestamp + 600n, routes })
    const { step, blindings } = this.#step(legs)
    const proven = await this.#prove(step, blindings, payload)
    const call = this.live.ledger('rebalanceOpen', [
      this.id,
      this.#head,
      proven.submission,
      proven.statement.x.slice(HEAD),
    ])
    return { ...proven, call, payload, step }
  }

  /** A sealed step without trades, which must take in `netFlow`. */
  async heartbeat(netFlow: bigint) {
    const { step, blindings } = this.#step({}, netFlow)
    const proven = await this.#prove({ ...step, open: false }, blindings, this.live.sealedTrade)
    const call = this.live.ledger('rebalance', [this.id, this.#head, proven.submission])
    return { ...proven, call, step }
  }

  /** Sends a step and takes it over. */
  async send({
    call,
    statement,
    step,
    verdict,
    blindings,
  }: Omit<Proposal, 'payload' | 'call'> & { call: unknown }) {
    const receipt = await this.live.send(ROLES.stranger, call)
    const { newBook, newBudget } = statement.head
    this.#head = { previous: headOf(this.#head), book: newBook, budget: newBudget }
    this.#book = step.newBook
    this.#budget = verdict.newBudget
    this.#epoch += 1n
    this.#blinding = blindings.newBook
    this.#budgetBlinding = blindings.newBudget
    return receipt
  }

  /** Sends a call without looking whether it will pass, as one is that others overtake. */
  async sendUnseen(call: unknown) {
    const { reader, as } = connect(this.live.rpcUrl)
    // Cast: a call of any contract.
    const hash = await as(ROLES.stranger).writeContract({ ...(call as object), gas: 3_000_000n } as never)
    return reader.waitForTransactionReceipt({ hash, checkReplacement: false })
  }

  /** Runs `work` and takes back whatever it does on chain; the fund knows nothing of it. */
  async undone<T>(work: () => Promise<T>): Promise<T> {
    const id = await this.live.chain.snapshot()
    try {
      return await work()
    } finally {
      await this.live.chain.revert({ id })
    }
  }

  /** The error a call is refused with, by name and arguments; undefined when it is accepted. */
  refusal(call: unknown): Promise<Refusal | undefined> {
    return refusalOf(this.live.reader, call)
  }

  /** Head, epoch and flows on chain, and what the vault holds. */
  async state() {
    const { balanceOf, tokens, vault } = this.market
    const portfolio = await this.live.reader.readContract(this.live.ledger('portfolio', [this.id]))
    const held = [balanceOf(tokens.usd, vault), balanceOf(tokens.btc, vault), balanceOf(tokens.eth, vault)]
    const [usd, btc, eth] = await Promise.all(held)
    return { portfolio, usd: usd!, btc: btc!, eth: eth! }
  }

  #step(legs: OpenRequest['legs'], netFlow = 0n): { step: Step; blindings: StepBlindings } {
    const mandate = tinyMandate(this.live.universeId)
    const slots = this.#book.quantities.map((_, i) => legs[i] ?? { trade: 0n, fill: 0n })
    const trades = slots.map(({ trade }) => trade)
    const fills = slots.map(({ fill }) => fill)
    const options = { trades, budget: this.#budget, windowLength: WINDOW, netFlow }
    const base = stepFrom(this.#book, this.snapshot, mandate, options)
    const cash = this.#book.cash.map((c, a) => {
      const paid = sum(trades.map((t, i) => (mandate.slots[i]?.account === a ? t * fills[i]! : 0n)))
      return c - paid + base.flowSplit[a]!
    })
    const next = this.#epoch * 100n
    return {
      step: { ...base, fills, newBook: { ...base.newBook, cash }, open: true },
      blindings: {
        oldBook: this.#blinding,
        newBook: next + 1n,
        oldBudget: this.#budgetBlinding,
        newBudget: next + 2n,
        trade: next + 3n,
      },
    }
  }

  async #prove(step: Step, blindings: StepBlindings, sealedTrade: Hex) {
    const { live } = this
    const { circuitId } = live.circuits.rebalance
    const { chainId, ledger } = live.deployment
    const place = {
      circuitId,
      domain: domainOf(chainId, ledger, this.id, circuitId),
      epoch: this.#epoch + 1n,
      payload: payloadOf(sealedTrade),
    }
    const verdict = evaluateStep(step, live.shape)
    if (verdict.outcome === 'refused') throw new Error(`refused: ${verdict.refused.map(({ id }) => id)}`)
    const statement = rebalanceStatement(live.digest, step, verdict, live.shape, blindings, place)
    const proof = await live.prove(statement, 'rebalance')
    const { head, signals } = statement
    const signed = step.open ? statement.x : statement.x.slice(0, HEAD)
    const submission = {
      step: {
        newBook: head.newBook,
        newBudget: head.newBudget,
        trade: head.trade,
        marketDigest: head.marketDigest,
        digest: signals.c,
        compliant: head.compliant === 1n,
        open: step.open,
      },
      proof,
      sealedTrade,
      authorization: await live.authorize(signed, signals.c),
    }
    return { statement, verdict, blindings, submission }
  }
}
