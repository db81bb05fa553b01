import type { Market } from '#portfolio/market.js'
import type { Universe } from '#portfolio/universe.js'
import type { AssetPrices } from '#strategy/sanity/asset-prices.js'
import { type AssetJudgement, judgeAsset, type Refusal } from '#strategy/sanity/judge-asset.js'
import { judgePrices } from '#strategy/sanity/judge-prices.js'
import { isConfirmed, type PriceWitness } from '#strategy/sanity/price-witness.js'
import type { UnderlyingState } from '#strategy/triggers/trigger-context.js'
import { HttpError } from '../http-error.js'

/** What prices are judged for: the underlyings that must have some, and the market that would be traded at. */
export type PricedMarket = {
  readonly universe: Universe
  readonly market: Market
  readonly required: boolean
  /** Seconds since 1970. */
  readonly now: number
}

/**
 * Lets a plan go on only at prices that several sources agree on and that the published market has, and returns what was seen.
 *
 * The market's price of an underlying has no vote among the sources, since it is what is in question, and may be one of
 * them. It is then judged against their price as two sources are judged against each other: it may be off by the floor of
 * the rules, or by what the market does in the age of the older one, and by no more than the most that a fresh source may.
 *
 * @throws {@link PricesRefusedError}; `SanityInputError` naming the field.
 */
export function assertSanePrices(
  prices: readonly AssetPrices[] | undefined,
  { universe, market, required, now }: PricedMarket,
): PriceWitness[] {
  if (required) {
    const given = new Set(prices?.map(({ asset }) => asset))
    const missing = universe.instruments.find(({ underlying }) => !given.has(underlying))
    if (missing) throw new PricesRefusedError(missing.underlying, 'missing')
  }
  if (!prices) return []
  const judged = judgePrices(prices, now)
  const [refused] = judged.usable ? [] : judged.refusals
  if (refused) throw new PricesRefusedError(refused.asset, refused.reason, refused.subjects)
  return judged.judgements.flatMap((judgement, i) => {
    if (!judgement.usable) return []
    const found = marketPrices(universe, market, judgement.asset)
    for (const price of found) {
      const both = [
        { source: 'sources', price: judgement.price, time: now - oldestOf(judgement) },
        { source: 'market', price, time: Number(market.time) },
      ]
      const { kind, hourlyVolatility, asset } = prices[i]!
      const agrees = judgeAsset({ asset, kind, hourlyVolatility, readings: both }, now)
      if (!agrees.usable) throw new PricesRefusedError(asset, 'off_market')
    }
    return { judgement, marketPrices: found }
  })
}

/**
 * What triggers may ask for, with the moves since `before` that no second source shows marked as not confirmed, whatever the
 * request says of them.
 */
export function withConfirmations(
  underlyings: Readonly<Record<string, UnderlyingState>>,
  before: readonly PriceWitness[],
  now: readonly PriceWitness[],
): Record<string, UnderlyingState> {
  const marked = now.flatMap((after) => {
    const { asset } = after.judgement
    const old = before.find(({ judgement }) => judgement.asset === asset)
    const alone = old !== undefined && isConfirmed(old, after) === false
    return alone ? [[asset, { ...underlyings[asset], confirmed: false }] as const] : []
  })
  return { ...underlyings, ...Object.fromEntries(marked) }
}

const oldestOf = ({ sources }: AssetJudgement): number =>
  Math.max(...sources.filter(({ verdict }) => verdict === 'good').map(({ ageSeconds }) => ageSeconds))

/** Prices per coin of an underlying in a market: of its spots, or of its perpetuals where it has none; none of options. */
function marketPrices({ instruments }: Universe, { slots }: Market, asset: string): number[] {
  const of = (wanted: 'spot' | 'perp') =>
    instruments.flatMap(({ kind, underlying, contractSizeE8 }, i) =>
      kind === wanted && underlying === asset ? [Number(slots[i]!.price) / Number(contractSizeE8)] : [],
    )
  const spots = of('spot')
  return spots.length > 0 ? spots : of('perp')
}

type PriceRefusal = Refusal['reason'] | 'missing' | 'off_market'

const BECAUSE: Readonly<Record<PriceRefusal, string>> = {
  oracle_uncertain: 'an oracle is not sure of it',
  sources_disagree: 'its sources disagree',
  too_few_sources: 'too few of its sources are fresh and usable',
  off_average: 'it has left its average by more than the market moves',
  missing: 'the strategy asks for it and it was not given',
  off_market: "the published market's own price is too far from it, or too old to tell",
}

/** Names the underlying, the reason and the sources; for the fund's own eyes. */
export class PricesRefusedError extends HttpError {
  constructor(asset: string, reason: PriceRefusal, sources: readonly string[] = []) {
    const named = sources.length > 0 ? ` (${sources.join(', ')})` : ''
    super(422, `The price of ${asset} is refused, ${reason}: ${BECAUSE[reason]}${named}.`, {
      code: 'SERVER_PRICES_REFUSED',
      field: `prices.${asset}`,
      hints: ['Plan again with fresh prices of at least two sources that do not copy each other.'],
    })
  }
}
