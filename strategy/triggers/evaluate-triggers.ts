import { checkTriggers } from './check-triggers.js'
import { delisting } from './delisting.js'
import { deltaBand } from './delta-band.js'
import { expiry } from './expiry.js'
import type { Candidate, Firing } from './firing.js'
import { greekBudget } from './greek-budget.js'
import { headroom } from './headroom.js'
import { limitBreached } from './limit-breached.js'
import { marginBuffer } from './margin-buffer.js'
import { type Postponement, postponementsOf } from './postponement.js'
import { redemption } from './redemption.js'
import { threshold } from './threshold.js'
import { time } from './time.js'
import { trackingError } from './tracking-error.js'
import type { PostponingConfig, TriggerConfig } from './trigger-config.js'
import type { TriggerContext } from './trigger-context.js'
import { volatilityRegime } from './volatility-regime.js'

/** A firing that has to wait, and everything it waits for. */
export type Suppressed = { readonly firing: Firing; readonly because: readonly Postponement[] }

/** Reasons to rebalance now, and those that would be reasons but wait; in the order of the configurations. Plain JSON. */
export type TriggerOutcome = {
  readonly firings: readonly Firing[]
  readonly suppressed: readonly Suppressed[]
}

/**
 * When is a rebalance worth considering? Evaluates every trigger on one context; whether a trade then pays is decided
 * elsewhere. The same input gives the same outcome.
 *
 * @throws `TriggerError` naming the field: of a configuration (`triggers[2].bandBps`), or of the context where it lacks
 * what a configured trigger needs.
 */
export function evaluateTriggers(configs: readonly TriggerConfig[], context: TriggerContext): TriggerOutcome {
  checkTriggers(configs, context)
  const becauseOf = postponementsOf(configs.filter(postpones), context)
  const judged = configs
    .flatMap((config) => (postpones(config) ? [] : candidatesOf(config, context)))
    .map((candidate) => ({ firing: candidate.firing, because: becauseOf(candidate) }))
  return {
    firings: judged.filter(({ because }) => because.length === 0).map(({ firing }) => firing),
    suppressed: judged.filter(({ because }) => because.length > 0),
  }
}

const postpones = (config: TriggerConfig): config is PostponingConfig =>
  config.kind === 'liquidity' || config.kind === 'cooling'

function candidatesOf(
  config: Exclude<TriggerConfig, PostponingConfig>,
  context: TriggerContext,
): Candidate[] {
  switch (config.kind) {
    case 'time':
      return time(config, context)
    case 'threshold':
      return threshold(config, context)
    case 'deltaBand':
      return deltaBand(config, context)
    case 'gammaBudget':
    case 'vegaBudget':
      return greekBudget(config, context)
    case 'trackingError':
      return trackingError(config, context)
    case 'marginBuffer':
      return marginBuffer(config, context)
    case 'headroom':
      return headroom(config, context)
    case 'redemption':
      return redemption(config, context)
    case 'delisting':
      return delisting(config, context)
    case 'expiry':
      return expiry(config, context)
    case 'limitBreached':
      return limitBreached(config, context)
    case 'volatilityRegime':
      return volatilityRegime(config, context)
  }
}
