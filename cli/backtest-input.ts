import { constants } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { cellNumber, cellSeconds } from '#strategy/backtest/csv-lines.js'
import type { PriceTable } from '#strategy/backtest/price-table.js'
import { OptionError } from './option-error.js'

/** A file of data: its own name and the SHA-256 of its bytes; `text` unpacked where it is gzipped, without a byte order mark. */
export type DataFile = { readonly name: string; readonly sha256: string; readonly text: string }

/** @throws {@link OptionError} naming the option or argument that asked for the file. */
export function readDataFile(option: string, path: string): DataFile {
  try {
    const bytes = readFileSync(path)
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
    // A small file may unpack to more than there is memory.
    const unpacked = packed ? gunzipSync(bytes, { maxOutputLength: constants.MAX_STRING_LENGTH }) : bytes
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { name: basename(path), sha256, text: unpacked.toString().replace(/^\uFEFF/, '') }
  } catch (cause) {
    throw new OptionError(option, `a file of at most half a gigabyte that can be read, not ${path}`, cause)
  }
}

/** A file of JSON of a shape; `expected` says which. */
export function readJson<T>(option: string, path: string, shape: z.ZodType<T>, expected: string): T {
  const { text } = readDataFile(option, path)
  try {
    return shape.parse(JSON.parse(text))
  } catch (cause) {
    throw new OptionError(option, expected, cause)
  }
}

/** A number in decimals from 0 to `most`. */
export function readNumber(option: string, text: string, most: number): number {
  const value = cellNumber(text.trim())
  if (!(value <= most)) throw new OptionError(option, `a number in decimals from 0 to ${most}`)
  return value
}

/** One cost for all assets, at most all that is traded; or a file with one for each. */
export function readCosts(option: string, text: string): number | Readonly<Record<string, number>> {
  if (Number.isFinite(Number(text)) && text.trim() !== '') return readNumber(option, text, 1e4)
  return readJson(
    option,
    text,
    z.record(z.string(), z.number()),
    'a number, or a JSON file of basis points by asset',
  )
}

/** Weights of a file, or equal ones of every asset of the table. */
export function readWeights(
  path: string | undefined,
  { assets }: PriceTable,
): Readonly<Record<string, number>> {
  if (path !== undefined) {
    return readJson('--weights', path, z.record(z.string(), z.number()), 'a JSON file of weights by asset')
  }
  return Object.fromEntries(assets.map((asset) => [asset, 1 / assets.length]))
}

/** Seconds since 1970 of a day's first moment, or of a UTC time. */
export function readTime(option: string, text: string): number {
  const time = cellSeconds(text)
  if (Number.isNaN(time)) {
    throw new OptionError(option, 'a day (2024-01-31) or a UTC time (2024-01-31 23:00:00)')
  }
  return time
}

/** Bars that estimates are fed before the first decision, where none is named. */
const WARM_UP_BARS = 90

/** The first decision that comes after enough bars with prices of every asset wanted. */
export function defaultFrom(table: PriceTable, assets: readonly string[]): number {
  const columns = assets.map((asset) => table.assets.indexOf(asset)).filter((column) => column >= 0)
  const start = table.prices.findIndex((row) => columns.every((column) => row[column] !== undefined))
  const from = start < 0 ? undefined : table.times[start + WARM_UP_BARS]
  if (from === undefined) {
    throw new OptionError(
      '<closes.csv>',
      `a file with more than ${WARM_UP_BARS} rows from the first on which all assets have prices`,
    )
  }
  return from
}
