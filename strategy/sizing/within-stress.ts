import { type StressedUnit, stressCap, worstLoss } from './stress-cap.js'

/** A unit of each asset, and the most that the exposures may lose in any scenario as a fraction of net asset value. */
export type Stress = { readonly units: readonly StressedUnit[]; readonly lossMax: number }

/** More than exposures can lose by being rounded, each by less than a basis point, whatever they hedge. */
export const roundingLoss = (units: readonly StressedUnit[]): number =>
  units.reduce((sum, { delta, changes }) => {
    return sum + (delta === 0 ? 0 : Math.max(...changes.map((change) => Math.abs(change / delta))) / 1e4)
  }, 0)

/**
 * Exposures in whole basis points that lose no more than they may: as they are where rounding leaves them within it, else
 * scaled down with room for the rounding, which could take a hedge away.
 */
export function wholeWithinStress(
  exposures: readonly number[],
  { units, lossMax }: Stress,
  round: (exposures: readonly number[]) => number[],
): { readonly bps: number[]; readonly scale: number } {
  const free = round(exposures)
  const loses = Math.max(
    worstLoss(exposures, units),
    worstLoss(
      free.map((x) => x / 1e4),
      units,
    ),
  )
  // A hundred-thousandth of a basis point is rounding of floats.
  if (loses <= lossMax + 1e-9) return { bps: free, scale: 1 }
  const { exposures: capped, scale } = stressCap(exposures, units, Math.max(0, lossMax - roundingLoss(units)))
  return { bps: round(capped), scale }
}
