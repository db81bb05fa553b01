import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Market data that lies beside a checkout, never in it. */
const FOLDER = new URL('../../../shared/data/', import.meta.url)

export const hasGivenData = existsSync(FOLDER)

/** Text of a file below `../shared/data`, unpacked where it is gzipped. */
export function givenData(name: string): string {
  const bytes = readFileSync(new URL(name, FOLDER))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}
