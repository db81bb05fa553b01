import { describe, expect, test } from 'vitest'
import { PriceTableError, parsePriceTable } from '#strategy/backtest/price-table.js'
import { Random } from '#strategy/random.js'
import { givenData, hasGivenData } from '../given-data.js'

describe('a CSV of closes', () => {
  test('is read by day and by hour, with gaps', () => {
    expect(parsePriceTable('date,BTC,ETH\n2024-01-31,43000.5,\n2024-02-01,4.2e4,2300\n')).toEqual({
      assets: ['BTC', 'ETH'],
      times: [1_706_659_200, 1_706_745_600],
      prices: [
        [43_000.5, undefined],
        [42_000, 2_300],
      ],
    })
    expect(parsePriceTable('datetime_utc,BTC\n2024-01-31 23:00:00,1').times).toEqual([1_706_742_000])
    expect(parsePriceTable('date,<b>,Ωmega 2\n2024-01-31,1,1').assets).toEqual(['<b>', 'Ωmega 2'])
    expect(parsePriceTable('date,A,B\n2024-01-31,1e-18,1e18').prices).toEqual([[1e-18, 1e18]])
  })

  test.each([
    ['', 'line 1'],
    ['date,BTC,BTC\n2024-01-31,1,1', 'line 1'],
    ['date,BTC,\n2024-01-31,1,1', 'line 1'],
    ['date,\u001B]0;BTC\n2024-01-31,1', 'line 1'],
    ['date,\uFFFD\uFFFD\n2024-01-31,1', 'line 1'],
    ['date,BTC\n31/01/2024,1', 'line 2'],
    ['date,BTC\n2024-13-01,1', 'line 2'],
    ['date,BTC\n2024-01-31,1\n2024-01-31,1', 'line 3'],
    ['date,BTC\n2024-01-31,1,2', 'line 2'],
    ['date,BTC\n2024-01-31,0', 'line 2, BTC'],
    ['date,BTC\n2024-01-31,-5', 'line 2, BTC'],
    ['date,BTC\n2024-01-31,0x10', 'line 2, BTC'],
    ['date,BTC\n2024-01-31,NaN', 'line 2, BTC'],
    ['date,BTC\n2024-01-31,1e400', 'line 2, BTC'],
    ['date,BTC\n2024-01-31,1.1e18', 'line 2, BTC'],
    ['date,BTC\n2024-01-31,0.9e-18', 'line 2, BTC'],
    ['date,BTC\n2024-02-29,1\n2024-02-31,1', 'line 3'],
    ['date;BTC\n2024-01-31;1', 'line 1'],
    ['date,BTC\n2024-01-31,1\n\n2024-02-01,1', 'line 3'],
  ])('%j is refused at %s', (text, field) => {
    expect(() => parsePriceTable(text)).toThrowError(PriceTableError)
    expect(() => parsePriceTable(text)).toThrowError(field)
  })

  test.skipIf(!hasGivenData)(
    'of eight years of sixteen and more assets (skipped without ../shared/data)',
    () => {
      const table = parsePriceTable(givenData('daily/yahoo_closes_2018_2025.csv'))
      expect([table.assets.length, table.times.length]).toEqual([18, 2_608])
    },
  )
})

test('random numbers are the same for the same seed, and of the distribution they name', () => {
  const [one, two] = [new Random(5), new Random(5)]
  const drawn = Array.from({ length: 20_000 }, () => one.normal())
  expect(drawn.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => two.normal()))
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.abs(variance - 1)).toBeLessThan(0.05)
  expect(new Set(Array.from({ length: 500 }, () => two.below(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
})
