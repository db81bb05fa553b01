import { FIELD } from '#portfolio/units.js'

/** A sparse matrix by rows: row i holds entries starts[i] to starts[i + 1], each a column and an index into `pool`. */
export type SparseRows = {
  readonly starts: Uint32Array
  readonly columns: Uint32Array
  readonly coefficients: Uint32Array
  /** The distinct coefficients, centred: −r/2 < coefficient < r/2. A circuit has few, and mostly ±1. */
  readonly pool: readonly bigint[]
}

const TERM_BYTES = 36

/** The linear combinations of an r1cs' `terms`, one a row; columns are wires. */
export function parseRows(terms: Uint8Array, count: number): SparseRows {
  const bytes = Buffer.from(terms.buffer, terms.byteOffset, terms.byteLength)
  const entries = (bytes.length - 4 * count) / TERM_BYTES
  const starts = new Uint32Array(count + 1)
  const columns = new Uint32Array(entries)
  const coefficients = new Uint32Array(entries)
  const pool: bigint[] = []
  const places = new Map<bigint, number>()
  let at = 0
  let entry = 0
  for (let row = 0; row < count; row++) {
    const end = entry + bytes.readUInt32LE(at)
    at += 4
    for (; entry < end; entry++, at += TERM_BYTES) {
      const value = readElement(bytes, at + 4)
      const place = places.get(value) ?? pool.push(centred(value)) - 1
      places.set(value, place)
      columns[entry] = bytes.readUInt32LE(at)
      coefficients[entry] = place
    }
    starts[row + 1] = entry
  }
  return { starts, columns, coefficients, pool }
}

/** The same entries by columns: row w of the result lists the rows that hold column w, in ascending order. */
export function transpose(rows: SparseRows, width: number): SparseRows {
  const starts = new Uint32Array(width + 1)
  for (const column of rows.columns) starts[column + 1]! += 1
  for (let column = 0; column < width; column++) starts[column + 1]! += starts[column]!
  const next = starts.slice()
  const columns = new Uint32Array(rows.columns.length)
  const coefficients = new Uint32Array(rows.columns.length)
  for (let row = 0; row + 1 < rows.starts.length; row++) {
    for (let at = rows.starts[row]!; at < rows.starts[row + 1]!; at++) {
      const column = rows.columns[at]!
      const place = next[column]!
      next[column] = place + 1
      columns[place] = row
      coefficients[place] = rows.coefficients[at]!
    }
  }
  return { starts, columns, coefficients, pool: rows.pool }
}

/** The rows without those from `first` to before `last`. */
export function withoutRows(rows: SparseRows, first: number, last: number): SparseRows {
  const [from, to] = [rows.starts[first]!, rows.starts[last]!]
  const cut = (list: Uint32Array) => list.filter((_, at) => at < from || at >= to)
  const starts = rows.starts.filter((_, row) => row < first || row >= last)
  return {
    starts: starts.map((start) => (start >= to ? start - (to - from) : start)),
    columns: cut(rows.columns),
    coefficients: cut(rows.coefficients),
    pool: rows.pool,
  }
}

/** The 32-byte little-endian field element at `at`. */
export function readElement(bytes: Buffer, at: number): bigint {
  let value = 0n
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | bytes.readBigUInt64LE(at + 8 * limb)
  return value
}

const centred = (value: bigint): bigint => (value > FIELD / 2n ? value - FIELD : value)
