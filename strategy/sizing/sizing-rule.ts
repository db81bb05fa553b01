import type { Target } from '../targets.js'

/** What is sized: a spot or perp slot, or a group of the mandate whose slots are all of one coin. */
export type SizedAsset = Exclude<Target['of'], 'book'>

/**
 * Targets that a fund says by a rule instead of by numbers. `assets` gives the order of every list in the rule; `bandBps` and
 * `destinationBps` are those of each target. In no scenario of the mandate may the sized exposures together lose more than
 * `stressLossBps`, in basis points of net asset value.
 */
export type Sizing = {
  readonly assets: readonly SizedAsset[]
  readonly bandBps: bigint
  readonly destinationBps?: bigint
  readonly stressLossBps?: bigint
  readonly rule: SizingRule
}

/** Amounts in 1e-16 quote, short ones negative. */
export type DollarRule = { readonly kind: 'dollars'; readonly amounts: readonly bigint[] }

/** The same share of risk for each asset, long, `totalBps` together, each within its bounds where given. */
export type EqualRiskRule = {
  readonly kind: 'equalRisk'
  readonly totalBps: bigint
  readonly lowerBps?: readonly bigint[]
  readonly upperBps?: readonly bigint[]
}

/** Exposures in the proportions of the weights, at this volatility per year, of no larger gross than the leverage. */
export type VolatilityRule = {
  readonly kind: 'volatility'
  readonly weightsBps: readonly number[]
  readonly targetVolBps: number
  readonly leverageMaxBps: bigint
}

/** Drifts and the rate of cash per year; `fractionBps` of the full bet, at most a half. */
export type KellyRule = {
  readonly kind: 'kelly'
  readonly driftsBps: readonly number[]
  readonly rateBps: number
  readonly fractionBps: number
}

/**
 * A target in parts that is moved to a share at a time: `Intent`, with `costMax` in 1e-16 quote for all steps of one version of
 * the strategy together, and a step every `stepSeconds`.
 */
export type IntentRule = {
  readonly kind: 'intent'
  readonly parts: readonly { readonly exposuresBps: readonly number[]; readonly decayBps: number }[]
  readonly limits: IntentLimits
  readonly riskAversion: number
  readonly costAversion: number
  readonly discountBps?: number
  readonly costMax: bigint
  readonly deadline: number
  readonly stepSeconds: number
}

/** `ExposureLimits` in whole basis points. */
export type IntentLimits = {
  readonly lowerBps?: readonly bigint[]
  readonly upperBps?: readonly bigint[]
  readonly netMinBps?: bigint
  readonly netMaxBps?: bigint
  readonly grossMaxBps?: bigint
}

export type SizingRule = DollarRule | EqualRiskRule | VolatilityRule | KellyRule | IntentRule
