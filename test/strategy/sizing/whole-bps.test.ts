import { describe, expect, test } from 'vitest'
import { Random } from '#strategy/random.js'
import { brokenLimit } from '#strategy/sizing/exposure-limits.js'
import { wholeBps, wholeOnTheWay, wholeTowardsZero } from '#strategy/sizing/whole-bps.js'

const whole = (exposures: readonly number[]) => wholeBps(exposures).map(BigInt)
const sum = (xs: readonly number[]) => xs.reduce((total, x) => total + x, 0)

describe('whole basis points', () => {
  test('that were whole stay, whatever floats make of them', () => {
    for (let bps = -10_000; bps <= 10_000; bps++) {
      expect(whole([bps / 1e4])).toEqual([BigInt(bps)])
      expect(wholeTowardsZero([bps / 1e4]).map(BigInt)).toEqual([BigInt(bps)])
    }
  })

  test('of a total are that total: what is missing goes to the largest remainders', () => {
    expect(whole([1 / 3, 1 / 3, 1 / 3])).toEqual([3_334n, 3_333n, 3_333n])
    expect(whole([0.10004, 0.20007, 0.30009])).toEqual([1_000n, 2_001n, 3_001n])
    expect(whole([0.50005, -0.20005, -0.20005])).toEqual([5_000n, -2_001n, -2_000n])
  })

  test('keep every limit that the exact ones keep, at the limit too', () => {
    const rng = new Random(11)
    for (let trial = 0; trial < 5_000; trial++) {
      const exposures = Array.from({ length: 1 + rng.below(6) }, () => 0.02 * (rng.uniform() - 0.5))
      // The narrowest limits in whole basis points that the exact exposures keep.
      const [net, gross] = [sum(exposures), sum(exposures.map(Math.abs))]
      const limits = {
        lower: exposures.map((x) => Math.floor(x * 1e4) / 1e4),
        upper: exposures.map((x) => Math.ceil(x * 1e4) / 1e4),
        netMin: Math.floor(net * 1e4) / 1e4,
        netMax: Math.ceil(net * 1e4) / 1e4,
        grossMax: Math.ceil(gross * 1e4) / 1e4,
      }
      const rounded = wholeBps(exposures)
      const kept = rounded.map((bps) => bps / 1e4)
      expect([trial, exposures, brokenLimit(kept, limits)]).toEqual([trial, exposures, undefined])
      expect(rounded.every(Number.isInteger)).toBe(true)
      // Not only nothing: both sides are within a basis point of what they were.
      for (const side of [1, -1]) {
        const size = (xs: readonly number[]) => sum(xs.map((x) => Math.max(0, side * x)))
        expect(Math.abs(size(kept) - size(exposures))).toBeLessThan(1e-4)
      }
    }
  })

  test('towards zero are never larger', () => {
    expect(wholeTowardsZero([0.00019, -0.00019, 0.00009, 0]).map(BigInt)).toEqual([1n, -1n, 0n, 0n])
  })

  test.each([
    [0.0101, 0.01057, 105],
    [0.0101, 0.00957, 96],
    [0.01, 0.01005, 100],
    [-0.0001, 0.00015, 1],
    [0.00015, -0.00015, -1],
    [0.01013, 0.01017, undefined],
    [0.01017, 0.01013, undefined],
    [0.01013, 0.01013, undefined],
    [0.01, 0.01, 100],
  ])('on the way from %d to %d end at %s', (from, to, expected) => {
    expect(wholeOnTheWay(from, to)).toEqual(expected)
  })
})
