import { parsePriceTable } from '#strategy/backtest/price-table.js'
import type { PricePoint } from '#strategy/forecast/realized-variance.js'
import type { AssetPrices, PriceReading } from '#strategy/sanity/asset-prices.js'
import { hourlyVolatility } from '#strategy/sanity/hourly-volatility.js'
import { givenData } from '../given-data.js'

/** One asset at the close of one day; `volatility` from the days before. */
export type Close = {
  readonly asset: string
  readonly time: number
  readonly readings: readonly PriceReading[]
  readonly volatility: number
}

const DAY = 86_400
/** Closes before a day that its volatility is estimated from. */
const PAST = 120
/** Columns are named by day or by the hour's start; both close at the end of what they name. */
const FILES = [
  ['yahoo', 'daily/yahoo_closes_2018_2025.csv', DAY],
  ['coinbase', 'daily/coinbase_closes_2020_2025.csv', DAY],
  ['binance', 'hourly/binance_closes_1h_2021_2023.csv.gz', DAY / 24],
] as const

/** Closes of a day (24:00 UTC) per asset, each with the sources that have one; loaded once. */
export function dailySources(): (asset: string) => readonly Close[] {
  const tables = FILES.map(([source, file, length]) => ({
    source,
    length,
    ...parsePriceTable(givenData(file)),
  }))
  return (asset) => {
    const days = new Map<number, PriceReading[]>()
    for (const { source, length, assets, times, prices } of tables) {
      const column = assets.indexOf(asset)
      times.forEach((start, t) => {
        const price = prices[t]![column]
        const time = start + length
        if (price === undefined || time % DAY !== 0) return
        days.set(time, [...(days.get(time) ?? []), { source, price, time }])
      })
    }
    const closes = [...days].sort(([a], [b]) => a - b)
    const history = closes.map(([time, readings]): PricePoint => ({ time, price: middle(readings) }))
    return closes.flatMap(([time, readings], i) => {
      const past = history.slice(Math.max(0, i - PAST), i)
      return past.length < PAST ? [] : [{ asset, time, readings, volatility: hourlyVolatility(past, time) }]
    })
  }
}

/** What a judge is asked about a close; Bitcoin and Ether are majors. */
export const pricesOf = ({ asset, readings, volatility }: Close): AssetPrices => ({
  asset,
  kind: asset === 'BTC' || asset === 'ETH' ? 'major' : 'alt',
  readings,
  hourlyVolatility: volatility,
})

/** Days on which Yahoo and Coinbase lie more than 5 % apart. */
export const badTickDays = (closes: readonly Close[]): readonly Close[] =>
  closes.filter(({ readings }) => {
    const [one, other] = ['yahoo', 'coinbase'].map((name) => readings.find(({ source }) => source === name))
    return one && other && Math.abs(Math.log(one.price / other.price)) > 0.05
  })

/** The same close with the price of one source moved by a share. */
export const spiked = (close: Close, which: number, size: number): Close => ({
  ...close,
  readings: close.readings.map((one, i) => (i === which ? { ...one, price: one.price * (1 + size) } : one)),
})

const middle = (readings: readonly PriceReading[]): number =>
  readings.map(({ price }) => price).sort((a, b) => a - b)[readings.length >> 1]!
