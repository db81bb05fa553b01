/**
 * Lines of a CSV, without a byte order mark at its head or empty lines at its end. A line ends as on any system. Cells are
 * divided by commas and have no quotes: what is in them is read by {@link cellNumber} and {@link cellSeconds}.
 */
export const csvLines = (text: string): string[] =>
  text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r\n?|\n/)

const NUMBER = /^(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** A number in decimals, 0 or above; NaN for anything else, also where it is too large for a double. */
export function cellNumber(cell: string): number {
  const x = NUMBER.test(cell) ? Number(cell) : NaN
  return x < Infinity ? x : NaN
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}))?$/

/**
 * Seconds since 1970 of a day's first moment (2024-01-31) or of a UTC time (2024-01-31 23:00:00); NaN for anything else, also
 * for days that no month has, which `Date` would take for days of the next.
 */
export function cellSeconds(cell: string): number {
  const [, day, time = '00:00:00'] = TIME.exec(cell) ?? []
  const milliseconds = day === undefined ? NaN : Date.parse(`${day}T${time}Z`)
  const same = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === `${day}T${time}.000Z`
  return same ? milliseconds / 1e3 : NaN
}
