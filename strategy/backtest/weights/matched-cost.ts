import { costAtTracking } from './cost-at-tracking.js'
import { OURS, RULES, type RuleName } from './rules.js'
import type { Measured } from './tune-rule.js'

/** Costs (basis points a year) at one tracking error, read between grid points; null outside a rule's range. */
export type MatchedCost = {
  readonly trackingError: number
  readonly ours: number | null
  readonly best: { readonly rule: RuleName; readonly costBps: number } | null
}

/** The engine's own rule and the best of the others at one tracking error (per year), from what all their policies did. */
export function matchedCost(policies: readonly Measured[], trackingError: number): MatchedCost {
  const costOf = (rule: RuleName) =>
    costAtTracking(
      policies.filter(({ policy }) => policy.rule === rule).map(({ measures }) => measures),
      trackingError,
    )
  const [best = null] = (Object.keys(RULES) as RuleName[]) // its own keys
    .filter((rule) => rule !== OURS)
    .flatMap((rule) => {
      const costBps = costOf(rule)
      return costBps === null ? [] : [{ rule, costBps }]
    })
    .sort((a, b) => a.costBps - b.costBps)
  return { trackingError, ours: costOf(OURS), best }
}
