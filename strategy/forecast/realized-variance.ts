/** One price of one asset; `time` in seconds since 1970, prices in any one unit. */
export type PricePoint = { readonly time: number; readonly price: number }

/** Variance of the returns of one UTC day; `day` counts days since 1970. Per day, not per year. */
export type DayVariance = { readonly day: number; readonly variance: number }

const DAY = 86_400
const HOURS = 24
/** A day with fewer returns says too little about itself. */
const RETURNS_MIN = 20

/**
 * Realized variance per UTC day: the sum of squared logarithmic returns between hourly prices in time order, scaled to 24
 * where a few are missing. A return belongs to the day it ends in; days with fewer than 20 are left out.
 */
export function realizedVariance(prices: readonly PricePoint[]): DayVariance[] {
  const days = new Map<number, { squares: number; returns: number }>()
  for (const [i, { time, price }] of prices.entries()) {
    const last = prices[i - 1]
    if (!last) continue
    const day = Math.floor(time / DAY)
    const { squares, returns } = days.get(day) ?? { squares: 0, returns: 0 }
    days.set(day, { squares: squares + Math.log(price / last.price) ** 2, returns: returns + 1 })
  }
  return [...days]
    .filter(([, { returns }]) => returns >= RETURNS_MIN)
    .map(([day, { squares, returns }]) => ({ day, variance: (squares * HOURS) / returns }))
}
