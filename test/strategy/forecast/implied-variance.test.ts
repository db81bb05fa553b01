import { describe, expect, test } from 'vitest'
import { ewma } from '#strategy/forecast/ewma.js'
import { fitVariance } from '#strategy/forecast/forecast-variance.js'
import { impliedRatio, impliedVariance } from '#strategy/forecast/implied-variance.js'

const month = { days: 30, vol: 0.6 }
const week = { days: 5, vol: 0.8 }
const history = Array.from({ length: 100 }, (_, day) => 0.001 * (1 + (day % 5)))

describe('implied variance', () => {
  test('of one expiry is its own, a day at a time', () => {
    expect(impliedVariance([month], 7)).toBeCloseTo(0.36 / 365, 15)
    expect(impliedVariance([month, week], 60)).toBeCloseTo(0.36 / 365, 15)
    expect(impliedVariance([month, week], 1)).toBeCloseTo(0.64 / 365, 15)
  })

  test('between expiries has total variance linear in time, in any order of marks', () => {
    const total = (days: number) => impliedVariance([month, week], days) * days
    expect(total(30)).toBeCloseTo((0.36 * 30) / 365, 12)
    expect(total(10)).toBeCloseTo(total(5) + (total(30) - total(5)) / 5, 12)
    expect(impliedVariance([week, month], 10)).toBe(impliedVariance([month, week], 10))
  })
})

describe('the ratio of what came to what was implied', () => {
  test('is 1 before anything came', () => {
    expect(impliedRatio([0.001, 0.002], [undefined, 0.004], 1)).toBe(1)
  })

  test('is the mean of past ratios, after thirty of 1', () => {
    const twice = history.map((_, i) => (i + 1 < history.length ? history[i + 1]! / 2 : 0.001))
    expect(impliedRatio(history, twice, 1)).toBeCloseTo((30 + 99 * 2) / (30 + 99), 12)
  })

  test('counts windows that overlap by what they add', () => {
    const flat = Array<number>(100).fill(0.002)
    expect(impliedRatio(flat, Array<number>(100).fill(0.001), 7)).toBeCloseTo(
      (30 + (93 / 7) * 2) / (30 + 93 / 7),
      12,
    )
  })

  test('sees nothing of what a mark could not know yet', () => {
    const marks = history.map((v) => v)
    const changed = [...marks.slice(0, 93), ...Array<number>(7).fill(9)]
    expect(impliedRatio(history, changed, 7)).toBe(impliedRatio(history, marks, 7))
  })
})

describe('a forecast with options', () => {
  const implied = history.map((_, i) => (i % 2 === 0 ? 0.002 : undefined))

  test('is half what the past says and half what options imply, corrected', () => {
    const { forecast, impliedRatio: ratio } = fitVariance(history, 1, implied)
    expect(ratio).not.toBe(1)
    expect(forecast(history, 0.004)).toBeCloseTo((ewma(history) + ratio * 0.004) / 2, 15)
  })

  test('is what it was where no option is listed now', () => {
    expect(fitVariance(history, 1, implied).forecast(history)).toBe(fitVariance(history, 1).forecast(history))
  })
})

test.each([
  ['marks', () => impliedVariance([], 1)],
  ['marks[1].vol', () => impliedVariance([month, { days: 3, vol: 0 }], 1)],
  ['marks[0].days', () => impliedVariance([{ days: -1, vol: 1 }], 1)],
  ['days', () => impliedVariance([month], 0)],
  ['implied', () => fitVariance(history, 1, [0.001])],
  [
    'implied[3]',
    () =>
      fitVariance(
        history,
        1,
        history.map((v, i) => (i === 3 ? -1 : v)),
      ),
  ],
  ['implied', () => fitVariance(history, 1).forecast(history, Number.NaN)],
])('a bad %s is refused', (field, call) => {
  expect(call).toThrowError(`${field} of a forecast`)
})
