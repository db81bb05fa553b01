import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../../number-checks.js'
import { gatedStep } from './gated-step.js'
import {
  absoluteThreshold,
  calendar,
  drip,
  edgeBand,
  ggms,
  relativeDestination,
  relativeThreshold,
  trackingTrigger,
  triggerDestination,
} from './simple-rules.js'
import type { WeightPolicy } from './weight-policy.js'

/**
 * A family of policies. `axes` are the values tried of each parameter, the one that sets how much is traded first; with none
 * there is one policy. `make` takes one value of each.
 */
type Rule = {
  readonly parameters: readonly string[]
  readonly axes: readonly (readonly number[])[]
  readonly make: (first: number, second: number) => WeightPolicy
}

const DESTINATIONS = [0.25, 0.5, 0.75, 0.875]
const LAMBDAS = [0.97, 0.98, 0.99]

/** Every rule that is compared, with a grid of about twenty steps along its first axis. */
export const RULES = {
  none: { parameters: [], axes: [], make: () => () => undefined },
  calendar: {
    // Bars: the name is of the files of days it was chosen on, and part of what the frozen parameters are sealed with.
    parameters: ['days'],
    axes: [[1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180]],
    make: calendar,
  },
  absolute: { parameters: ['threshold'], axes: [spaced(0.002, 0.15)], make: absoluteThreshold },
  relative: { parameters: ['threshold'], axes: [spaced(0.03, 1.5)], make: relativeThreshold },
  destination: {
    parameters: ['trigger', 'destinationShare'],
    axes: [spaced(0.004, 0.15), DESTINATIONS],
    make: (trigger, share) => triggerDestination(trigger, share * trigger),
  },
  relativeDestination: {
    parameters: ['trigger', 'destinationShare'],
    axes: [spaced(0.04, 1.5), DESTINATIONS],
    make: (trigger, share) => relativeDestination(trigger, share * trigger),
  },
  edge: { parameters: ['band'], axes: [spaced(0.0005, 0.1)], make: edgeBand },
  ggms: { parameters: ['riskAversion'], axes: [spaced(5_000, 0.05)], make: ggms },
  tracking: {
    parameters: ['limit', 'lambda'],
    axes: [spaced(0.003, 0.15), LAMBDAS],
    make: trackingTrigger,
  },
  drip: { parameters: ['share', 'days'], axes: [spaced(1, 0.01), [1, 7, 30]], make: drip },
  gate: { parameters: ['riskAversion', 'lambda'], axes: [spaced(8, 0.02), LAMBDAS], make: gatedStep },
} as const satisfies Readonly<Record<string, Rule>>

export type RuleName = keyof typeof RULES

/** The engine's own, which the others are held against. */
export const OURS: RuleName = 'gate'

/** A policy by name and values, in the order of the rule's `parameters`. */
export type PolicySpec = { readonly rule: RuleName; readonly values: readonly number[] }

/** All policies of a rule's grid, neighbours on the first axis next to each other. */
export function gridOf(rule: RuleName): PolicySpec[] {
  const [first = [NaN], second = [NaN]] = RULES[rule].axes as Rule['axes']
  const count = RULES[rule].parameters.length
  return second.flatMap((b) => first.map((a) => ({ rule, values: [a, b].slice(0, count) })))
}

/** @throws {@link RuleError} */
export function policyOf({ rule, values }: PolicySpec): WeightPolicy {
  const known: Rule | undefined = RULES[rule]
  if (known === undefined) throw new RuleError('rule', `one of ${Object.keys(RULES).join(', ')}`)
  if (values.length !== known.parameters.length) {
    throw new RuleError('values', `a list of ${known.parameters.length} (${known.parameters.join(', ')})`)
  }
  checkPositive({ values })
  return known.make(values[0] ?? NaN, values[1] ?? NaN)
}

/** Twenty values in even ratios, rounded to four digits. */
function spaced(from: number, to: number): number[] {
  return Array.from({ length: 20 }, (_, k) => Number((from * (to / from) ** (k / 19)).toPrecision(4)))
}

const { checkPositive } = numberChecks((field, expected) => new RuleError(field, expected))

export class RuleError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a policy must be ${expected}.`, { code: 'STRATEGY_RULE', field })
  }
}
