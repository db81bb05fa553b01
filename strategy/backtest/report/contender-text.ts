import { type Contender, policyName, type WeightsCell } from './compare-weights.js'
import { numberText } from './number-text.js'

/** Marks what is no choice, and the rule that the others are held against. */
export function contenderName(
  { report: { policy }, reference }: Contender,
  { bestSimple }: WeightsCell,
): string {
  const name = policyName(policy)
  if (bestSimple !== null && name === policyName(bestSimple)) return `${name} (best simple)`
  return reference ? `${name} (common use)` : name
}

export const differenceText = ({ difference }: Contender): string =>
  difference === null
    ? '–'
    : `${numberText(difference.value, 1)} [${numberText(difference.low, 1)}, ${numberText(difference.high, 1)}]`
