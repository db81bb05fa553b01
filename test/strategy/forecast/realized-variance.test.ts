import { describe, expect, test } from 'vitest'
import { type PricePoint, realizedVariance } from '#strategy/forecast/realized-variance.js'

const DAY = 86_400

/** A price that alternates up and down by 1 % in logarithms each hour: the daily variance is 24 · 0.01². */
function zigzag(days: number): PricePoint[] {
  return Array.from({ length: days * 24 }, (_, hour) => ({
    time: hour * 3_600,
    price: 100 * Math.exp(hour % 2 === 0 ? 0 : 0.01),
  }))
}

describe('realized variance', () => {
  test('is the sum of squared hourly returns of each day', () => {
    const days = realizedVariance(zigzag(3))
    expect(days.map(({ day }) => day)).toEqual([0, 1, 2])
    for (const { variance } of days) expect(variance).toBeCloseTo(24 * 0.0001, 12)
  })

  test('is scaled where hours are missing, and left out where most are', () => {
    const prices = zigzag(3).filter(
      ({ time }) => !(time >= DAY + 20 * 3_600 && time < 2 * DAY) && !(time >= 2 * DAY + 10 * 3_600),
    )
    const days = realizedVariance(prices)
    expect(days.map(({ day }) => day)).toEqual([0, 1])
    expect(days[1]!.variance).toBeCloseTo(24 * 0.0001, 12)
  })

  test('knows nothing of the days of an outage, nor puts what came over them on the day after', () => {
    // From 23:00 of day 1 to 01:00 of day 4 there is no price, and then it is twice what it was.
    const jumped = zigzag(6)
      .filter(({ time }) => time < 2 * DAY || time >= 4 * DAY + 3_600)
      .map(({ time, price }) => ({ time, price: time < 2 * DAY ? price : 2 * price }))
    const days = realizedVariance(jumped)
    expect(days.map(({ day }) => day)).toEqual([0, 1, 4, 5])
    for (const { variance } of days) expect(variance).toBeCloseTo(24 * 0.0001, 12)
  })

  test('counts as many returns a day as it is told', () => {
    const sixHourly = Array.from({ length: 9 }, (_, k) => ({
      time: k * 21_600,
      price: k % 2 === 0 ? 100 : 101,
    }))
    expect(realizedVariance(sixHourly)).toEqual([])
    const [day] = realizedVariance(sixHourly, 4)
    expect(day).toEqual({ day: 1, variance: expect.closeTo(4 * Math.log(1.01) ** 2, 12) })
  })

  test('of daily prices is the square of the return', () => {
    const prices = [100, 101, 99].map((price, day) => ({ time: day * DAY, price }))
    expect(realizedVariance(prices, 1)).toEqual([
      { day: 1, variance: Math.log(1.01) ** 2 },
      { day: 2, variance: Math.log(99 / 101) ** 2 },
    ])
  })

  test.each([
    [
      'prices[1].price',
      [
        { time: 0, price: 1 },
        { time: 1, price: 0 },
      ],
    ],
    ['prices[0].price', [{ time: 0, price: Number.NaN }]],
    [
      'prices[1].time',
      [
        { time: 5, price: 1 },
        { time: 5, price: 1 },
      ],
    ],
  ])('refuses a bad %s', (field, prices) => {
    expect(() => realizedVariance(prices)).toThrowError(`${field} of a forecast`)
  })
})
