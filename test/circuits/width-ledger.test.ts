import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bitsOf, widthLedger } from '#circuits/width-ledger.js'
import { TIERS } from '#portfolio/layout.js'
import { widthTable } from '../../scripts/generate-readme.js'

describe.each(Object.entries(TIERS))('tier %s', (_, shape) => {
  test.each(widthLedger(shape).map((row) => [row.value, row] as const))('%s fits', (_, { most, checked }) => {
    expect(bitsOf(most)).toBeLessThan(252)
    if (checked !== undefined) expect(bitsOf(most)).toBeLessThanOrEqual(checked)
  })
})

test('the ledger stands in circuits/README.md', () => {
  expect(readFileSync('circuits/README.md', 'utf8')).toContain(widthTable())
})
