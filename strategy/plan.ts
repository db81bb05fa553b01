import type { Book } from '#portfolio/book.js'
import type { Budget } from '#portfolio/budget.js'
import type { Check } from '#portfolio/check.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Market } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step, Verdict } from '#portfolio/step.js'
import type { Universe } from '#portfolio/universe.js'
import type { Target, Tracking } from './targets.js'
import type { TradingCost } from './trading-cost.js'

/**
 * Everything a plan depends on. `costs` has one entry per instrument. `netFlow` enters through account `flowAccount`
 * (0 unless given). `safetyBps` is the share of every limit that a plan leaves unused (200 unless given) and
 * `trackingWeightBps` what being one dollar off target costs (500 unless given, 5 cents).
 */
export type PlanInput = {
  readonly universe: Universe
  readonly shape: Shape
  readonly market: Market
  readonly mandate: Mandate
  readonly book: Book
  readonly budget: Budget
  readonly targets: readonly Target[]
  readonly costs: readonly TradingCost[]
  readonly netFlow: bigint
  readonly window: bigint
  readonly oldUniverse: bigint
  readonly changed: readonly boolean[]
  readonly flowAccount?: number
  readonly safetyBps?: bigint
  readonly trackingWeightBps?: bigint
}

/**
 * Why a plan is what it is; `subject` is a target, a check's id or a symbol.
 *
 * `target_outside_band`, `limit_breached` and `expired` say why something should be traded; `target_unreached` and
 * `limit_conflict` which targets stay outside and which limits stand in their way; `limit_reduced` which limits are still
 * out after the plan; `no_value` that the book is worth nothing.
 */
export type Reason = {
  readonly code:
    | 'target_outside_band'
    | 'limit_breached'
    | 'expired'
    | 'target_unreached'
    | 'limit_conflict'
    | 'limit_reduced'
    | 'no_value'
  readonly subject: string
}

/** `quantity` signed in 1e-8 unit, `expectedFill` in 1e-8 quote, `cost` against the mark in 1e-16 quote. */
export type PlannedTrade = {
  readonly slot: number
  readonly symbol: string
  readonly quantity: bigint
  readonly expectedFill: bigint
  readonly cost: bigint
}

/** One limit before and after; value, bound and headroom are in 1e-16 quote × `scale`, as in `Check`. */
export type LimitLine = {
  readonly id: string
  readonly rule: number
  readonly scale: bigint
  readonly before: Pick<Check, 'value' | 'bound' | 'headroom' | 'status'>
  readonly after: Pick<Check, 'value' | 'bound' | 'headroom' | 'status'>
}

/**
 * Proposed trades, for the fund's own eyes. `step` is complete and ready to prove where `verdict.outcome` is not
 * `refused`; on `hold` it is a heartbeat (with transfers where a margin or a cap asks for them), on `infeasible` the closest the mandate allows, which nobody asked for.
 * Costs and tracking (the sum of distances from target) in 1e-16 quote.
 */
export type Plan = {
  readonly outcome: 'trade' | 'hold' | 'infeasible'
  readonly reasons: readonly Reason[]
  readonly trades: readonly PlannedTrade[]
  readonly step: Step
  readonly verdict: Verdict
  readonly limits: readonly LimitLine[]
  readonly targets: { readonly before: readonly Tracking[]; readonly after: readonly Tracking[] }
  readonly expectedCost: bigint
  readonly trackingBefore: bigint
  readonly trackingAfter: bigint
}
