import { describe, expect, test } from 'vitest'
import { judgeAsset } from '#strategy/sanity/judge-asset.js'
import { isConfirmed, type PriceWitness } from '#strategy/sanity/price-witness.js'

const NOW = 1_700_000_000

const seen = (hours: number, sources: readonly number[], ...marketPrices: number[]): PriceWitness => {
  const time = NOW + hours * 3_600
  const readings = sources.map((price, i) => ({ source: 'abc'[i]!, price, time }))
  const judgement = judgeAsset({ asset: 'X', kind: 'major', hourlyVolatility: 0.02, readings }, time)
  expect(judgement.usable).toBe(true)
  return { judgement, marketPrices }
}
const before = seen(0, [100, 100, 100], 100)

describe('a move of the market is confirmed', () => {
  test.each([
    ['up', 1],
    ['down', -1],
  ])('by a second source that shows half of it, not by less: %s', (_, side) => {
    const at = (bps: number) => 100 * (1 + (side * bps) / 1e4)
    expect(isConfirmed(before, seen(1, [at(80), at(40), at(0)], at(79.9)))).toBe(true)
    expect(isConfirmed(before, seen(1, [at(80), at(39), at(0)], at(79.9)))).toBe(false)
  })

  test('by exactly half of it', () => {
    // All powers of 2, so that the half is one.
    const one = seen(0, [1, 1], 1)
    expect(isConfirmed(one, seen(1, [1 + 2 ** -7, 1 + 2 ** -7], 1 + 2 ** -6))).toBe(true)
    expect(isConfirmed(one, seen(1, [1 + 2 ** -7, 1 + 2 ** -7], 1 + 2 ** -6 + 2 ** -40))).toBe(false)
  })

  test('never by one source alone, however the market follows it', () => {
    expect(isConfirmed(before, seen(1, [100, 100, 100.4], 100.4))).toBe(false)
    expect(isConfirmed(seen(0, [100, 100], 100), seen(1, [100, 100.4], 100.2))).toBe(false)
  })

  test('not by sources that moved the other way', () => {
    expect(isConfirmed(before, seen(1, [99.5, 99.6, 99.7], 100.4))).toBe(false)
  })

  test('of itself up to ten basis points, which is how far sources lie apart', () => {
    expect(isConfirmed(before, seen(1, [100, 100, 100], 100.0999))).toBe(true)
    expect(isConfirmed(before, seen(1, [100, 100, 100], 100.1001))).toBe(false)
  })

  test('at every price that the market has of it', () => {
    const two = seen(0, [100, 100], 100, 50)
    expect(isConfirmed(two, seen(1, [101, 101], 101, 50.5))).toBe(true)
    expect(isConfirmed(two, seen(1, [101, 101], 101, 51.5))).toBe(false)
  })
})

test('nothing is said of a market with other prices, nor of a move in no time', () => {
  expect(isConfirmed(before, seen(1, [100, 100], 100, 100))).toBeUndefined()
  expect(isConfirmed(before, seen(0, [100, 100, 100], 100))).toBe(true)
  expect(isConfirmed(before, seen(0, [100.4, 100.4, 100.4], 100.4))).toBe(false)
})
