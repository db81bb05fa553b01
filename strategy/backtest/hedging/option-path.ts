import { BaseError } from '#portfolio/base-error.js'
import { cellNumber, cellSeconds, csvLines } from '../csv-lines.js'

/** What was seen of an option at one time (seconds since 1970): its future, its mark in coin, its volatility per √year. */
export type OptionSight = {
  readonly time: number
  readonly future: number
  readonly markCoin: number
  readonly vol: number
  readonly years: number
}

/** A listed option by its own name, with what was seen of it in time order. */
export type OptionPath = {
  readonly instrument: string
  readonly type: 'call' | 'put'
  readonly strike: number
  readonly sights: readonly OptionSight[]
}

const COLUMNS = [
  'instrument',
  'timestamp_utc',
  'futures_price',
  'mark_price_coin',
  'mark_iv',
  'T_years',
] as const
type NumberColumn = Exclude<(typeof COLUMNS)[number], 'instrument' | 'timestamp_utc'>

/** What no market has shown; within them squares of profits are still numbers. A mark of 0 is one. */
const RANGES: { readonly [C in NumberColumn]: { readonly least: number; readonly most: number } } = {
  futures_price: { least: 1e-12, most: 1e12 },
  mark_price_coin: { least: 0, most: 1e6 },
  mark_iv: { least: 1e-6, most: 1e4 },
  T_years: { least: 1e-9, most: 100 },
}
const INSTRUMENT = /^[A-Z0-9]+-\d{1,2}[A-Z]{3}\d{2}-(\d+(?:\.\d+)?)-([CP])$/

/**
 * Reads a CSV with the columns instrument (BTC-26JUN26-75000-P), timestamp_utc (2026-01-31T18:00:00), futures_price,
 * mark_price_coin, mark_iv (fraction) and T_years, in any order and among others; each instrument's rows in time order.
 *
 * @throws {@link OptionPathError} naming line and column.
 */
export function parseOptionPaths(text: string): OptionPath[] {
  const [head = '', ...lines] = csvLines(text)
  const names = head.split(',')
  for (const column of COLUMNS) {
    if (names.filter((name) => name === column).length !== 1) {
      throw new OptionPathError('line 1', `a column ${column}, and only one`)
    }
  }
  const at = new Map(COLUMNS.map((column) => [column, names.indexOf(column)]))
  const paths = new Map<string, OptionPath & { sights: OptionSight[] }>()
  for (const [k, line] of lines.entries()) {
    const cells = line.split(',')
    if (cells.length !== names.length) throw new OptionPathError(`line ${k + 2}`, `${names.length} cells`)
    const cell = (column: (typeof COLUMNS)[number]) => cells[at.get(column)!]!
    const where = (column: (typeof COLUMNS)[number]) => `line ${k + 2}, ${column}`
    const number = (column: NumberColumn): number => {
      const { least, most } = RANGES[column]
      const x = cellNumber(cell(column))
      if (!(x >= least && x <= most)) {
        throw new OptionPathError(where(column), `a number from ${least} to ${most}`)
      }
      return x
    }
    const instrument = cell('instrument')
    const path = paths.get(instrument) ?? startPath(instrument, where('instrument'))
    paths.set(instrument, path)
    const time = cellSeconds(cell('timestamp_utc'))
    if (Number.isNaN(time)) {
      throw new OptionPathError(where('timestamp_utc'), 'a UTC time such as 2026-01-31T18:00:00')
    }
    if (time <= (path.sights.at(-1)?.time ?? -Infinity)) {
      throw new OptionPathError(
        where('timestamp_utc'),
        'a time later than the row before of the same instrument',
      )
    }
    path.sights.push({
      time,
      future: number('futures_price'),
      markCoin: number('mark_price_coin'),
      vol: number('mark_iv'),
      years: number('T_years'),
    })
  }
  return [...paths.values()]
}

function startPath(instrument: string, where: string): OptionPath & { sights: OptionSight[] } {
  const [, strike, side] = INSTRUMENT.exec(instrument) ?? []
  const { least, most } = RANGES.futures_price
  if (!(Number(strike) >= least && Number(strike) <= most)) {
    throw new OptionPathError(
      where,
      `a name such as BTC-26JUN26-75000-P, its strike from ${least} to ${most}`,
    )
  }
  return { instrument, type: side === 'C' ? 'call' : 'put', strike: Number(strike), sights: [] }
}

export class OptionPathError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of the option file must have ${expected}.`, { code: 'STRATEGY_OPTION_PATH', field })
  }
}
