import { BaseError } from '#portfolio/base-error.js'

/**
 * Prices of several assets at the same times, in any one quote currency. `times` are seconds since 1970, strictly rising;
 * `prices[t][a]` is the price of `assets[a]` at `times[t]`, undefined where it had none.
 */
export type PriceTable = {
  readonly assets: readonly string[]
  readonly times: readonly number[]
  readonly prices: readonly (readonly (number | undefined)[])[]
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2})?$/
const PRICE = /^(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * Reads a CSV of closes: a header with the time's name and then one asset a column; a day (2024-01-31) or a UTC time
 * (2024-01-31 23:00:00) a row; an empty cell where an asset has no price.
 *
 * @throws {@link PriceTableError} naming line and column.
 */
export function parsePriceTable(text: string): PriceTable {
  const [head = '', ...lines] = text.trimEnd().split(/\r?\n/)
  const [, ...assets] = head.split(',')
  if (assets.length === 0 || new Set(assets).size !== assets.length || assets.includes('')) {
    throw new PriceTableError('line 1', 'a time column and then one column per asset, each named once')
  }
  const times: number[] = []
  const prices = lines.map((line, k) => {
    const [time = '', ...cells] = line.split(',')
    const at = `line ${k + 2}`
    const seconds = TIME.test(time)
      ? Date.parse(`${time.replace(' ', 'T')}${time.length > 10 ? 'Z' : ''}`) / 1e3
      : NaN
    if (Number.isNaN(seconds)) throw new PriceTableError(at, 'a day (2024-01-31) or a UTC time first')
    const last = times[times.length - 1]
    if (last !== undefined && seconds <= last) throw new PriceTableError(at, 'later than the line before')
    if (cells.length !== assets.length) throw new PriceTableError(at, `${assets.length} prices`)
    times.push(seconds)
    return cells.map((cell, a) => {
      if (cell === '') return undefined
      const price = PRICE.test(cell) ? Number(cell) : 0
      if (!(price > 0)) throw new PriceTableError(`${at}, ${assets[a]}`, 'a price above 0, or nothing')
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
