import { checkFinite, checkNotNegative, checkNumbers, SizingInputError } from './sizing-input.js'

/**
 * What target exposures must keep to, as fractions of net asset value: each asset from `lower` to `upper`, the sum of all
 * from `netMin` to `netMax`, the sum of their sizes at most `grossMax`. What is left out does not bind.
 */
export type ExposureLimits = {
  readonly lower?: readonly number[]
  readonly upper?: readonly number[]
  readonly netMin?: number
  readonly netMax?: number
  readonly grossMax?: number
}

/** Room for rounding of sums of floats. */
const TOLERANCE = 1e-12

/** @throws {@link SizingInputError} naming the field of `limits` that cannot be met by `assets` exposures. */
export function checkLimits(limits: ExposureLimits, assets: number, field = 'limits'): void {
  const { lower, upper, netMin, netMax, grossMax } = limits
  if (lower) checkNumbers(lower, `${field}.lower`, assets)
  if (upper) checkNumbers(upper, `${field}.upper`, assets)
  upper?.forEach((hi, i) => {
    if (lower && hi < lower[i]!)
      throw new SizingInputError(`${field}.upper[${i}]`, 'at or above the lower one')
  })
  if (netMin !== undefined) checkFinite({ netMin }, field)
  if (netMax !== undefined) checkFinite({ netMax }, field)
  if (netMin !== undefined && netMax !== undefined && netMax < netMin)
    throw new SizingInputError(`${field}.netMax`, 'at or above netMin')
  if (grossMax !== undefined) checkNotNegative({ grossMax }, field)
}

/** The first limit that `exposures` break, by name (`lower[2]`, `grossMax`), or undefined where they keep to all. */
export function brokenLimit(exposures: readonly number[], limits: ExposureLimits): string | undefined {
  const { lower, upper, netMin = -Infinity, netMax = Infinity, grossMax = Infinity } = limits
  for (const [i, x] of exposures.entries()) {
    if (x < (lower?.[i] ?? -Infinity) - TOLERANCE) return `lower[${i}]`
    if (x > (upper?.[i] ?? Infinity) + TOLERANCE) return `upper[${i}]`
  }
  const net = netOf(exposures)
  if (net < netMin - TOLERANCE) return 'netMin'
  if (net > netMax + TOLERANCE) return 'netMax'
  return grossOf(exposures) > grossMax + TOLERANCE ? 'grossMax' : undefined
}

export const netOf = (exposures: readonly number[]): number => exposures.reduce((sum, x) => sum + x, 0)
export const grossOf = (exposures: readonly number[]): number => netOf(exposures.map(Math.abs))
