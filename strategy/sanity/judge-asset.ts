import { HOUR_SECONDS } from '../time-units.js'
import { type AssetPrices, checkAssetPrices, checkNotNegative, type PriceReading } from './asset-prices.js'
import { checkSanityRules, SANITY_RULES, type SanityRules } from './sanity-rules.js'

/**
 * `far`: too far from the median of the fresh sources. `stale`, `ahead`: too old, or from the future. `uncertain`: an
 * oracle with too wide an interval. `cheap`: a pool that costs less to move than the move would win.
 */
export type SourceVerdict = 'good' | 'far' | 'stale' | 'ahead' | 'uncertain' | 'cheap'

/** One source's reading with what it was judged by; the signed deviation from the median and its tolerance, where judged. */
export type SourceJudgement = {
  readonly source: string
  readonly verdict: SourceVerdict
  readonly price: number
  readonly ageSeconds: number
  readonly deviationBps?: number
  readonly toleranceBps?: number
}

/**
 * Why an asset has no price; `subjects` are the sources concerned. `oracle_uncertain`: a fresh oracle's interval is too
 * wide. `sources_disagree`: fresh sources were enough, but no two agree. `too_few_sources`: fewer than two were fresh.
 * `off_average`: the price has left its time-weighted average by more than the market does.
 */
export type Refusal = {
  readonly asset: string
  readonly reason: 'oracle_uncertain' | 'sources_disagree' | 'too_few_sources' | 'off_average'
  readonly subjects: readonly string[]
}

/** Plain data. `twap` has the signed deviation of the price from the average and its tolerance, where one was given. */
export type AssetJudgement = {
  readonly asset: string
  readonly time: number
  readonly sources: readonly SourceJudgement[]
  readonly twap?: { readonly deviationBps: number; readonly toleranceBps: number }
} & (
  | { readonly usable: true; readonly price: number }
  | { readonly usable: false; readonly refusal: Refusal }
)

const BPS = 1e4
/** With one source nothing tells a move of the market from a fault or a fraud. */
const GOOD_MIN = 2

/**
 * Judges the sources of one asset against each other at the time `now` (seconds since 1970); the price is the median of
 * the good ones. An even number of prices has two medians, and a good one is near both: so where two sources disagree,
 * neither is good.
 *
 * @throws `SanityInputError` on what is no price, time or rule, naming the field.
 */
export function judgeAsset(
  prices: AssetPrices,
  now: number,
  rules: SanityRules = SANITY_RULES,
): AssetJudgement {
  checkNotNegative({ now })
  checkSanityRules(rules)
  checkAssetPrices(prices, now, prices.asset)
  const { asset, twap } = prices
  const sources = judgeSources(prices, now, rules)
  const refuse = (reason: Refusal['reason'], subjects: readonly string[]): AssetJudgement => ({
    ...{ asset, time: now, sources },
    usable: false,
    refusal: { asset, reason, subjects },
  })
  const named = (...verdicts: SourceVerdict[]) =>
    sources.filter(({ verdict }) => verdicts.includes(verdict)).map(({ source }) => source)

  // The width of an oracle's interval speaks of the asset, not of the oracle alone: its own sources disagree.
  const uncertain = named('uncertain')
  if (uncertain.length > 0) return refuse('oracle_uncertain', uncertain)
  const good = sources.filter(({ verdict }) => verdict === 'good')
  if (good.length < GOOD_MIN) {
    const compared = named('good', 'far')
    if (compared.length >= GOOD_MIN) return refuse('sources_disagree', compared)
    return refuse('too_few_sources', named('stale', 'ahead', 'cheap'))
  }
  const [low, high] = medians(good)
  const price = (low.price + high.price) / 2
  const judged = { asset, time: now, sources, usable: true, price } as const
  if (!twap) return judged
  const off = {
    deviationBps: (price / twap.price - 1) * BPS,
    toleranceBps: spreadBps(prices, now - twap.from, rules),
  }
  if (Math.abs(off.deviationBps) <= off.toleranceBps) return { ...judged, twap: off }
  return { ...refuse('off_average', named('good')), twap: off }
}

function judgeSources(prices: AssetPrices, now: number, rules: SanityRules): SourceJudgement[] {
  const verdicts = prices.readings.map((reading) => verdictAlone(reading, prices, now, rules))
  // By time first, so that of equal prices the median is the same one whatever the order of the sources.
  const compared = prices.readings
    .filter((_, i) => verdicts[i] === undefined)
    .sort((one, other) => one.time - other.time)
  return prices.readings.map((reading, i) => {
    const { source, price, time } = reading
    const alone = { source, price, ageSeconds: Math.max(0, now - time) }
    const verdict = verdicts[i]
    if (verdict !== undefined) return { ...alone, verdict }
    const both = medians(compared)
    const far = both.map((median) => Math.log(price / median.price) * BPS)
    const deviationBps = Math.abs(far[0]!) > Math.abs(far[1]!) ? far[0]! : far[1]!
    // A new price leaves an old median for the same reason that an old price leaves a new one.
    const oldest = Math.min(time, ...both.map((median) => median.time))
    const toleranceBps = Math.max(rules.floorBps[prices.kind], spreadBps(prices, now - oldest, rules))
    const near = Math.abs(deviationBps) <= toleranceBps
    return { ...alone, verdict: near ? 'good' : 'far', deviationBps, toleranceBps }
  })
}

/** What is wrong with a reading whatever the others say. */
function verdictAlone(
  { price, time, halfWidth = 0, depth }: PriceReading,
  prices: AssetPrices,
  now: number,
  rules: SanityRules,
): SourceVerdict | undefined {
  const { attack } = prices
  const age = now - time
  if (age < -rules.aheadMaxSeconds) return 'ahead'
  if (age > rules.ageMaxSeconds || spreadBps(prices, age, rules) > rules.toleranceMaxBps) return 'stale'
  if (attack && depth !== undefined && depth * attack.move < attack.gain) return 'cheap'
  return halfWidth * BPS > price * rules.intervalMaxBps ? 'uncertain' : undefined
}

/** What the market may do in some seconds. */
const spreadBps = ({ hourlyVolatility }: AssetPrices, seconds: number, { deviations }: SanityRules): number =>
  deviations * hourlyVolatility * Math.sqrt(Math.max(0, seconds) / HOUR_SECONDS) * BPS

/** The lower and the upper median: the same one for an odd number. */
function medians<T extends { readonly price: number }>(priced: readonly T[]): readonly [T, T] {
  const sorted = [...priced].sort((a, b) => a.price - b.price)
  return [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!]
}
