import { describe, expect, test } from 'vitest'
import { type GasPoint, gasCap, gasForecast } from '#strategy/execution/gas-season.js'
import { type GasTimingInput, timeGas } from '#strategy/execution/gas-timing.js'
import { givenData, hasGivenData } from '../given-data.js'

const HOUR = 3_600
const DAY = 24 * HOUR
/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 0, 5) / 1e3
const weekday = (time: number) => new Date(time * 1e3).getUTCDay()

/** Eight weeks at 10 gwei on weekdays and 6 at weekends. */
const history: GasPoint[] = Array.from({ length: 56 }, (_, d) => {
  const time = MONDAY - (56 - d) * DAY
  return { time, priceGwei: [0, 6].includes(weekday(time)) ? 6 : 10 }
})

const friday: GasTimingInput = {
  now: { time: MONDAY + 4 * DAY, priceGwei: 10 },
  history: [...history, ...[0, 1, 2, 3].map((d) => ({ time: MONDAY + d * DAY, priceGwei: 10 }))],
  capGwei: 8,
  deadline: MONDAY + 7 * DAY,
  gasUnits: 1_000_000,
  etherPrice: 3_000,
  waitCostPerDay: 0,
}

describe('the forecast', () => {
  test('knows the week, and an hour of the week where prices are hourly', () => {
    const forecast = gasForecast(history)
    expect(forecast(MONDAY + 5 * DAY)).toBeCloseTo(6, 9)
    expect(forecast(MONDAY + 2 * DAY)).toBeCloseTo(10, 9)
    const hourly = Array.from({ length: 35 * 24 }, (_, h) => ({
      time: MONDAY - (35 * 24 - h) * HOUR,
      priceGwei: h % 24 === 4 ? 5 : 10,
    }))
    const level = 10 - 5 / 24
    expect(gasForecast(hourly)(MONDAY + 4 * HOUR) / level).toBeCloseTo(5 / level, 2)
    expect(gasForecast(hourly)(MONDAY + 5 * HOUR) / level).toBeCloseTo(10 / level, 2)
  })

  test('a cap is a share of the history', () => {
    expect(gasCap(history, 0)).toBe(6)
    expect(gasCap(history, 0.2)).toBe(6)
    expect(gasCap(history, 0.5)).toBe(10)
    expect(() => gasCap(history, 1.1)).toThrowError('share')
    expect(() => gasCap(history.slice(0, 3), 0.5)).toThrowError('history')
  })
})

describe('the decision', () => {
  test('on a Friday waits for the weekend, and says what that is worth', () => {
    const decision = timeGas(friday)
    expect(decision).toMatchObject({ action: 'wait', at: MONDAY + 5 * DAY, reason: 'cheaper_later' })
    expect(decision.cost.now).toBeCloseTo(30, 9)
    expect(decision.saving).toBeGreaterThan(10)
    expect(decision.saving).toBeCloseTo(decision.cost.now - decision.cost.wait!, 12)
  })
  test('looks a week ahead at most, however far the deadline is: the weeks after are the same', () => {
    const week = timeGas({ ...friday, deadline: friday.now.time + 7 * DAY })
    for (const deadline of [friday.now.time + 400 * DAY, Number.MAX_VALUE]) {
      expect(timeGas({ ...friday, deadline })).toEqual(week)
    }
    expect(week.at).toBe(MONDAY + 5 * DAY)
  })
  test('sends at or below the cap, at the deadline, and where a day costs more than it saves', () => {
    expect(timeGas({ ...friday, capGwei: 10 })).toMatchObject({ action: 'send', reason: 'below_cap' })
    expect(timeGas({ ...friday, deadline: friday.now.time })).toMatchObject({
      action: 'send',
      reason: 'deadline',
    })
    const urgent = timeGas({ ...friday, waitCostPerDay: 15 })
    expect(urgent).toMatchObject({ action: 'send', reason: 'cheapest_now', saving: 0 })
    expect(urgent.cost.wait).toBeGreaterThan(urgent.cost.now)
  })
  test('joins a batch where what is shared is worth more than the weekend', () => {
    const nextBatch = { time: MONDAY + 6 * DAY, sharedGasUnits: 500_000 }
    expect(timeGas({ ...friday, nextBatch })).toMatchObject({
      action: 'batch',
      at: nextBatch.time,
      reason: 'shared',
    })
    const late = { ...nextBatch, time: friday.deadline + 1 }
    expect(timeGas({ ...friday, nextBatch: late })).toMatchObject({ action: 'wait' })
  })
  test('refuses what is no price, by name', () => {
    expect(() => timeGas({ ...friday, now: { time: 1, priceGwei: NaN } })).toThrowError('now.priceGwei')
    expect(() => timeGas({ ...friday, history: [...history].reverse() })).toThrowError('history[1].time')
    expect(() => timeGas({ ...friday, nextBatch: { time: 1, sharedGasUnits: 2e6 } })).toThrowError(
      'sharedGasUnits',
    )
  })
})

test.skipIf(!hasGivenData)(
  'on main net, weekends were cheaper than their week in every year from 2021',
  () => {
    const rows = givenData('gas/eth_avg_gas_price_daily_2015_2026.csv').trim().split('\n').slice(1)
    for (const year of [2021, 2022, 2023, 2024, 2025]) {
      const days = rows
        .filter((row) => row.startsWith(`${year}`))
        .map((row) => ({ time: Date.parse(row.split(',')[0]!) / 1e3, priceGwei: Number(row.split(',')[1]) }))
      const forecast = gasForecast(days)
      const week = Array.from({ length: 7 }, (_, d) => forecast(MONDAY + d * DAY))
      const mean = week.reduce((a, b) => a + b, 0) / 7
      expect((week[5]! + week[6]!) / 2 / mean).toBeLessThan(0.9)
    }
  },
)
