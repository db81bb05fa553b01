import { expect, test } from 'vitest'
import { isTradable, nearestTradable, tradableSizes } from '#strategy/execution/tradable-sizes.js'
import { Random } from '#strategy/random.js'

const sizes = (lo: number, hi: number) => ({ lo: BigInt(lo), hi: BigInt(hi) })

test('a minimum leaves a gap between what the others have and it asks', () => {
  expect(tradableSizes([])).toEqual([sizes(0, 0)])
  expect(tradableSizes([sizes(0, 5), sizes(20, 30)])).toEqual([sizes(0, 5), sizes(20, 35)])
  expect(tradableSizes([sizes(0, 5), sizes(6, 30)])).toEqual([sizes(0, 35)])
  expect(tradableSizes([sizes(8, 7)])).toEqual([sizes(0, 0)])
})

test('200 random lists of venues: what some choice of venues adds up to, and nothing else', () => {
  const rng = new Random(41)
  for (let k = 0; k < 200; k++) {
    const venues = Array.from({ length: rng.below(5) }, () => {
      const lo = rng.below(3) === 0 ? 0 : rng.below(12)
      return sizes(lo, lo + rng.below(9) - 1)
    })
    let sums = new Set([0])
    for (const { lo, hi } of venues) {
      const more = [...sums].flatMap((sum) =>
        Array.from({ length: Math.max(0, Number(hi - lo) + 1) }, (_, x) => sum + Number(lo) + x),
      )
      sums = new Set([...sums, ...more])
    }
    const ranges = tradableSizes(venues)
    const taken = Array.from({ length: 120 }, (_, x) => isTradable(ranges, BigInt(x)))
    expect(taken).toEqual(taken.map((_, x) => sums.has(x)))
    const [quantity, lot] = [rng.below(60), 1 + rng.below(4)]
    const lots = [...sums].filter((x) => x % lot === 0)
    const down = Math.max(...lots.filter((x) => x <= quantity))
    const above = lots.filter((x) => x >= quantity)
    const up = above.length > 0 ? Math.min(...above) : down
    expect(nearestTradable(ranges, BigInt(quantity), BigInt(lot), false)).toBe(BigInt(down))
    expect(nearestTradable(ranges, BigInt(quantity), BigInt(lot), true)).toBe(BigInt(up))
  }
})
