import { describe, expect, test } from 'vitest'
import type { PlanInput } from '#strategy/plan.js'
import { roundLots, tooSmall } from '#strategy/round-lots.js'
import { expectedFill } from '#strategy/trading-cost.js'

const cost = { halfSpreadBps: 3n, feeBps: 2n, lot: 100n, minimum: 300n }
const input = {
  costs: [cost],
  book: { universeId: 1n, cash: [], quantities: [12_345n] },
} as unknown as PlanInput
const rounded = (quantity: number) =>
  (['down', 'nearest', 'up'] as const).map((rounding) => roundLots([quantity], input, rounding)[0])

describe('lots', () => {
  test('down is towards no trade, up away from it, on either side', () => {
    expect(rounded(1_130)).toEqual([1_100n, 1_100n, 1_200n])
    expect(rounded(-1_170)).toEqual([-1_100n, -1_200n, -1_200n])
    expect(rounded(1_100)).toEqual([1_100n, 1_100n, 1_100n])
  })
  test('a trade below the smallest is dropped', () => {
    expect(rounded(290)).toEqual([0n, 300n, 300n])
    expect(rounded(-110)).toEqual([0n, 0n, 0n])
    expect(tooSmall([-110], input)).toEqual([0])
    expect(tooSmall([1_130], input)).toEqual([])
  })
  test('a position closes exactly, whatever its lots', () => {
    expect(rounded(-12_345)).toEqual([-12_345n, -12_345n, -12_345n])
    expect(rounded(-12_245)).toEqual([-12_200n, -12_200n, -12_300n])
  })
  test('no trade, and a slot without an instrument, stay at nothing', () => {
    expect(rounded(0)).toEqual([0n, 0n, 0n])
    expect(roundLots([0, 5_000], input, 'nearest')).toEqual([0n, 0n])
  })
})

describe('expected fills', () => {
  test('are worse than the mark by spread and fee, rounded against the fund', () => {
    expect(expectedFill(10_000n, 'buy', cost)).toBe(10_005n)
    expect(expectedFill(10_001n, 'buy', cost)).toBe(10_007n)
    expect(expectedFill(10_001n, 'sell', cost)).toBe(9_995n)
  })
  test('never fall below nothing', () => {
    expect(expectedFill(1n, 'sell', { ...cost, halfSpreadBps: 10_000n, feeBps: 10_000n })).toBe(0n)
    expect(expectedFill(0n, 'buy', cost)).toBe(0n)
  })
})
