import { expect, test } from 'vitest'
import { type AssetPrices, SanityInputError } from '#strategy/sanity/asset-prices.js'
import { judgePrices } from '#strategy/sanity/judge-prices.js'

const NOW = 1_700_000_000
const priced = (asset: string, ...prices: number[]): AssetPrices => ({
  asset,
  kind: 'alt',
  readings: prices.map((price, i) => ({ source: `s${i}`, price, time: NOW })),
  hourlyVolatility: 0.01,
})

test('a book whose assets all have a price gets them in its own order', () => {
  const sane = judgePrices([priced('B', 5, 5, 9), priced('A', 2, 2)], NOW)
  expect(sane).toMatchObject({
    usable: true,
    prices: [
      { asset: 'B', price: 5 },
      { asset: 'A', price: 2 },
    ],
  })
})

test('one asset without a price refuses the book, and every one of them is named with its reason', () => {
  const sane = judgePrices([priced('A', 2, 2), priced('B', 5), priced('C', 1, 2)], NOW)
  expect(sane).toMatchObject({
    usable: false,
    refusals: [
      { asset: 'B', reason: 'too_few_sources', subjects: [] },
      { asset: 'C', reason: 'sources_disagree', subjects: ['s0', 's1'] },
    ],
  })
  expect(sane.judgements.map(({ usable }) => usable)).toEqual([true, false, false])
  expect('prices' in sane).toBe(false)
})

test('the result is plain data', () => {
  const sane = judgePrices([priced('A', 2, 2, 3), priced('C', 1, 2)], NOW)
  expect(JSON.parse(JSON.stringify(sane))).toEqual(sane)
})

test('an asset is given once', () => {
  expect(() => judgePrices([priced('A', 2, 2), priced('A', 2, 2)], NOW)).toThrow(SanityInputError)
})
