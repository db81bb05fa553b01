import type { Address, Hex } from 'viem'
import { isAddressEqual } from 'viem'
import type { Step } from '#portfolio/step.js'
import { abs, BPS } from '#portfolio/units.js'
import { legOf } from '#prover/statement.js'
import type { PlanInput } from '#strategy/plan.js'
import { encodeOpenTrade, type Route } from '#verifier-contracts/open-trade.js'
import { ContractError } from '../chain/contract-error.js'
import type { Settlement } from '../chain/settlements.js'
import { HttpError } from '../http-error.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { EngineParts } from './engine-parts.js'

/** Where one slot is traded, by share of its leg; shares add up to 10 000. */
export type SlotRoutes = {
  readonly slot: number
  readonly symbol: string
  readonly parts: readonly { readonly pool: Address; readonly shareBps: bigint }[]
}

/** What is asked of an open trade beside its size. */
export type OpenRequest = {
  readonly routes: readonly SlotRoutes[]
  readonly slippageBps: bigint
  readonly deadlineSeconds: bigint
}

/** Places of the listing's venues, pool by pool, for every slot asked for. */
export type OpenVenues = ReadonlyMap<number, readonly number[]>

/**
 * Finds the venue of every pool that a request names.
 *
 * @throws {@link NoSettlementError}, {@link NotExecutableError}, {@link RouteError}, naming the field.
 */
export async function findVenues(
  { settlements }: EngineParts,
  { id, universeId }: PortfolioRecord,
  { routes }: OpenRequest,
): Promise<OpenVenues> {
  const settlement = await settlements.inForce(id, universeId)
  if (!settlement) throw new NoSettlementError()
  const found = routes.map(async ({ slot, symbol, parts }) => {
    if (!settlement.assets[slot]) throw new NotExecutableError(`routes.${symbol}`)
    const venues = parts.map(({ pool }, i) => venueOf(settlement, pool, `routes.${symbol}[${i}].pool`))
    return [slot, await Promise.all(venues)] as const
  })
  return new Map(await Promise.all(found))

  async function venueOf({ venues }: Settlement, pool: Address, field: string): Promise<number> {
    const factory = await settlements.factoryOf(pool)
    const venue = factory ? venues.findIndex((one) => isAddressEqual(one.factory, factory)) : -1
    if (venue < 0) throw new RouteError(field)
    return venue
  }
}

/** What an open trade is planned with: only the slots that have routes move, and each may be filled worse by the slippage. */
export function openTerms(
  costs: PlanInput['costs'],
  { routes, slippageBps }: OpenRequest,
): Required<Pick<PlanInput, 'costs' | 'tradable'>> {
  const tradable = new Set(routes.map(({ slot }) => slot))
  const slipped = costs.map((cost, i) =>
    tradable.has(i) ? { ...cost, halfSpreadBps: cost.halfSpreadBps + slippageBps } : cost,
  )
  return { costs: slipped, tradable }
}

/** The legs of an open step as its public vector has them. */
export function legsOf({ newBook, oldBook, fills }: Step): bigint[] {
  return newBook.quantities.map((q, i) => legOf(q - oldBook.quantities[i]!, fills[i]!))
}

/**
 * Deadline and routes of a step, as its payload is the hash of. Each leg is shared out to the unit, the last pool taking the
 * rest; sales come first, so that they pay for purchases.
 */
export function openPayload(
  { newBook, oldBook }: Step,
  { routes }: OpenRequest,
  venues: OpenVenues,
  deadline: bigint,
): Hex {
  const parts = routes.flatMap(({ slot, parts }) => {
    const trade = newBook.quantities[slot]! - oldBook.quantities[slot]!
    const upTo = (share: bigint) => (abs(trade) * share) / BPS
    let share = 0n
    return parts.map(({ pool, shareBps }, i) => {
      const before = upTo(share)
      share += shareBps
      const route: Route = { slot, venue: venues.get(slot)![i]!, pool, quantity: upTo(share) - before }
      return { route, sells: trade < 0n }
    })
  })
  const traded = parts.filter(({ route }) => route.quantity > 0n)
  const sales = traded.filter(({ sells }) => sells)
  const purchases = traded.filter(({ sells }) => !sells)
  return encodeOpenTrade({ deadline, routes: [...sales, ...purchases].map(({ route }) => route) })
}

/**
 * The step with its legs open, and its payload with a deadline from the chain's time; as it is, sealed, where it trades
 * nothing.
 */
export async function openStep(
  { chain }: EngineParts,
  step: Step,
  request: OpenRequest,
  venues: OpenVenues,
): Promise<{ step: Step; payload?: Hex }> {
  if (step.newBook.quantities.every((q, i) => q === step.oldBook.quantities[i])) return { step }
  const deadline = (await chain.now()) + request.deadlineSeconds
  return { step: { ...step, open: true }, payload: openPayload(step, request, venues, deadline) }
}

/**
 * What the executor would do with a step now: how much better than proven it would be (1e-16 quote), or what it would be
 * refused with.
 */
export async function rehearse(
  { settlements }: EngineParts,
  { id }: PortfolioRecord,
  step: Step,
  payload: Hex,
): Promise<{ improvement: bigint } | { refusal: ContractError }> {
  try {
    return { improvement: await settlements.rehearse(id, legsOf(step), payload) }
  } catch (error) {
    if (error instanceof ContractError) return { refusal: error }
    throw error
  }
}

export class NoSettlementError extends HttpError {
  constructor() {
    super(409, 'Nothing is listed that open trades of the portfolio are settled in.', {
      code: 'SERVER_NO_SETTLEMENT',
      field: 'open',
      hints: ['List it: PUT /portfolios/{id}/settlement.'],
    })
  }
}

export class NotExecutableError extends HttpError {
  constructor(field: string) {
    super(422, `${field} must be of a spot with a listed token: nothing else is executed on chain.`, {
      code: 'SERVER_NOT_EXECUTABLE',
      field,
      hints: ['GET /portfolios/{id}/settlement shows the tokens listed.'],
    })
  }
}

export class RouteError extends HttpError {
  constructor(field: string) {
    super(422, `${field} must be a pool of a listed venue.`, {
      code: 'SERVER_ROUTE',
      field,
      hints: ['GET /portfolios/{id}/settlement shows the venues listed.'],
    })
  }
}
