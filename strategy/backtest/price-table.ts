import { BaseError } from '#portfolio/base-error.js'
import { cellNumber, cellSeconds, csvLines } from './csv-lines.js'

/**
 * Prices of several assets at the same times, in any one quote currency. `times` are seconds since 1970, strictly rising;
 * `prices[t][a]` is the price of `assets[a]` at `times[t]`, undefined where it had none.
 */
export type PriceTable = {
  readonly assets: readonly string[]
  readonly times: readonly number[]
  readonly prices: readonly (readonly (number | undefined)[])[]
}

/** No coin is or was dearer or cheaper in any currency, and squares of a ratio of two such prices are still numbers. */
const PRICE_MIN = 1e-18
const PRICE_MAX = 1e18

/**
 * Reads a CSV of closes: a header with the time's name and then one asset a column; a day (2024-01-31) or a UTC time
 * (2024-01-31 23:00:00) a row; an empty cell where an asset has no price.
 *
 * @throws {@link PriceTableError} naming line and column.
 */
export function parsePriceTable(text: string): PriceTable {
  const [head = '', ...lines] = csvLines(text)
  const [, ...assets] = head.split(',')
  // Names are shown in messages and tables: what steers a terminal, or was no text, is none.
  const named = assets.every((asset) => asset !== '' && !/[\p{Cc}\uFFFD]/u.test(asset))
  if (assets.length === 0 || new Set(assets).size !== assets.length || !named) {
    const expected = 'a time column and then one column per asset, each named once, in readable characters'
    throw new PriceTableError('line 1', expected)
  }
  const times: number[] = []
  const prices = lines.map((line, k) => {
    const [time = '', ...cells] = line.split(',')
    const at = `line ${k + 2}`
    const seconds = cellSeconds(time)
    if (Number.isNaN(seconds)) throw new PriceTableError(at, 'a day (2024-01-31) or a UTC time first')
    const last = times[times.length - 1]
    if (last !== undefined && seconds <= last) {
      throw new PriceTableError(at, 'a time later than that of the line before')
    }
    if (cells.length !== assets.length) throw new PriceTableError(at, `${assets.length} prices`)
    times.push(seconds)
    return cells.map((cell, a) => {
      if (cell === '') return undefined
      const price = cellNumber(cell)
      if (!(price >= PRICE_MIN && price <= PRICE_MAX)) {
        throw new PriceTableError(`${at}, ${assets[a]}`, 'a price from 1e-18 to 1e18, or nothing')
      }
      return price
    })
  })
  return { assets, times, prices }
}

export class PriceTableError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of the price file must have ${expected}.`, { code: 'STRATEGY_PRICE_TABLE', field })
  }
}
