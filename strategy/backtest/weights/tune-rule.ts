import { lossBps, type Measures } from './measures.js'
import { gridOf, type PolicySpec, RULES, type RuleName } from './rules.js'

/** A policy and what it did. */
export type Measured = { readonly policy: PolicySpec; readonly measures: Measures }

/**
 * The policy of a rule's grid with the least loss, smoothed over its neighbours on the first axis (¼, ½, ¼; the ends count
 * themselves twice): where a single bar decides whether a threshold was met, the very lowest point is luck. The same for
 * every rule.
 *
 * `measured` holds the rule's grid in the order of {@link gridOf}.
 */
export function tuneRule(rule: RuleName, measured: readonly Measured[], riskAversion: number): Measured {
  const losses = measured.map(({ measures }) => lossBps(measures, riskAversion))
  const length = RULES[rule].axes[0]?.length ?? 1
  const smoothed = losses.map((loss, k) => {
    const before = k % length === 0 ? loss : losses[k - 1]!
    const after = k % length === length - 1 ? loss : losses[k + 1]!
    return (before + 2 * loss + after) / 4
  })
  return measured[smoothed.indexOf(Math.min(...smoothed))]!
}

/** Every policy of every rule, the engine's own among them. */
export const allPolicies = (): PolicySpec[] => Object.keys(RULES).flatMap((rule) => gridOf(rule as RuleName))
