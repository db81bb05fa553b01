import { checkNotNegative, checkNumbers, checkPositive, SizingInputError } from './sizing-input.js'

/**
 * What is at stake in each step, all per step and of one scale: holding x off its target costs ½·`riskAversion`·x'Σx, trading
 * Δ costs ½·`costAversion`·Δ'ΣΔ, and what comes a step later counts 1 − `discount` as much (0 unless given).
 */
export type TradingTradeoff = {
  readonly riskAversion: number
  readonly costAversion: number
  readonly discount?: number
}

/** A part of the target that shrinks by the share `decay` with every step: 0 stays for good, 1 is gone after this step. */
export type TargetPart = { readonly exposures: readonly number[]; readonly decay: number }

/**
 * Share of the way to the aim that is traded in one step: τ = a/λ with
 * a = (−b + √(b² + 4γλ(1−ρ)²)) / (2(1−ρ)) and b = γ(1−ρ) + λρ (Gârleanu & Pedersen 2013, proposition 2, for costs Λ = λΣ).
 * From 0 to 1; 1 where trading costs nothing.
 *
 * @throws {@link SizingInputError}
 */
export function tradingRate({ riskAversion, costAversion, discount = 0 }: TradingTradeoff): number {
  checkPositive({ riskAversion })
  checkNotNegative({ costAversion, discount })
  if (discount >= 1) throw new SizingInputError('discount', 'less than the whole')
  const kept = 1 - discount
  const b = riskAversion * kept + costAversion * discount
  // The root's other form: the same number, and no 0 / 0 where trading is free.
  return (2 * riskAversion * kept) / (b + Math.sqrt(b ** 2 + 4 * riskAversion * costAversion * kept ** 2))
}

/**
 * The portfolio to trade towards: the discounted mix of the current and all expected future targets, in which a part counts
 * 1 / (1 + φ·a/γ) for its decay φ — what lasts longer is worth more trading (Gârleanu & Pedersen 2013, propositions 2 and 4).
 *
 * @throws {@link SizingInputError}
 */
export function aimPortfolio(parts: readonly TargetPart[], tradeoff: TradingTradeoff): number[] {
  const assets = checkParts(parts)
  const costPerRisk = (tradingRate(tradeoff) * tradeoff.costAversion) / tradeoff.riskAversion
  const aim = Array<number>(assets).fill(0)
  for (const { exposures, decay } of parts) {
    exposures.forEach((x, i) => {
      aim[i]! += x / (1 + decay * costPerRisk)
    })
  }
  return aim
}

/** The target now: the sum of its parts. */
export function currentTarget(parts: readonly TargetPart[]): number[] {
  const assets = checkParts(parts)
  return Array.from({ length: assets }, (_, i) => parts.reduce((sum, part) => sum + part.exposures[i]!, 0))
}

/** Number of assets. */
function checkParts(parts: readonly TargetPart[]): number {
  const assets = parts[0]?.exposures.length
  if (assets === undefined) throw new SizingInputError('parts', 'a list of at least one part of a target')
  parts.forEach(({ exposures, decay }, k) => {
    checkNumbers(exposures, `parts[${k}].exposures`, assets)
    checkNotNegative({ decay }, `parts[${k}]`)
    if (decay > 1) throw new SizingInputError(`parts[${k}].decay`, 'at most the whole')
  })
  return assets
}
