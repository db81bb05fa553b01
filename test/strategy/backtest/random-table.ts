import type { PriceTable } from '#strategy/backtest/price-table.js'
import { Random } from '#strategy/random.js'

/** Daily prices of four assets with a common factor, from 2021 on. */
export function randomTable(days: number, seed: number): PriceTable {
  const random = new Random(seed)
  const assets = ['AAA', 'BBB', 'CCC', 'DDD']
  const logs = assets.map(() => 3 * random.normal())
  const prices = Array.from({ length: days }, () => {
    const common = 0.03 * random.normal()
    return logs.map((_, i) => {
      logs[i]! += common + 0.03 * random.normal()
      return Math.exp(logs[i]!)
    })
  })
  const start = Date.parse('2021-01-01') / 1e3
  return { assets, times: prices.map((_, t) => start + 86_400 * t), prices }
}

export const TARGET = { AAA: 0.3, BBB: 0.3, CCC: 0.2, DDD: 0.1 }
