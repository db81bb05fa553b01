import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Book } from '#portfolio/book.js'
import type { Budget } from '#portfolio/budget.js'
import { VECTORS } from '#portfolio/layout.js'
import type { Market } from '#portfolio/market.js'
import { FIELD } from '#portfolio/units.js'
import { BASE_FIELD } from '#prover/bn254.js'
import { domainOf, type Head, headOf, NO_HEAD } from '#verifier-contracts/encoding.js'
import { stepFrom, tinyBook, tinyMandate } from '../fixtures/tiny-fund.js'
import { LiveLedger } from '../helpers/live-ledger.js'
import { Prng } from '../helpers/prng.js'
import { refusalOf } from '../helpers/refusal.js'
import { ROLES, WINDOW_LENGTH } from '../helpers/roles.js'
import { statusOf } from '../helpers/status-of.js'

const E8 = 100_000_000n
const GREEN = 1
const windowLength = BigInt(WINDOW_LENGTH)

/** A portfolio whose first step is on chain, with what its manager knows of it. */
type Fund = { salt: bigint; portfolioId: Hex; book: Book; budget: Budget; head: Head }

let live: LiveLedger
let market: Market
let fund: Fund
beforeAll(async () => {
  live = await LiveLedger.start('tiny')
  market = await live.publish({ BTC: 90_000n * E8, ETH: 3_000n * E8 })
  fund = await openFund(1n)
})
afterAll(async () => {
  await live?.stop()
})

async function openFund(salt: bigint): Promise<Fund> {
  const mandate = tinyMandate(live.universeId)
  await live.adoptMandate(salt, mandate)
  const book = tinyBook(live.universeId, live.shape)
  const step = stepFrom(book, market, mandate, { windowLength })
  const blindings = { oldBook: 11n, newBook: 11n, oldBudget: 0n, newBudget: 12n, trade: 13n }
  const { portfolioId, statement, submission, verdict } = await live.submission(salt, step, 1n, blindings)
  const { message, words } = await live.attest('open', {
    portfolioId,
    commitment: statement.head.newBook,
  })
  await live.send(ROLES.submitter, live.ledger('open', [live.creation(salt), submission, message, words]))
  return {
    salt,
    portfolioId,
    book,
    budget: verdict.newBudget,
    head: { previous: NO_HEAD, book: statement.head.newBook, budget: statement.head.newBudget },
  }
}

/** Everything a lawful trade of the fund needs: half a BTC sold, five ETH bought. */
async function lawful(of: Fund, at: Market = market, epoch = 2n, elsewhere = {}) {
  const mandate = tinyMandate(live.universeId)
  const trades = [-E8 / 2n, 0n, 5n * E8, 0n]
  const step = stepFrom(of.book, at, mandate, { trades, budget: of.budget, windowLength })
  const blindings = {
    oldBook: 11n,
    newBook: 21n,
    oldBudget: 12n,
    newBudget: 22n,
    trade: 23n,
  }
  return live.submission(of.salt, step, epoch, blindings, elsewhere)
}

/** Name of the error a call is refused with; undefined when it is accepted. */
const refusal = async (call: unknown) => (await refusalOf(live.reader, call))?.[0]

describe('a portfolio', () => {
  test('is green once opened by a proof and an attestation', async () => {
    expect(await statusOf(live, fund.portfolioId)).toEqual([GREEN, 0n])
  })

  test('moves to the proven book, whoever submits', async () => {
    const moved = await openFund(2n)
    const { submission, statement } = await lawful(moved)
    const receipt = await live.send(
      ROLES.stranger,
      live.ledger('rebalance', [moved.portfolioId, moved.head, submission]),
    )
    expect(receipt.status).toBe('success')
    expect(await statusOf(live, moved.portfolioId)).toEqual([GREEN, 0n])

    // The same proof again: the head has moved on.
    expect(await refusal(live.ledger('rebalance', [moved.portfolioId, moved.head, submission]))).toBe(
      'WrongHead',
    )
    const { newBook, newBudget } = statement.head
    const next = { previous: headOf(moved.head), book: newBook, budget: newBudget }
    expect(await refusal(live.ledger('rebalance', [moved.portfolioId, next, submission]))).toBe(
      'BookUnchanged',
    )
  })
})

describe('forged calldata', () => {
  // Words of the submission that a forger may choose, each as a way to read and to write it.
  type Submission = Awaited<ReturnType<typeof lawful>>['submission']
  const proofWords = (s: Submission) => [...s.proof.a, ...s.proof.b.flat(), ...s.proof.c]
  const withProof = (s: Submission, w: readonly bigint[]): Submission => ({
    ...s,
    proof: {
      a: [w[0]!, w[1]!],
      b: [
        [w[2]!, w[3]!],
        [w[4]!, w[5]!],
      ],
      c: [w[6]!, w[7]!],
    },
  })
  const STEP_WORDS = ['newBook', 'newBudget', 'trade', 'marketDigest', 'digest'] as const
  const WORD = 1n << 256n

  test('changes nothing in a thousand variants', async () => {
    const seed = Number(process.env.SEED ?? 20_260_427)
    const rng = new Prng(seed)
    const { submission } = await lawful(fund)
    const call = (s: Submission, id = fund.portfolioId, head = fund.head) =>
      live.ledger('rebalance', [id, head, s])
    expect(await refusal(call(submission))).toBeUndefined()

    const variant = (): { what: string; call: ReturnType<typeof call> } => {
      const words = proofWords(submission)
      const at = rng.int(0, words.length - 1)
      const changedWord = (value: bigint) =>
        withProof(
          submission,
          words.map((w, i) => (i === at ? value % WORD : w)),
        )
      const name = rng.pick(STEP_WORDS)
      const withStep = (value: bigint): Submission => ({
        ...submission,
        step: { ...submission.step, [name]: value % WORD },
      })
      const byte = rng.int(0, submission.sealedTrade.length / 2 - 2)
      const flippedBlob = Buffer.from(submission.sealedTrade.slice(2), 'hex')
      flippedBlob[byte]! ^= 1 << rng.int(0, 7)
      const signature = Buffer.from(submission.authorization.slice(2), 'hex')
      signature[rng.int(0, 63)]! ^= 1 << rng.int(0, 7)
      const headName = rng.pick(['previous', 'book', 'budget'] as const)
      const head = {
        ...fund.head,
        [headName]: headName === 'previous' ? `0x${'01'.repeat(32)}` : fund.head[headName] + 1n,
      }
      const choices: [string, () => ReturnType<typeof call>][] = [
        ['bit of a proof word', () => call(changedWord(words[at]! ^ (1n << BigInt(rng.int(0, 255)))))],
        ['coordinate + q', () => call(changedWord(words[at]! + BASE_FIELD))],
        ['coordinate 0', () => call(changedWord(0n))],
        [
          'swapped proof words',
          () => call(withProof(submission, swapped(words, at, (at + 1) % words.length))),
        ],
        ['bit of a step word', () => call(withStep(submission.step[name] ^ (1n << BigInt(rng.int(0, 255)))))],
        ['alias x + r', () => call(withStep(submission.step[name] + FIELD * BigInt(rng.int(1, 4))))],
        ['compliant bit', () => call({ ...submission, step: { ...submission.step, compliant: false } })],
        ['open bit', () => call({ ...submission, step: { ...submission.step, open: true } })],
        ['sealed trade', () => call({ ...submission, sealedTrade: `0x${flippedBlob.toString('hex')}` })],
        ['authorization', () => call({ ...submission, authorization: `0x${signature.toString('hex')}` })],
        ['head', () => call(submission, fund.portfolioId, head)],
        [
          'portfolio',
          () =>
            call(
              submission,
              `0x${rng
                .big(0n, WORD - 1n)
                .toString(16)
                .padStart(64, '0')}`,
            ),
        ],
      ]
      const [what, make] = rng.pick(choices)
      return { what, call: make() }
    }
    const swapped = (words: bigint[], a: number, b: number) =>
      words.map((w, i) => (i === a ? words[b]! : i === b ? words[a]! : w))

    const before = await live.reader.readContract(live.ledger('portfolio', [fund.portfolioId]))
    const reasons = new Map<string, number>()
    for (let i = 0; i < 1_000; i++) {
      const forged = variant()
      const reason = await refusal(forged.call)
      expect([seed, i, forged.what, reason === undefined]).toEqual([seed, i, forged.what, false])
      reasons.set(reason!, (reasons.get(reason!) ?? 0) + 1)
    }
    expect(await live.reader.readContract(live.ledger('portfolio', [fund.portfolioId]))).toEqual(before)
    for (const name of ['InvalidProof', 'NotAuthorized', 'WrongHead', 'NotOpen', 'WrongTradeForm']) {
      expect([name, (reasons.get(name) ?? 0) > 0]).toEqual([name, true])
    }
  })

  test('changes nothing even when the manager signs it', async () => {
    const { submission, statement } = await lawful(fund)
    const names = ['newBook', 'newBudget', 'trade', 'compliant'] as const
    for (const name of names) {
      for (const by of [1n, -1n, FIELD / 2n]) {
        const head = {
          ...statement.head,
          [name]: name === 'compliant' ? 0n : (statement.head[name] + by) % FIELD,
        }
        const x = VECTORS.rebalance.head.map((element) => head[element])
        const authorization = await live.authorize(x, submission.step.digest)
        const step = { ...submission.step, [name]: name === 'compliant' ? false : head[name] }
        const call = live.ledger('rebalance', [
          fund.portfolioId,
          fund.head,
          { ...submission, step, authorization },
        ])
        expect([name, await refusal(call)]).toEqual([name, 'InvalidProof'])
      }
    }
  })

  test.each([
    ['chain', { chainId: 1 }],
    ['ledger', { ledger: ROLES.stranger.address }],
  ])('of another %s is refused, also when the manager signs it for this one', async (_, elsewhere) => {
    const { submission, statement } = await lawful(fund, market, 2n, elsewhere)
    const sent = (authorization: Hex) =>
      live.ledger('rebalance', [fund.portfolioId, fund.head, { ...submission, authorization }])
    expect(await refusal(sent(submission.authorization))).toBe('NotAuthorized')

    const { chainId, ledger } = live.deployment
    const here = domainOf(chainId, ledger, fund.portfolioId, live.circuits.rebalance.circuitId)
    const head = { ...statement.head, domain: here }
    const x = VECTORS.rebalance.head.map((element) => head[element])
    const signed = await live.authorize(x, submission.step.digest)
    expect(await refusal(sent(signed))).toBe('InvalidProof')
  })

  test('of another epoch is refused', async () => {
    const { submission } = await lawful(fund, market, 3n)
    expect(await refusal(live.ledger('rebalance', [fund.portfolioId, fund.head, submission]))).toBeDefined()
  })

  test('of another portfolio with the same book is refused', async () => {
    const twin = { ...fund, salt: 99n }
    const { submission } = await lawful(twin)
    expect(await refusal(live.ledger('rebalance', [fund.portfolioId, fund.head, submission]))).toBeDefined()
  })

  test('at a market that was never published is refused', async () => {
    const invented = live.market({ BTC: 80_000n * E8, ETH: 3_000n * E8 }, market.time)
    const { submission } = await lawful(fund, invented)
    const reason = await refusal(live.ledger('rebalance', [fund.portfolioId, fund.head, submission]))
    expect(reason).toBe('UnusableSnapshot')
  })

  test('under a mandate that is not the active one is refused', async () => {
    const loose = { ...tinyMandate(live.universeId), leverageBps: 40_000n }
    const step = stepFrom(fund.book, market, loose, { trades: [], budget: fund.budget, windowLength })
    const blindings = { oldBook: 11n, newBook: 31n, oldBudget: 12n, newBudget: 32n, trade: 33n }
    const { submission } = await live.submission(fund.salt, step, 2n, blindings)
    expect(await refusal(live.ledger('rebalance', [fund.portfolioId, fund.head, submission]))).toBeDefined()
  })

  test('signed by another than the manager is refused', async () => {
    const step = stepFrom(fund.book, market, tinyMandate(live.universeId), {
      budget: fund.budget,
      windowLength,
    })
    const blindings = { oldBook: 11n, newBook: 41n, oldBudget: 12n, newBudget: 42n, trade: 43n }
    const { submission } = await live.submission(fund.salt, step, 2n, blindings, { manager: ROLES.stranger })
    const reason = await refusal(live.ledger('rebalance', [fund.portfolioId, fund.head, submission]))
    expect(reason).toBe('NotAuthorized')
  })
})
