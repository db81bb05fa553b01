import type { Verdict } from '#portfolio/step.js'
import type { PlanInput } from '../plan.js'
import type { RiskModel } from '../risk-model.js'
import { countsIn, type Target, type Tracking } from '../targets.js'

/**
 * What triggers are evaluated against. `verdict` and `tracking` are of the unchanged book at the market of `input`, as the
 * planner measures them before it plans; times are in seconds since 1970, `lastTradeAt` absent where nothing was traded
 * yet. Only triggers that are configured ask for the optional parts.
 */
export type TriggerContext = {
  readonly input: PlanInput
  readonly verdict: Verdict
  readonly tracking: readonly Tracking[]
  readonly now: number
  readonly lastTradeAt?: number
  readonly underlyings?: Readonly<Record<string, UnderlyingState>>
  readonly risk?: RiskModel
}

/**
 * What is known of the market of one underlying. `confirmed` (true unless given) says that its last move was seen by more
 * than one price source. `volatility` is a short forecast and a long average in one unit; `spreadRatio` and `depthRatio`
 * are the spread and the depth of now over their normal ones.
 */
export type UnderlyingState = {
  readonly confirmed?: boolean
  readonly volatility?: { readonly short: number; readonly long: number }
  readonly spreadRatio?: number
  readonly depthRatio?: number
}

/** Net asset value in 1e-16 quote, with the flows of the step in it: what every `navBps` is a share of. */
export const navOf = ({ verdict }: TriggerContext): bigint => verdict.before.nav

/** Seconds since the last trade; since 1970 where there was none. */
export const idleSeconds = ({ now, lastTradeAt = 0 }: TriggerContext): number => now - lastTradeAt

/** Underlyings of the universe, once each in its order; only those with a slot that `counts`, where given. */
export function underlyingsOf(
  { universe }: PlanInput,
  counts: (slot: number) => boolean = () => true,
): string[] {
  return [...new Set(universe.instruments.filter((_, i) => counts(i)).map(({ underlying }) => underlying))]
}

/** Underlyings of the slots that count in a target. */
export const underlyingsOfTarget = (input: PlanInput, target: Target): string[] =>
  underlyingsOf(input, (i) => countsIn(target, input.mandate, i))
