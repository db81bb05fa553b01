import { bytesToHex, type Hex } from 'viem'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { deriveBlinding } from '#prover/blinding.js'
import { sealTrade } from '#prover/sealed-trade.js'
import { buildStep } from '#strategy/build-step.js'
import { resolveDefinition } from '#strategy/definition.js'
import type { Plan, PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import type { AssetPrices } from '#strategy/sanity/asset-prices.js'
import type { PriceWitness } from '#strategy/sanity/price-witness.js'
import type { Sized } from '#strategy/sizing/size-targets.js'
import type { SlotVenues } from '#strategy/slot-venues.js'
import type { UnderlyingState } from '#strategy/triggers/trigger-context.js'
import { type Head, NO_HEAD } from '#verifier-contracts/encoding.js'
import { underActiveMandate } from '../chain/active-mandate.js'
import { HttpError } from '../http-error.js'
import { parseStrategy } from '../schemas/strategy.js'
import type { BookRecord, PortfolioRecord } from '../store/portfolio-store.js'
import { blindingDomainFor, domainFor } from './domains.js'
import type { EngineParts } from './engine-parts.js'
import { assertSanePrices, withConfirmations } from './judge-prices.js'
import { findVenues, type OpenRequest, openStep, openTerms, rehearse } from './open-trade.js'

/** What is known of the markets beside the snapshot: prices by source, what triggers may ask for, and venues by slot. */
export type TargetsRequest = {
  readonly mode: 'targets'
  readonly prices?: readonly AssetPrices[]
  readonly underlyings?: Readonly<Record<string, UnderlyingState>>
  readonly venues?: Readonly<Record<number, SlotVenues>>
  readonly open?: OpenRequest
}

/** What a fund asks for: back to its targets, nothing but a fresh proof, or exactly these trades (1e-8 unit per slot). */
export type StepRequest =
  | TargetsRequest
  | { readonly mode: 'heartbeat' }
  | { readonly mode: 'trades'; readonly trades: readonly bigint[]; readonly open?: OpenRequest }

/**
 * A step ready to prove, and where its commitments stand. `attempt` is the one its new blindings are derived with, `prices`
 * what was seen of those it was planned at. `strategyVersion` is the one in force when it was planned; an opening, and a
 * step planned before this was kept, has none. Of an open step, `sealedTrade` is deadline and routes.
 */
export type PlannedStep = {
  readonly step: Step
  readonly epoch: number
  readonly attempt: number
  readonly marketDigest: bigint
  readonly head: Head
  readonly sealedTrade: Hex
  readonly prices: readonly PriceWitness[]
  readonly strategyVersion?: number
}

/**
 * What the fund would do now: the plan by its newest strategy, or the verdict on the trades it gave. `payload` is there for a
 * step whose legs are open.
 *
 * @throws {@link NotOpenError}, {@link StaleMarketError}, {@link HeadMismatchError}, `NoMarketError`, `PricesRefusedError`,
 *   `MandateUniverseError`, and for open trades `NoSettlementError`, `NotExecutableError`, `RouteError`
 */
export async function proposeStep(
  parts: EngineParts,
  kept: PortfolioRecord,
  request: StepRequest,
): Promise<{
  step: Step
  book: BookRecord
  marketDigest: bigint
  input: PlanInput
  strategyVersion: number
  proposal: Plan | undefined
  prices: readonly PriceWitness[]
  sized: Sized | undefined
  payload?: Hex
}> {
  const { ledger, publisher, store, shape } = parts
  const record = await ledger.record(kept.id)
  if (!record) throw new NotOpenError()
  const portfolio = await underActiveMandate(parts, kept)
  const [book, snapshot, { version: strategyVersion, strategy }] = await Promise.all([
    store.portfolios.currentBook(portfolio.id),
    publisher.latest(portfolio.universeId),
    store.strategies.get(portfolio),
  ])
  if (book.head !== record.head || BigInt(book.epoch) !== record.epoch) throw new HeadMismatchError()
  const { market, digest: marketDigest, time } = snapshot
  const [usable, netFlow] = await Promise.all([
    ledger.isUsable(portfolio.universeId, marketDigest, portfolio.terms, record.snapshotTime),
    ledger.netFlowAt(portfolio.id, time),
  ])
  if (!usable) throw new StaleMarketError()
  const open = request.mode === 'heartbeat' ? undefined : request.open
  const pools = open && (await findVenues(parts, portfolio, open))
  const definition = parseStrategy(strategy, portfolio.universe)
  const { universe, mandate } = portfolio
  const targets = request.mode === 'targets' ? request : undefined
  const now = Number(await parts.chain.now())
  const required = definition.requirePrices
  const prices = targets ? assertSanePrices(targets.prices, { universe, market, required, now }) : []
  const { costs, ...movable } = open ? openTerms(definition.costs, open) : { costs: definition.costs }
  const venues = targets?.venues && { venues: targets.venues }
  const situation = { universe, shape, market, mandate, book: book.book, netFlow, ...movable, ...venues }
  const spent = book.spent?.strategyVersion === strategyVersion ? book.spent.cost : 0n
  // Targets are for a plan alone: nothing about them is to keep a fund from a heartbeat or from its own trades.
  const { sizing: _, ...unsized } = definition
  const wanted = targets ? definition : unsized
  const { defined, sized } = resolveDefinition({ ...wanted, costs }, { ...situation, spent })
  const input: PlanInput = {
    ...defined,
    ...situation,
    budget: book.budget,
    window: time / BigInt(portfolio.creation.windowLength),
    oldUniverse: portfolio.universeId,
    changed: Array(shape.slots).fill(false),
    ...(book.lastTradeAt !== null && { lastTradeAt: book.lastTradeAt }),
  }
  const planned = { book, marketDigest, input, strategyVersion, sized, prices }
  const opened = async (step: Step) => (open && pools ? openStep(parts, step, open, pools) : { step })
  if (targets) {
    const { underlyings = {} } = targets
    const confirmed = withConfirmations(underlyings, book.prices, prices)
    const proposal = await plan({ ...input, underlyings: confirmed })
    return { ...planned, ...(await opened(proposal.step)), proposal }
  }
  const none = book.book.quantities.map(() => 0n)
  const step = buildStep(input, request.mode === 'trades' ? request.trades : none)
  return { ...planned, ...(await opened(step)), proposal: undefined }
}

/**
 * Judges the pools that a request names, and the prices that it gives, or its strategy asks for, at the newest snapshot.
 *
 * @throws `PricesRefusedError`, `NoSettlementError`, `NotExecutableError`, `RouteError`
 */
export async function judgeRequest(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  request: StepRequest,
): Promise<void> {
  if (request.mode === 'heartbeat') return
  if (request.open) await findVenues(parts, portfolio, request.open)
  if (request.mode !== 'targets') return
  const { prices } = request
  const { universe, universeId } = portfolio
  const { strategy } = await parts.store.strategies.get(portfolio)
  const required = strategy.requirePrices ?? false
  if (!required && !prices) return
  const [{ market }, now] = await Promise.all([parts.publisher.latest(universeId), parts.chain.now()])
  assertSanePrices(prices, { universe, market, required, now: Number(now) })
}

/**
 * The next step of an open portfolio. One with open legs is rehearsed first, since a proof takes longer than a look.
 *
 * @throws {@link RefusedStepError} when it cannot be proven, `ContractError` when it would not be executed.
 */
export async function planRebalance(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  request: StepRequest,
): Promise<PlannedStep> {
  const proposed = await proposeStep(parts, portfolio, request)
  const { step, book, marketDigest, proposal, strategyVersion, prices, payload } = proposed
  if (proposal?.outcome === 'infeasible') throw new InfeasiblePlanError()
  const head = { previous: book.previousHead, book: book.commitment, budget: book.budgetCommitment }
  const planned = {
    ...{ step, epoch: book.epoch + 1, marketDigest, head },
    ...{ strategyVersion, prices },
  }
  if (payload === undefined) return sealStep(parts, portfolio, planned)
  assertProvable(parts, step)
  const rehearsal = await rehearse(parts, portfolio, step, payload)
  if ('refusal' in rehearsal) throw rehearsal.refusal
  const attempt = await parts.store.portfolios.takeAttempt(portfolio.id)
  return { ...planned, attempt, sealedTrade: payload }
}

/** The step that opens a portfolio with its draft. @throws {@link RefusedStepError} unless it is inside every limit. */
export async function planOpening(parts: EngineParts, kept: PortfolioRecord): Promise<PlannedStep> {
  const { publisher, ledger, store, shape } = parts
  const portfolio = await underActiveMandate(parts, kept)
  const { book } = await store.portfolios.currentBook(portfolio.id)
  const { market, digest: marketDigest, time } = await publisher.latest(portfolio.universeId)
  if (!(await ledger.isUsable(portfolio.universeId, marketDigest, portfolio.terms, 0n)))
    throw new StaleMarketError()
  const zeros = (length: number): bigint[] => Array(length).fill(0n)
  const step: Step = {
    market,
    mandate: portfolio.mandate,
    oldUniverse: portfolio.universeId,
    oldBook: book,
    newBook: book,
    oldBudget: OPENING_BUDGET,
    fills: zeros(shape.slots),
    fee: 0n,
    carryGain: 0n,
    carryLoss: 0n,
    netFlow: 0n,
    flowSplit: zeros(shape.accounts),
    window: time / BigInt(portfolio.creation.windowLength),
    changed: Array(shape.slots).fill(false),
    open: false,
  }
  if (evaluateStep(step, shape).outcome !== 'compliant') throw new OpeningOutsideLimitsError()
  return sealStep(parts, portfolio, {
    step,
    epoch: 1,
    marketDigest,
    head: { previous: NO_HEAD, book: 0n, budget: 0n },
    prices: [],
  })
}

async function sealStep(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  planned: Omit<PlannedStep, 'attempt' | 'sealedTrade'>,
): Promise<PlannedStep> {
  const verdict = assertProvable(parts, planned.step)
  const attempt = await parts.store.portfolios.takeAttempt(portfolio.id)
  const domain = domainFor(parts, portfolio.id)
  const epoch = BigInt(planned.epoch)
  const { fills, fee } = planned.step
  const blinding = deriveBlinding(portfolio.seed, 'trade', {
    domain: blindingDomainFor(parts, portfolio.id),
    epoch,
    attempt,
  })
  const blob = await sealTrade({ trades: verdict.trades, fills, fee, blinding }, portfolio.recipients, {
    domain,
    epoch,
  })
  return { ...planned, attempt, sealedTrade: bytesToHex(blob) }
}

/** @throws {@link RefusedStepError} */
function assertProvable({ shape }: EngineParts, step: Step): Verdict {
  const verdict = evaluateStep(step, shape)
  if (verdict.outcome === 'refused') throw new RefusedStepError()
  return verdict
}

export class NotOpenError extends HttpError {
  constructor() {
    super(409, 'The portfolio is not open on chain.', {
      code: 'SERVER_NOT_OPEN',
      hints: ['Put a book, have it attested, then POST /portfolios/{id}/open.'],
    })
  }
}

export class HeadMismatchError extends HttpError {
  constructor() {
    super(409, "The stored book is not the one the chain's head commits to.", {
      code: 'SERVER_HEAD_MISMATCH',
      hints: ['The data directory is older than the chain: restore a newer backup.'],
    })
  }
}

export class StaleMarketError extends HttpError {
  constructor() {
    super(409, "The newest market snapshot is older than the portfolio's mandate allows.", {
      code: 'SERVER_STALE_MARKET',
      hints: ['Publish a fresh one: POST /markets.'],
    })
  }
}

/** Says no more than that: which limit, and by how much, is for the dry run under the fund's own key. */
export class RefusedStepError extends HttpError {
  constructor() {
    super(422, 'The step is outside a limit of the mandate and reduces nothing, so it cannot be proven.', {
      code: 'SERVER_STEP_REFUSED',
      hints: ['Ask for a dry run: POST /portfolios/{id}/plans.'],
    })
  }
}

export class InfeasiblePlanError extends HttpError {
  constructor() {
    super(422, 'The targets cannot be reached inside the mandate.', {
      code: 'SERVER_PLAN_INFEASIBLE',
      hints: ['The dry run names the limits in conflict: POST /portfolios/{id}/plans.'],
    })
  }
}

export class OpeningOutsideLimitsError extends HttpError {
  constructor() {
    super(422, 'A portfolio opens only with a book inside every limit of its mandate.', {
      code: 'SERVER_OPENING_OUTSIDE_LIMITS',
      field: 'book',
    })
  }
}
