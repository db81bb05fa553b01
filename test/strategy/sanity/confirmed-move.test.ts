import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SanityInputError } from '#strategy/sanity/asset-prices.js'
import { confirmedMove } from '#strategy/sanity/confirmed-move.js'
import { judgeAsset } from '#strategy/sanity/judge-asset.js'

const NOW = 1_700_000_000
const LATER = NOW + 3_600
const judged = (time: number, prices: readonly number[], asset = 'X') =>
  judgeAsset(
    {
      ...{ asset, kind: 'alt', hourlyVolatility: 0.01 },
      readings: prices.map((price, i) => ({ source: 'abcd'[i]!, price, time })),
    },
    time,
  )
const move = (before: number[], after: number[]) => confirmedMove(judged(NOW, before), judged(LATER, after))

describe('a confirmed move', () => {
  test('is the largest that two sources show', () => {
    const { move: up, shownBy } = move([100, 100, 100], [106, 105, 104.5])
    expect(up).toBeCloseTo(0.05, 12)
    expect(shownBy).toEqual(['a', 'b'])
    expect(move([100, 100, 100], [94, 95, 95.5]).move).toBeCloseTo(-0.05, 12)
  })

  test('is none where one source moves alone, inside its tolerance or out', () => {
    for (const alone of [100.3, 101.9, 130, 70]) {
      expect(move([100, 100, 100], [100, 100, alone])).toEqual({ move: 0, shownBy: [] })
      expect(move([100, 100], [100, alone])).toEqual({ move: 0, shownBy: [] })
    }
  })

  test('is none where one source comes back from a fault', () => {
    expect(move([100, 100, 130], [100, 100, 100])).toEqual({ move: 0, shownBy: [] })
  })

  test('is none between sources that contradict each other', () => {
    expect(move([100, 100, 100, 100], [100.5, 100.6, 99.5, 99.4])).toEqual({ move: 0, shownBy: [] })
  })

  test('is none from or to a price that was refused, though two of its sources were good', () => {
    const uncertain = (time: number, price: number) =>
      judgeAsset(
        {
          ...{ asset: 'X', kind: 'alt', hourlyVolatility: 0.01 },
          readings: ['a', 'b', 'c'].map((source) => ({
            ...{ source, price, time },
            ...(source === 'c' ? { halfWidth: price / 10 } : {}),
          })),
        },
        time,
      )
    const [refused, usable] = [uncertain(NOW, 100), judged(LATER, [105, 105])]
    expect([refused.usable, refused.sources.filter(({ verdict }) => verdict === 'good').length]).toEqual([
      false,
      2,
    ])
    expect(confirmedMove(refused, usable)).toEqual({ move: 0, shownBy: [] })
    expect(confirmedMove(judged(NOW, [100, 100]), uncertain(LATER, 105))).toEqual({ move: 0, shownBy: [] })
    expect(confirmedMove(judged(NOW, [100, 100]), usable).move).toBeCloseTo(0.05, 12)
  })

  test('is never more than one of the other sources shows, whatever one of them says', () => {
    const price = fc.double({ min: 98, max: 102, noNaN: true })
    const anything = fc.double({ min: 1, max: 1_000, noNaN: true })
    const three = fc.tuple(price, price, price)
    fc.assert(
      fc.property(three, three, fc.nat(2), anything, (before, after, liar, lie) => {
        const told = after.map((p, i) => (i === liar ? lie : p))
        const honest = before.flatMap((p, i) => (i === liar ? [] : [after[i]! / p - 1]))
        const { move: confirmed } = move(before, told)
        expect(confirmed).toBeLessThanOrEqual(Math.max(0, ...honest))
        expect(confirmed).toBeGreaterThanOrEqual(Math.min(0, ...honest))
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  test('is asked of one asset, in time order', () => {
    const first = judged(NOW, [100, 100])
    expect(() => confirmedMove(first, judged(LATER, [100, 100], 'Y'))).toThrow(SanityInputError)
    expect(() => confirmedMove(first, first)).toThrow(SanityInputError)
  })
})
