import type { Book } from '#portfolio/book.js'
import type { Budget } from '#portfolio/budget.js'
import type { Check } from '#portfolio/check.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Market } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step, Verdict } from '#portfolio/step.js'
import type { Universe } from '#portfolio/universe.js'
import type { Leg } from './execution/step-legs.js'
import type { RiskModel } from './risk-model.js'
import type { SlotVenues } from './slot-venues.js'
import type { Target, Tracking } from './targets.js'
import type { TradeRoute } from './trade-route.js'
import type { TradingCost } from './trading-cost.js'
import type { Suppressed } from './triggers/evaluate-triggers.js'
import type { Firing, Unit } from './triggers/firing.js'
import type { TriggerConfig } from './triggers/trigger-config.js'
import type { UnderlyingState } from './triggers/trigger-context.js'

/**
 * How a fund weighs risk against cost: being off target by gaps g (shares of net asset value) is worth
 * `riskAversion`·`horizonDays`/2 · g′·M·g of that value, with M the covariance per day of what the targets measure, or by
 * `drift` the metric that long-only weights are backtested with (`gapMatrix`).
 */
export type Weighing = {
  /** Relative risk aversion γ, above 0. */
  readonly riskAversion: number
  /** Days for which being nearer to the target is expected to last, above 0. */
  readonly horizonDays: number
  readonly gapsBy?: 'variance' | 'drift'
}

/** What a step costs whatever it trades, in 1e-16 quote: per leg, and once for the batch (gas, proof). */
export type FixedCosts = { readonly leg: bigint; readonly batch: bigint }

/**
 * Everything a plan depends on. `costs` has one entry per instrument. `netFlow` enters through account `flowAccount`
 * (0 unless given). `safetyBps` is the share of every limit that a plan leaves unused (200 unless given).
 *
 * `triggers` say when a trade is worth considering: targets beyond their bands unless given, broken limits and expired
 * options always. With `weighing`, being off target is priced by its `risk`; without, by `trackingWeightBps` per dollar
 * (500 unless given, 5 cents). `stressBps` is the move against every slot that each account must stand while the legs are
 * done (0 unless given). `venues` says by slot where it can be traded: its fills are then those of a route over them, in
 * place of the spread, fee and impact of its `costs`, and nothing beyond their depth is traded. `lastTradeAt` is the time of the
 * snapshot the book was last traded at, in seconds: one snapshot is traded once. `tradable` are the slots that may move, all of
 * them unless given.
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
  readonly triggers?: readonly TriggerConfig[]
  readonly underlyings?: Readonly<Record<string, UnderlyingState>>
  readonly risk?: RiskModel
  readonly weighing?: Weighing
  readonly fixedCosts?: FixedCosts
  readonly stressBps?: bigint
  readonly venues?: Readonly<Record<number, SlotVenues>>
  readonly lastTradeAt?: bigint
  readonly tradable?: ReadonlySet<number>
}

/**
 * Why a plan is what it is; `subject` is a target, a check's id, a symbol, an account or the book.
 *
 * A code that names a trigger says why something should be traded, `numbers` being the value that passed its bound in
 * `unit`. `target_unreached` and `limit_conflict` say which targets stay outside and which limits stand in their way;
 * `limit_reduced` which limits are still out after the plan; `venue_depth` which instrument's venues have too little within
 * reach for a target, a limit or a position to leave (numbers in units: what is traded, signed, and the depth of that side);
 * `no_value` that the book is worth nothing.
 *
 * Why nothing is done: `no_trigger` when nothing asks for a trade, `postponed` when what asked for it waits, `not_worth_cost`
 * when the risk removed is worth less than removing it costs (numbers in basis points of net asset value),
 * `already_traded` when the book was traded at this snapshot, `unsafe_order` when no order of the legs keeps an account
 * above its margin on the way.
 */
export type Reason = {
  readonly code:
    | Firing['trigger']
    | 'target_unreached'
    | 'limit_conflict'
    | 'limit_reduced'
    | 'venue_depth'
    | 'no_value'
    | 'no_trigger'
    | 'postponed'
    | 'not_worth_cost'
    | 'already_traded'
    | 'unsafe_order'
  readonly subject: string
  readonly numbers?: Readonly<Record<string, number>>
  readonly unit?: Unit
}

/**
 * What a trade is worth against what it costs, in basis points of net asset value: the price of being off target before and
 * after, what the trades cost against the marks and in expected funding, and the fixed cost of their legs, their venues and
 * the batch.
 */
export type Weighed = {
  readonly gapBefore: number
  readonly gapAfter: number
  readonly tradingCost: number
  readonly fundingCost: number
  readonly fixedCost: number
  readonly worth: boolean
}

/**
 * `quantity` signed in 1e-8 unit, `expectedFill` in 1e-8 quote, `cost` against the mark in 1e-16 quote; `route` where the
 * slot's venues are given.
 */
export type PlannedTrade = {
  readonly slot: number
  readonly symbol: string
  readonly quantity: bigint
  readonly expectedFill: bigint
  readonly cost: bigint
  readonly route?: TradeRoute
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
 * `refused`; on `hold` it is a heartbeat (with transfers where a margin or a cap asks for them), on `infeasible` the closest
 * the mandate allows, which nobody asked for.
 * Costs and tracking (the sum of distances from target) in 1e-16 quote.
 */
export type Plan = {
  readonly outcome: 'trade' | 'hold' | 'infeasible'
  readonly reasons: readonly Reason[]
  readonly trades: readonly PlannedTrade[]
  /** Trades and transfers in an order that keeps every account above its margin on the way. */
  readonly legs: readonly Leg[]
  readonly step: Step
  readonly verdict: Verdict
  readonly limits: readonly LimitLine[]
  readonly targets: { readonly before: readonly Tracking[]; readonly after: readonly Tracking[] }
  /** Triggers that fired and wait, and what for. */
  readonly postponed: readonly Suppressed[]
  /** Absent where a trade is forced, or none was found. */
  readonly weighed?: Weighed
  readonly expectedCost: bigint
  readonly trackingBefore: bigint
  readonly trackingAfter: bigint
}
