import { type Hex, parseEventLogs } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Book } from '#portfolio/book.js'
import type { Budget } from '#portfolio/budget.js'
import { VECTORS } from '#portfolio/layout.js'
import { type Mandate, mandateVector } from '#portfolio/mandate.js'
import type { Market } from '#portfolio/market.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import type { Universe } from '#portfolio/universe.js'
import { WitnessError } from '#prover/prove-error.js'
import { digestStatement } from '#prover/statement.js'
import { marketOf } from '#server/chain/market-vector.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import { mandatesAbi, marketSnapshotsAbi, priceFeedAbi } from '#verifier-contracts/abi.js'
import {
  headOf,
  NO_HEAD,
  NO_OPTIONS,
  optionBlockTypedData,
  portfolioIdOf,
  universeContent,
  universeIdOf,
} from '#verifier-contracts/encoding.js'
import { stepFrom, tinyMandate } from '../fixtures/tiny-fund.js'
import { LiveLedger } from '../helpers/live-ledger.js'
import { ROLES, TERMS, WINDOW_LENGTH } from '../helpers/roles.js'

const E8 = 100_000_000n
const WEEK = 604_800n
const SALT = 1n
const windowLength = BigInt(WINDOW_LENGTH)
const SHOCKS = [-2_000n, 2_000n]

let live: LiveLedger
let expiry: bigint
let thisWeek: bigint
let nextWeek: bigint
/** What the manager knows of its portfolio. */
let book: Book
let budget: Budget
let head: { previous: Hex; book: bigint; budget: bigint }
let epoch = 0n

const snapshots = () => ({ address: live.deployment.snapshots, abi: marketSnapshotsAbi })
const portfolioId = () => portfolioIdOf(live.creation(SALT))
const now = async () => (await live.reader.getBlock()).timestamp

/** A coin, a perp on it, and the call of one week; two universes differ in their third slot alone. */
const weekly = (strike: bigint, at: bigint): Universe => {
  const line = { underlying: 'BTC', feed: 'BTC', contractSizeE8: E8, shocksBps: SHOCKS }
  const option = { type: 'call' as const, strikeE8: strike * E8, expiry: at }
  return {
    instruments: [
      { ...line, symbol: 'BTC', kind: 'spot', account: 0, marginBps: 0n },
      { ...line, symbol: 'BTC-PERP', kind: 'perp', account: 1, marginBps: 500n },
      { ...line, symbol: `BTC-${strike}-C`, kind: 'option', account: 1, marginBps: 0n, option },
    ],
  }
}

async function register(universe: Universe): Promise<bigint> {
  const terms = { heartbeat: 3_600, minPriceE8: 1n, maxPriceE8: 10n ** 15n, jumpBps: 1_000, jumpDelay: 900 }
  const content = universeContent(universe, { BTC: { ...terms, address: live.feeds.BTC! } }, live.shape)
  await live.send(ROLES.stranger, { ...snapshots(), functionName: 'registerUniverse', args: [content] })
  return universeIdOf(content, live.shape)
}

/** Sets the coin, prices the option as its risk signer does, captures, proves, publishes. */
async function publish(universeId: bigint, universe: Universe, coin: bigint): Promise<Market> {
  const set = { address: live.feeds.BTC!, abi: priceFeedAbi, functionName: 'set', args: [coin * E8] }
  await live.send(ROLES.governor, set)
  await live.chain.increaseTime({ seconds: 60 })
  const spotE8 = coin * E8
  const { changes, ...row } = optionSlot({
    terms: universe.instruments[2]!.option!,
    spotE8,
    forwardE8: spotE8,
    ivE8: E8 / 2n,
    now: await now(),
    contractSizeE8: E8,
    spotShocksBps: SHOCKS,
    volShocksBps: [3_000n, -1_500n],
    minMarginBps: 500n,
  })
  const settled = await live.reader.readContract({
    ...snapshots(),
    functionName: 'settlement',
    args: [universeId, 2n],
  })
  const options = settled[0]
    ? NO_OPTIONS
    : { time: await now(), rows: [{ slot: 2n, spotE8, ...row, changes }] }
  const typed = optionBlockTypedData(foundry.id, live.deployment.snapshots, universeId, options)
  const signatures = settled[0] ? [] : [await ROLES.riskSigner.signTypedData(typed)]
  const capture = { ...snapshots(), functionName: 'capture', args: [universeId, options, signatures, []] }
  const { logs } = await live.send(ROLES.stranger, capture)
  const [event] = parseEventLogs({ abi: marketSnapshotsAbi, eventName: 'MarketCaptured', logs })
  const { vector } = event!.args
  const statement = digestStatement(live.digest, 'market', vector, live.circuits['digest-market'].circuitId)
  const proof = await live.prove(statement, 'digest-market')
  const args = [universeId, vector, statement.signals.c, proof]
  await live.send(ROLES.stranger, { ...snapshots(), functionName: 'publish', args })
  return marketOf(vector, live.shape)
}

/** The tiny mandate with its third slot on the perp's account, where the option is. */
const mandateOf = (universeId: bigint): Mandate => {
  const mandate = tinyMandate(universeId)
  const option = {
    groups: [1],
    account: 1,
    maxLong: 100n * E8,
    maxShort: 100n * E8,
    concentrationBps: 8_000n,
  }
  return { ...mandate, slots: [...mandate.slots.slice(0, 2), option] }
}

async function scheduleMandate(mandate: Mandate): Promise<void> {
  const vector = mandateVector(mandate, live.shape)
  const statement = digestStatement(live.digest, 'mandate', vector, live.circuits['digest-mandate'].circuitId)
  const proof = await live.prove(statement, 'digest-mandate')
  const args = [live.creation(SALT), vector, TERMS, statement.signals.c, proof]
  const call = { address: live.deployment.mandates, abi: mandatesAbi, functionName: 'schedule', args }
  await live.send(ROLES.governor, call)
}

/** Numbered here; a real fund derives them from its seed. Opening keeps its book, so also the blinding of it. */
const bookBlinding = (at: bigint) => 100n + (at > 1n ? at : 0n)
const blindings = () => ({
  oldBook: bookBlinding(epoch),
  newBook: bookBlinding(epoch + 1n),
  oldBudget: epoch === 0n ? 0n : 200n + epoch,
  newBudget: 201n + epoch,
  trade: 300n + epoch,
})

const propose = (step: Step) => live.submission(SALT, step, epoch + 1n, blindings())

function advance(made: Awaited<ReturnType<typeof propose>>, newBook: Book): void {
  const { newBook: commitment, newBudget } = made.statement.head
  head = { previous: epoch === 0n ? NO_HEAD : headOf(head), book: commitment, budget: newBudget }
  epoch += 1n
  book = newBook
  budget = made.verdict.newBudget
}

const rebalance = async (step: Step) => {
  const made = await propose(step)
  await live.send(ROLES.stranger, live.ledger('rebalance', [portfolioId(), head, made.submission]))
  advance(made, step.newBook)
}

beforeAll(async () => {
  live = await LiveLedger.start('tiny')
  expiry = (await now()) + WEEK
  thisWeek = await register(weekly(90_000n, expiry))
  nextWeek = await register(weekly(95_000n, expiry + WEEK))
})
afterAll(async () => live?.stop())

test('a book with this week’s call opens', async () => {
  await live.adoptMandate(SALT, mandateOf(thisWeek))
  const market = await publish(thisWeek, weekly(90_000n, expiry), 90_000n)
  const quantities = [10n * E8, -2n * E8, 5n * E8, 0n]
  book = { universeId: thisWeek, quantities, cash: [200_000n * E8 * E8, 600_000n * E8 * E8] }
  const step = stepFrom(book, market, mandateOf(thisWeek), { windowLength })
  const made = await propose(step)
  expect(made.verdict.outcome).toBe('compliant')
  const commitment = made.statement.head.newBook
  const { message, words } = await live.attest('open', { portfolioId: portfolioId(), commitment })
  const call = live.ledger('open', [live.creation(SALT), made.submission, message, words])
  await live.send(ROLES.submitter, call)
  advance(made, book)
})

test('next week’s universe is captured, and its mandate announced, before this week is over', async () => {
  await publish(nextWeek, weekly(95_000n, expiry + WEEK), 94_000n)
  await scheduleMandate(mandateOf(nextWeek))
})

test('the call settles, and is closed by an ordinary leg at its settlement value', async () => {
  await live.chain.setNextBlockTimestamp({ timestamp: expiry })
  const market = await publish(thisWeek, weekly(90_000n, expiry), 96_000n)
  const { price, delta, marginBps } = market.slots[2]!
  expect([price, delta, marginBps]).toEqual([6_000n * E8, 0n, 0n])

  // Held, it would be another thing in the new universe: nothing can be proven of that.
  const changed = [false, false, true, false]
  const early = { ...stepFrom(book, market, mandateOf(thisWeek), { budget, windowLength }), changed }
  expect(evaluateStep(early, live.shape).refused.map(({ id }) => id)).toContain('changed[2]')

  const trades = [0n, 0n, -5n * E8, 0n]
  const sold = stepFrom(book, market, mandateOf(thisWeek), { trades, budget, windowLength })
  const fills = sold.fills.map((fill, slot) => (slot === 2 ? price : fill))
  const cash = [sold.newBook.cash[0]!, book.cash[1]! + 5n * E8 * price]
  await rebalance({ ...sold, fills, newBook: { ...sold.newBook, cash } })
  expect(book.quantities[2]).toBe(0n)
})

test('the first step under the new mandate carries the book over by its mask, and may trade the new call', async () => {
  const mandates = { address: live.deployment.mandates, abi: mandatesAbi }
  await live.send(ROLES.stranger, { ...mandates, functionName: 'activate', args: [portfolioId()] })
  const market = await publish(nextWeek, weekly(95_000n, expiry + WEEK), 97_000n)
  const trades = [0n, 0n, 3n * E8, 0n]
  const moved = stepFrom(book, market, mandateOf(nextWeek), { trades, budget, windowLength })
  const newBook = { ...moved.newBook, universeId: nextWeek }
  const changed = [false, false, true, false]

  // The mask is the ledger's own: a proof for another one is refused, whatever the manager signs.
  const { submission, statement } = await propose({ ...moved, newBook })
  const sent = (authorization: Hex) =>
    live.send(
      ROLES.stranger,
      live.ledger('rebalance', [portfolioId(), head, { ...submission, authorization }]),
    )
  await expect(sent(submission.authorization)).rejects.toThrow('NotAuthorized')
  const x = VECTORS.rebalance.head.map((name) => (name === 'changed' ? 4n : statement.head[name]))
  const signed = await live.authorize(x, submission.step.digest)
  await expect(sent(signed)).rejects.toThrow('InvalidProof')

  await rebalance({ ...moved, newBook, changed })
  const [verdict, reasons] = (await live.reader.readContract(
    live.ledger('status', [portfolioId()]),
  )) as unknown as readonly [number, bigint]
  expect([epoch, verdict, reasons]).toEqual([3n, 1, 0n])
})

test('a book that still holds what has changed cannot be carried over', async () => {
  const market = await publish(nextWeek, weekly(95_000n, expiry + WEEK), 97_000n)
  const step = stepFrom(book, market, mandateOf(nextWeek), { budget, windowLength })
  const changed = [false, false, true, false]
  await expect(propose({ ...step, changed })).rejects.toThrow(WitnessError)
})
