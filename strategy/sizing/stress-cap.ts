import { checkFinite, checkNotNegative, checkNumbers, SizingInputError } from './sizing-input.js'

/**
 * What one unit of an instrument does, both in quote: `delta` is its dollar delta, `changes` its value change in each
 * scenario. `MarketSlot.delta` and `.changes` as numbers, in whatever common scale.
 */
export type StressedUnit = { readonly delta: number; readonly changes: readonly number[] }

/** `scale` ≤ 1 is what all exposures were multiplied with; `worstLoss` as a fraction of net asset value, after it. */
export type StressCapped = {
  readonly exposures: readonly number[]
  readonly scale: number
  readonly worstLoss: number
}

/**
 * Exposures scaled down together, so that in no scenario the book loses more than `lossMax` of its net asset value. For one
 * asset this is q ≤ lossMax · NAV / (worst loss per unit); for several it keeps their proportions and counts what one gains
 * where another loses.
 *
 * @throws {@link SizingInputError}
 */
export function stressCap(
  exposures: readonly number[],
  units: readonly StressedUnit[],
  lossMax: number,
): StressCapped {
  checkNotNegative({ lossMax })
  const worst = worstLoss(exposures, units)
  const scale = worst > lossMax ? lossMax / worst : 1
  return { exposures: exposures.map((x) => x * scale), scale, worstLoss: worst * scale }
}

/** What exposures lose in their worst scenario, as a fraction of net asset value; 0 where they lose in none. */
export function worstLoss(exposures: readonly number[], units: readonly StressedUnit[]): number {
  checkNumbers(exposures, 'exposures')
  if (units.length !== exposures.length)
    throw new SizingInputError('units', 'a list of one for each exposure')
  const scenarios = units[0]!.changes.length
  units.forEach(({ delta, changes }, i) => {
    checkFinite({ delta }, `units[${i}]`)
    checkNumbers(changes, `units[${i}].changes`, scenarios)
    if (delta === 0 && exposures[i] !== 0)
      throw new SizingInputError(`units[${i}].delta`, 'other than 0, as an exposure to it is wanted')
  })
  const losses = Array.from({ length: scenarios }, (_, s) =>
    units.reduce((sum, { delta, changes }, i) => {
      const held = exposures[i]! === 0 ? 0 : exposures[i]! / delta
      return sum - held * changes[s]!
    }, 0),
  )
  return Math.max(0, ...losses)
}
