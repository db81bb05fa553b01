import { parsePriceTable } from '#strategy/backtest/price-table.js'
import { realizedVariance } from '#strategy/forecast/realized-variance.js'
import { givenData } from '../given-data.js'

/** First day that is forecast; nothing about the forecasts was chosen on it or after it. */
const START = Date.UTC(2022, 6, 1) / 86_400e3

/** Per asset of the hourly file: daily realized variances in time order and the index of 1 July 2022 among them. */
export function hourlyVariances(): Map<string, { variances: readonly number[]; start: number }> {
  const { assets, times, prices } = parsePriceTable(givenData('hourly/binance_closes_1h_2021_2023.csv.gz'))
  return new Map(
    assets.map((asset, a) => {
      const points = times.flatMap((time, t) => {
        const price = prices[t]![a]
        return price === undefined ? [] : [{ time, price }]
      })
      const days = realizedVariance(points)
      return [
        asset,
        { variances: days.map(({ variance }) => variance), start: days.findIndex(({ day }) => day >= START) },
      ]
    }),
  )
}
