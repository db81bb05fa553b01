import { DAY_SECONDS } from '../time-units.js'
import { checkCount, checkPositive, ForecastInputError } from './check-variances.js'

/** One price of one asset; `time` in seconds since 1970, prices in any one unit. */
export type PricePoint = { readonly time: number; readonly price: number }

/** Variance of the returns of one UTC day; `day` counts days since 1970. Per day, not per year. */
export type DayVariance = { readonly day: number; readonly variance: number }

/** A day with a smaller share of its returns says too little about itself. */
const SHARE_MIN = 5 / 6

/**
 * Realized variance per UTC day: the sum of squared logarithmic returns between prices in time order, scaled to
 * `returnsPerDay` (24 unless given) where a few are missing. A return belongs to the day it ends in, and one over more than a
 * day, after an outage, to none; days with fewer than five sixths of their returns are left out.
 *
 * @throws {@link ForecastInputError}
 */
export function realizedVariance(prices: readonly PricePoint[], returnsPerDay = 24): DayVariance[] {
  checkCount({ returnsPerDay })
  const days = new Map<number, { squares: number; returns: number }>()
  for (const [i, { time, price }] of prices.entries()) {
    const last = prices[i - 1]
    checkPositive({ price }, `prices[${i}]`)
    if (!Number.isFinite(time) || (last && time <= last.time))
      throw new ForecastInputError(`prices[${i}].time`, 'a time later than the one before')
    if (!last || time - last.time > DAY_SECONDS) continue
    const day = Math.floor(time / DAY_SECONDS)
    const { squares, returns } = days.get(day) ?? { squares: 0, returns: 0 }
    days.set(day, { squares: squares + Math.log(price / last.price) ** 2, returns: returns + 1 })
  }
  return [...days]
    .filter(([, { returns }]) => returns >= SHARE_MIN * returnsPerDay)
    .map(([day, { squares, returns }]) => ({ day, variance: (squares * returnsPerDay) / returns }))
}
