import { describe, expect, test } from 'vitest'
import type { PricePoint } from '#strategy/forecast/realized-variance.js'
import { Random } from '#strategy/random.js'
import { SanityInputError } from '#strategy/sanity/asset-prices.js'
import { hourlyVolatility } from '#strategy/sanity/hourly-volatility.js'
import { timeWeightedAverage } from '#strategy/sanity/time-weighted-average.js'

const HOUR = 3_600

/** A random walk with 1 % an hour, seen every `hours` hours. */
function walk(hours: number, points: number, seed: number): PricePoint[] {
  const random = new Random(seed)
  let price = 100
  return Array.from({ length: points }, (_, i) => {
    price *= Math.exp(0.01 * Math.sqrt(hours) * random.normal())
    return { time: i * hours * HOUR, price }
  })
}
const end = (history: readonly PricePoint[]) => history[history.length - 1]!.time + 1

describe('the volatility of an hour', () => {
  test.each([1 / 60, 1, 24])('is what a random walk has, seen every %d hours', (hours) => {
    const found = Array.from({ length: 40 }, (_, seed) => {
      const history = walk(hours, 300, seed)
      return hourlyVolatility(history, end(history)) ** 2
    })
    expect(Math.sqrt(found.reduce((sum, x) => sum + x, 0) / found.length)).toBeCloseTo(0.01, 3)
  })

  test('of returns of one size is theirs, and at first the median over what it is of a normal square', () => {
    const steady = (points: number) =>
      Array.from(
        { length: points },
        (_, i): PricePoint => ({ time: i * HOUR, price: i % 2 === 0 ? 1 : Math.exp(0.01) }),
      )
    const share = 0.97 ** 20
    const first = steady(21)
    expect(hourlyVolatility(first, end(first)) ** 2).toBeCloseTo(1e-4 * (share / 0.4549364 + 1 - share), 12)
    const long = steady(600)
    expect(hourlyVolatility(long, end(long))).toBeCloseTo(0.01, 8)
  })

  test('sees nothing from now on', () => {
    const history = walk(1, 200, 1)
    const now = history[100]!.time
    const changed = history.map((point, i) => (i < 100 ? point : { ...point, price: 1 + i }))
    expect(hourlyVolatility(changed, now)).toBe(hourlyVolatility(history, now))
    expect(hourlyVolatility(history, now + 1)).not.toBe(hourlyVolatility(history, now))
  })

  test('grows by less than half from one bad tick', () => {
    const history = walk(1, 200, 2)
    const spiked = history.map((point, i) => (i === 198 ? { ...point, price: point.price * 1.3 } : point))
    const [calm, shaken] = [history, spiked].map((prices) => hourlyVolatility(prices, end(prices)))
    expect(shaken! / calm!).toBeLessThan(1.5)
  })

  test('leaves a price that stood still', () => {
    const still = Array.from({ length: 60 }, (_, i): PricePoint => ({ time: i * HOUR, price: 1 }))
    expect(hourlyVolatility(still, end(still))).toBe(0)
    const moved = still.map((point, i) => (i < 40 ? point : { ...point, price: 1 + (i % 2) / 100 }))
    expect(hourlyVolatility(moved, end(moved))).toBeGreaterThan(0.005)
  })

  test('is refused from a history too short, out of order or of no prices', () => {
    const history = walk(1, 30, 3)
    expect(() => hourlyVolatility(history, history[20]!.time)).toThrow(SanityInputError)
    expect(() => hourlyVolatility([...history].reverse(), end(history))).toThrow(SanityInputError)
    const broken = history.map((point, i) => (i === 3 ? { ...point, price: NaN } : point))
    expect(() => hourlyVolatility(broken, end(history))).toThrow(/history\[3\]\.price/)
    expect(() => hourlyVolatility(history, NaN)).toThrow(SanityInputError)
  })

  test.each([NaN, Infinity, 0])(
    'is refused where the time of a price is %d, though others are enough',
    (time) => {
      const history = walk(1, 60, 4)
      const wrong = history.map((point, i) => (i === 30 ? { ...point, time } : point))
      expect(() => hourlyVolatility(wrong, end(history))).toThrow(
        expect.objectContaining({ field: 'history[30].time' }),
      )
    },
  )

  test('names what is not in order by its place, also beside prices that come later than now', () => {
    const history = walk(1, 60, 5)
    const [late] = history.slice(-1)
    const mixed = [...history.slice(0, 40), late!, ...history.slice(40)]
    expect(() => hourlyVolatility(mixed, history[50]!.time)).toThrow(
      expect.objectContaining({ field: 'history[41].time' }),
    )
  })
})

describe('the time-weighted average', () => {
  const history = [
    { time: 0, price: 10 },
    { time: 30, price: 20 },
    { time: 90, price: 40 },
  ]

  test('weighs each price by how long it held between the two times', () => {
    expect(timeWeightedAverage(history, 0, 90)).toEqual({ price: (10 * 30 + 20 * 60) / 90, from: 0, to: 90 })
    expect(timeWeightedAverage(history, 20, 100).price).toBe((10 * 10 + 20 * 60 + 40 * 10) / 80)
    expect(timeWeightedAverage(history, 95, 200).price).toBe(40)
  })

  test('is refused where it is not known from the start on, or its times or prices are none', () => {
    expect(() => timeWeightedAverage(history.slice(1), 20, 90)).toThrow(SanityInputError)
    expect(() => timeWeightedAverage([], 20, 90)).toThrow(SanityInputError)
    expect(() => timeWeightedAverage(history, 90, 90)).toThrow(SanityInputError)
    expect(() => timeWeightedAverage(history, NaN, 90)).toThrow(SanityInputError)
    expect(() => timeWeightedAverage(history, 0, Infinity)).toThrow(SanityInputError)
    expect(() => timeWeightedAverage([...history].reverse(), 95, 99)).toThrow(SanityInputError)
    expect(() => timeWeightedAverage([{ time: 0, price: -1 }], 0, 9)).toThrow(SanityInputError)
  })
})
