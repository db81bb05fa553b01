import { Random } from '../random.js'

/** Two-sided interval that holds the statistic in `share` of the resamples, and its value on the sample itself. */
export type Interval = { readonly value: number; readonly low: number; readonly high: number }

/**
 * Circular block bootstrap (Politis & Romano 1992) of a statistic of `length` observations in time order: blocks keep what
 * neighbours have in common. `statistic` gets the positions drawn; the same seed draws the same.
 */
export function blockBootstrap(
  length: number,
  statistic: (positions: Uint32Array) => number,
  { block = 30, samples = 1_000, share = 0.95, seed = 1 } = {},
): Interval {
  const random = new Random(seed)
  const positions = Uint32Array.from({ length }, (_, k) => k)
  const value = statistic(positions)
  const drawn = Array.from({ length: samples }, () => {
    for (let start = 0; start < length; start += block) {
      const from = random.below(length)
      for (let k = start; k < Math.min(length, start + block); k++) positions[k] = (from + k - start) % length
    }
    return statistic(positions)
  }).sort((a, b) => a - b)
  const quantile = (p: number) => drawn[Math.min(samples - 1, Math.floor(p * samples))]!
  return { value, low: quantile((1 - share) / 2), high: quantile((1 + share) / 2) }
}
