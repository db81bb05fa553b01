import { mean } from '../mean.js'
import { DAY_SECONDS, WEEK_SECONDS } from '../time-units.js'
import { checkNotNegative, checkPositive, ExecutionInputError } from './execution-input.js'

/** A gas price in gwei at a time in seconds since 1970. */
export type GasPoint = { readonly time: number; readonly priceGwei: number }

/** What is expected of the gas price at a time: the mean of the last week, times what that part of the week usually is of it. */
export type GasForecast = (time: number) => number

/**
 * Forecast from prices at even steps: a price over the mean of the week around it, averaged for each part of the week
 * (weekdays for daily prices, hours of the week for hourly ones). A part never seen counts as the mean.
 *
 * @param history rising in time, at least a week of it.
 * @throws `ExecutionInputError` naming the field.
 */
export function gasForecast(history: readonly GasPoint[]): GasForecast {
  checkHistory(history)
  const step = Math.min(DAY_SECONDS, history[1]!.time - history[0]!.time)
  const partOf = (time: number) => Math.floor((time % WEEK_SECONDS) / step)
  const sums = new Map<number, { total: number; count: number }>()
  const last = history[history.length - 1]!.time
  let from = 0
  let to = 0
  let total = 0
  for (const { time, priceGwei } of history) {
    if (time - WEEK_SECONDS / 2 < history[0]!.time - step || time + WEEK_SECONDS / 2 > last + step) continue
    while (to < history.length && history[to]!.time < time + WEEK_SECONDS / 2)
      total += history[to++]!.priceGwei
    while (history[from]!.time <= time - WEEK_SECONDS / 2) total -= history[from++]!.priceGwei
    const part = sums.get(partOf(time)) ?? { total: 0, count: 0 }
    part.total += (priceGwei * (to - from)) / total
    part.count++
    sums.set(partOf(time), part)
  }
  const week = history.filter(({ time }) => time > last - WEEK_SECONDS)
  const level = mean(week.map(({ priceGwei }) => priceGwei))
  return (time) => {
    const part = sums.get(partOf(time))
    return level * (part ? part.total / part.count : 1)
  }
}

/** The price that `share` of the history lies below, a cap that moves with the market. @throws `ExecutionInputError` */
export function gasCap(history: readonly GasPoint[], share: number): number {
  checkHistory(history)
  if (!(share >= 0 && share <= 1)) throw new ExecutionInputError('share', 'from 0 to 1')
  const prices = history.map(({ priceGwei }) => priceGwei).sort((a, b) => a - b)
  return prices[Math.min(prices.length - 1, Math.floor(share * prices.length))]!
}

function checkHistory(history: readonly GasPoint[]): void {
  history.forEach(({ time, priceGwei }, k) => {
    checkNotNegative({ time }, `history[${k}]`)
    checkPositive({ priceGwei }, `history[${k}]`)
    if (k > 0 && time <= history[k - 1]!.time) {
      throw new ExecutionInputError(`history[${k}].time`, 'later than the one before')
    }
  })
  const span = history.length < 2 ? 0 : history[history.length - 1]!.time - history[0]!.time
  if (span < WEEK_SECONDS - DAY_SECONDS) throw new ExecutionInputError('history', 'at least a week of prices')
}
