import { BaseError } from '#portfolio/base-error.js'

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
const INSTRUMENT = /^[A-Z0-9]+-\d{1,2}[A-Z]{3}\d{2}-(\d+(?:\.\d+)?)-([CP])$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/
const NUMBER = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Reads a CSV with the columns instrument (BTC-26JUN26-75000-P), timestamp_utc (2026-01-31T18:00:00), futures_price,
 * mark_price_coin, mark_iv (fraction) and T_years, in any order and among others; each instrument's rows in time order.
 *
 * @throws {@link OptionPathError} naming line and column.
 */
export function parseOptionPaths(text: string): OptionPath[] {
  const [head = '', ...lines] = text.trimEnd().split(/\r?\n/)
  const names = head.split(',')
  const at = COLUMNS.map((column) => {
    if (!names.includes(column)) throw new OptionPathError('line 1', `a column ${column}`)
    return names.indexOf(column)
  })
  const paths = new Map<string, OptionPath & { sights: OptionSight[] }>()
  for (const [k, line] of lines.entries()) {
    const cells = line.split(',')
    if (cells.length !== names.length) throw new OptionPathError(`line ${k + 2}`, `${names.length} cells`)
    const cell = (column: number) => cells[at[column]!]!
    const where = (column: number) => `line ${k + 2}, ${COLUMNS[column]}`
    const number = (column: number, lowest: number): number => {
      const x = NUMBER.test(cell(column)) ? Number(cell(column)) : NaN
      if (!(x >= lowest && x < Infinity)) {
        throw new OptionPathError(where(column), lowest === 0 ? 'a number, 0 or above' : 'a number above 0')
      }
      return x
    }
    const path = paths.get(cell(0)) ?? startPath(cell(0), where(0))
    paths.set(cell(0), path)
    const time = TIME.test(cell(1)) ? Date.parse(`${cell(1)}Z`) / 1e3 : NaN
    if (Number.isNaN(time)) throw new OptionPathError(where(1), 'a UTC time such as 2026-01-31T18:00:00')
    if (time <= (path.sights.at(-1)?.time ?? -Infinity)) {
      throw new OptionPathError(where(1), 'a time later than the row before of the same instrument')
    }
    const [future, markCoin] = [number(2, Number.MIN_VALUE), number(3, 0)]
    path.sights.push({
      time,
      future,
      markCoin,
      vol: number(4, Number.MIN_VALUE),
      years: number(5, Number.MIN_VALUE),
    })
  }
  return [...paths.values()]
}

function startPath(instrument: string, where: string): OptionPath & { sights: OptionSight[] } {
  const [, strike, side] = INSTRUMENT.exec(instrument) ?? []
  if (!(Number(strike) > 0)) throw new OptionPathError(where, 'a name such as BTC-26JUN26-75000-P')
  return { instrument, type: side === 'C' ? 'call' : 'put', strike: Number(strike), sights: [] }
}

export class OptionPathError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of the option file must have ${expected}.`, { code: 'STRATEGY_OPTION_PATH', field })
  }
}
