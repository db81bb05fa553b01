import { z } from 'zod'
import { TERM_RANGES } from '#portfolio/layout.js'
import { OutOfRangeError } from '#portfolio/units.js'
import { Decimal, parseWhole, parseWire } from './wire.js'

const { windowLength: WINDOW_LENGTH, ...RANGES } = TERM_RANGES

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
  const entries = NAMES.map((name) => {
    const [lo, hi] = RANGES[name]
    const value = parseWhole(wire[name], `terms.${name}`)
    if (value < lo || value > hi) throw new OutOfRangeError(`terms.${name}`, `from ${lo} to ${hi}`)
    return [name, Number(value)]
  })
  return Object.fromEntries(entries) as Terms
}

/** Length of the rolling budgets' window in seconds: one hour to 90 days. */
export function parseWindowLength(text: string): number {
  const value = parseWhole(text, 'windowLength')
  const [lo, hi] = WINDOW_LENGTH
  if (value < lo || value > hi) throw new OutOfRangeError('windowLength', `from ${lo} to ${hi}`)
  return Number(value)
}
