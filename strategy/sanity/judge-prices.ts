import { type AssetPrices, SanityInputError } from './asset-prices.js'
import { type AssetJudgement, judgeAsset, type Refusal } from './judge-asset.js'
import { SANITY_RULES, type SanityRules } from './sanity-rules.js'

/**
 * Prices a planner may use, one per asset in the order given, or every refusal; either way with all the judgements. One
 * refused asset refuses the book, since the net asset value needs every price.
 */
export type SanePrices = { readonly time: number; readonly judgements: readonly AssetJudgement[] } & (
  | { readonly usable: true; readonly prices: readonly { readonly asset: string; readonly price: number }[] }
  | { readonly usable: false; readonly refusals: readonly Refusal[] }
)

/**
 * Judges the prices of every underlying of a book before anything is planned with them. `now` in seconds since 1970.
 *
 * @throws `SanityInputError` on what is no price, time or rule, or on an asset given twice, naming the field.
 */
export function judgePrices(
  assets: readonly AssetPrices[],
  now: number,
  rules: SanityRules = SANITY_RULES,
): SanePrices {
  if (new Set(assets.map(({ asset }) => asset)).size !== assets.length) {
    throw new SanityInputError('assets', 'given once each')
  }
  const judgements = assets.map((prices) => judgeAsset(prices, now, rules))
  const refusals = judgements.flatMap((judged) => (judged.usable ? [] : [judged.refusal]))
  if (refusals.length > 0) return { time: now, judgements, usable: false, refusals }
  const prices = judgements.flatMap((judged) =>
    judged.usable ? [{ asset: judged.asset, price: judged.price }] : [],
  )
  return { time: now, judgements, usable: true, prices }
}
