import { z } from 'zod'
import manifest from '#circuits/manifest.js'
import { Decimal, parseWire, parseWithin } from './wire.js'

const { windowLength: WINDOW_LENGTH, ...RANGES } = manifest.termRanges

type TermName = keyof typeof RANGES
const NAMES = Object.keys(RANGES) as TermName[]

/** What the ledger enforces beside the vector of limits. */
export type Terms = Readonly<Record<TermName, number>>

export const TermsWire = z
  .strictObject(Object.fromEntries(NAMES.map((name) => [name, Decimal])) as Record<TermName, typeof Decimal>)
  .meta({ id: 'Terms' })

/** @throws `WireError`, `DecimalError` or `OutOfRangeError` naming the field. */
export function parseTerms(input: unknown): Terms {
  const wire = parseWire(TermsWire, input, 'terms')
  const entries = NAMES.map((name) => [name, parseTerm(wire[name], RANGES[name], `terms.${name}`)])
  return Object.fromEntries(entries) as Terms
}

/** Length of the rolling budgets' window in seconds: one hour to 90 days. */
export const parseWindowLength = (text: string): number => parseTerm(text, WINDOW_LENGTH, 'windowLength')

function parseTerm(text: string, [lo = 0, hi = 0]: readonly number[], field: string): number {
  return Number(parseWithin(text, field, BigInt(lo), BigInt(hi)))
}
