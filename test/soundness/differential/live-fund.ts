import type { Hex } from 'viem'
import { foundry } from 'viem/chains'
import type { Book } from '#portfolio/book.js'
import { type Budget, OPENING_BUDGET } from '#portfolio/budget.js'
import { VECTORS } from '#portfolio/layout.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Market } from '#portfolio/market.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { fromSolidityProof } from '#prover/groth16-proof.js'
import { WitnessError } from '#prover/prove-error.js'
import { rebalanceStatement, type StepBlindings } from '#prover/statement.js'
import { verifyProof } from '#prover/verify.js'
import { stepFrom } from '#test/fixtures/tiny-fund.js'
import type { LiveLedger } from '#test/helpers/live-ledger.js'
import type { Prng } from '#test/helpers/prng.js'
import { refusalOf } from '#test/helpers/refusal.js'
import { ROLES, TERMS, WINDOW_LENGTH } from '#test/helpers/roles.js'
import {
  domainOf,
  type Head,
  headOf,
  NO_HEAD,
  payloadOf,
  portfolioIdOf,
} from '#verifier-contracts/encoding.js'

type Submitted = Awaited<ReturnType<LiveLedger['submission']>>

/** A portfolio on a real chain with everything its manager knows; each method returns what went otherwise than it must. */
export class LiveFund {
  readonly id: Hex
  #head: Head
  #epoch: bigint
  #blindings: { book: bigint; budget: bigint }
  #last: Submitted
  #amberSince: bigint | undefined

  private constructor(
    private readonly live: LiveLedger,
    private readonly rng: Prng,
    private readonly salt: bigint,
    readonly mandate: Mandate,
    public book: Book,
    public budget: Budget,
    opened: Submitted,
    blindings: StepBlindings,
  ) {
    this.id = opened.portfolioId
    const { newBook, newBudget } = opened.statement.head
    this.#head = { previous: NO_HEAD, book: newBook, budget: newBudget }
    this.#epoch = 1n
    this.#blindings = { book: blindings.newBook, budget: blindings.newBudget }
    this.#last = opened
  }

  static async open(live: LiveLedger, rng: Prng, salt: bigint, mandate: Mandate, book: Book, market: Market) {
    await live.adoptMandate(salt, mandate)
    const step = stepFrom(book, market, mandate, {
      windowLength: BigInt(WINDOW_LENGTH),
      budget: OPENING_BUDGET,
    })
    const oldBook = blinding(rng)
    const blindings = {
      oldBook,
      newBook: oldBook,
      oldBudget: 0n,
      newBudget: blinding(rng),
      trade: blinding(rng),
    }
    const opened = await live.submission(salt, step, 1n, blindings)
    const { portfolioId, statement, submission, verdict } = opened
    const { message, words } = await live.attest('open', {
      portfolioId,
      commitment: statement.head.newBook,
    })
    await live.send(ROLES.submitter, live.ledger('open', [live.creation(salt), submission, message, words]))
    return new LiveFund(live, rng, salt, mandate, book, verdict.newBudget, opened, blindings)
  }

  /** Records an attested flow; the next step at a later snapshot must carry it. */
  async recordFlow(amount: bigint): Promise<void> {
    const flowId = `0x${blinding(this.rng).toString(16).padStart(64, '0')}` as Hex
    const { message, words } = await this.live.attest('flow', { portfolioId: this.id, amount, flowId })
    await this.live.send(ROLES.attestor, this.live.ledger('recordFlow', [message, words]))
  }

  /** Net flow that a step at a snapshot of `time` must carry, as the ledger has it. */
  async netFlowAt(time: bigint): Promise<bigint> {
    const [netFlow] = (await this.#ask('netFlowAt', [this.id, time])) as [bigint, bigint]
    return netFlow
  }

  /** Proves a step that the model allows, submits it, and compares the chain's record with the model's verdict. */
  async follow(step: Step): Promise<string[]> {
    const faults: string[] = []
    const blindings = this.#fresh()
    if (evaluateStep(step, this.live.shape).outcome === 'reducing') {
      if (!(await this.#unprovable(step, 'compliant', blindings)))
        faults.push('a reducing step proves compliant')
    }
    const made = await this.live.submission(this.salt, step, this.#epoch + 1n, blindings)
    const { statement, submission, verdict } = made
    const proof = fromSolidityProof(submission.proof)
    const { vkey } = this.live.circuits.rebalance
    const { publicSignals } = statement
    if (!(await verifyProof({ vkey, proof, publicSignals })))
      faults.push('the verifier refuses an honest proof')
    const call = this.live.ledger('rebalance', [this.id, this.#head, submission])
    const receipt = await this.live.send(ROLES.stranger, call)

    const head = {
      previous: headOf(this.#head),
      book: statement.head.newBook,
      budget: statement.head.newBudget,
    }
    this.#head = head
    this.#epoch += 1n
    this.#blindings = { book: blindings.newBook, budget: blindings.newBudget }
    this.#last = made
    this.book = step.newBook
    this.budget = verdict.newBudget
    const { timestamp } = await this.live.reader.getBlock({ blockNumber: receipt.blockNumber })
    if (verdict.outcome === 'compliant') this.#amberSince = undefined
    else this.#amberSince ??= timestamp
    if ((await this.#refusal(call)) !== 'WrongHead') faults.push('the same step counts twice')
    return [...faults, ...(await this.#record(verdict, step))]
  }

  /** Tries a step that the model refuses: no witness may exist, and no proof made before may carry it on chain. */
  async refuse(step: Step, verdict: Verdict): Promise<string[]> {
    const faults: string[] = []
    const blindings = this.#fresh()
    if (!(await this.#unprovable(step, 'reducing', blindings))) faults.push('an unlawful step is proven')
    const { statement } = this.#stated(step, { ...verdict, outcome: 'reducing' }, blindings)
    const { head, signals } = statement
    const x = VECTORS.rebalance.head.map((name) => head[name])
    const forged = {
      step: {
        newBook: head.newBook,
        newBudget: head.newBudget,
        trade: head.trade,
        marketDigest: head.marketDigest,
        digest: signals.c,
        compliant: false,
        open: false,
      },
      proof: this.#last.submission.proof,
      sealedTrade: this.live.sealedTrade,
      authorization: await this.live.authorize(x, signals.c),
    }
    const before = await this.#ask('portfolio', [this.id])
    const reason = await this.#refusal(this.live.ledger('rebalance', [this.id, this.#head, forged]))
    if (reason !== 'InvalidProof') faults.push(`an earlier proof meets ${reason ?? 'no refusal'}`)
    const own = this.live.ledger('rebalance', [this.id, this.#head, this.#last.submission])
    if ((await this.#refusal(own)) === undefined) faults.push('an earlier statement is accepted again')
    const after = await this.#ask('portfolio', [this.id])
    if (text(before) !== text(after)) faults.push('a refused step moved the record')
    return faults
  }

  async #record(verdict: Verdict, step: Step): Promise<string[]> {
    const faults: string[] = []
    const stored = (await this.#ask('portfolio', [this.id])) as Record<string, unknown>
    const last = (await this.#ask('lastProof', [this.id])) as Record<string, unknown>
    const [status] = (await this.#ask('status', [this.id])) as [number, bigint]
    const { timestamp } = await this.live.reader.getBlock()
    const red = this.#amberSince !== undefined && timestamp > this.#amberSince + BigInt(TERMS.cureTime)
    const compliant = verdict.outcome === 'compliant'
    const expected = {
      head: [stored.head, headOf(this.#head)],
      epoch: [stored.epoch, this.#epoch],
      'epoch of the proof': [last.epoch, this.#epoch],
      'snapshot time': [stored.snapshotTime, step.market.time],
      compliant: [last.compliant, compliant],
      amber: [stored.amberSince, this.#amberSince ?? 0n],
      status: [STATUS[status], compliant ? 'green' : red ? 'red' : 'amber'],
    }
    for (const [what, [ours, theirs]] of Object.entries(expected)) {
      if (ours !== theirs) faults.push(`the chain has another ${what}`)
    }
    return faults
  }

  #fresh(): StepBlindings {
    const { book, budget } = this.#blindings
    const [newBook, newBudget, trade] = [blinding(this.rng), blinding(this.rng), blinding(this.rng)]
    return { oldBook: book, oldBudget: budget, newBook, newBudget, trade }
  }

  #stated(step: Step, verdict: Verdict, blindings: StepBlindings) {
    const { circuitId, artifacts } = this.live.circuits.rebalance
    const domain = domainOf(
      foundry.id,
      this.live.deployment.ledger,
      portfolioIdOf(this.live.creation(this.salt)),
      circuitId,
    )
    const place = { circuitId, domain, epoch: this.#epoch + 1n, payload: payloadOf(this.live.sealedTrade) }
    const { digest, shape } = this.live
    return { artifacts, statement: rebalanceStatement(digest, step, verdict, shape, blindings, place) }
  }

  /** True where the prover finds no witness; any other failure is thrown on. */
  async #unprovable(step: Step, claim: Verdict['outcome'], blindings: StepBlindings): Promise<boolean> {
    const verdict = { ...evaluateStep(step, this.live.shape), outcome: claim }
    const { artifacts: circuit, statement } = this.#stated(step, verdict, blindings)
    const request = { circuit, input: statement.input, expectedPublicSignals: [...statement.publicSignals] }
    try {
      await this.live.pool.prove(request)
      return false
    } catch (error) {
      if (error instanceof WitnessError) return true
      throw error
    }
  }

  async #ask(functionName: string, args: readonly unknown[]): Promise<unknown> {
    // Cast: the name is of whatever view the caller asks for.
    return this.live.reader.readContract(this.live.ledger(functionName, args) as never)
  }

  async #refusal(call: unknown): Promise<string | undefined> {
    return (await refusalOf(this.live.reader, call))?.[0]
  }
}

const STATUS = ['none', 'green', 'amber', 'red', 'stale', 'paused', 'closed']

const blinding = (rng: Prng): bigint => rng.big(1n, 2n ** 250n)

const text = (value: unknown): string =>
  JSON.stringify(value, (_, x) => (typeof x === 'bigint' ? x.toString() : x))
