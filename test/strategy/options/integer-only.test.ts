import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { type OptionMark, optionSlot } from '#strategy/options/option-slot.js'
import { Prng } from '#test/helpers/prng.js'

const E8 = 100_000_000n

/** Marks of every kind: calls and puts, near and far, from a second to two years, with seven scenarios each. */
function marks(count: number): OptionMark[] {
  const rng = new Prng(1973)
  return Array.from({ length: count }, (_, i) => {
    const spotE8 = rng.big(10n * E8, 200_000n * E8)
    const shocks = (low: number, high: number) => Array.from({ length: 7 }, () => BigInt(rng.int(low, high)))
    return {
      terms: {
        type: rng.oneIn(2) ? 'call' : 'put',
        strikeE8: (spotE8 * rng.big(1n, 400n)) / 100n,
        expiry: 1_800_000_000n + rng.big(0n, i % 5 === 0 ? 3_600n : 63_000_000n),
      },
      spotE8,
      forwardE8: (spotE8 * rng.big(9_000n, 11_000n)) / 10_000n,
      ivE8: rng.big(1_000_000n, 300_000_000n),
      now: 1_800_000_000n,
      contractSizeE8: rng.pick([E8, E8 / 10n, E8 / 1000n]),
      spotShocksBps: shocks(-6_600, 30_000),
      volShocksBps: shocks(-5_000, 10_000),
      minMarginBps: 500n,
    }
  })
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('a batch of slots has this very digest on every machine', () => {
  const slots = marks(150).map(optionSlot)
  const text = JSON.stringify(slots, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  expect(createHash('sha256').update(text).digest('hex')).toMatchInlineSnapshot(
    `"582c0e3768ab9a14d592fd52f1846b9466049e911c0d561d9f94df5d8a0ebea6"`,
  )
  expect(new Set(slots.map(({ price }) => price)).size).toBeGreaterThan(100)
})

test('a slot holds whole numbers, and none of the functions of Math is called for it', () => {
  const functions = Object.entries(Object.getOwnPropertyDescriptors(Math))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name]) => name as 'exp') // each takes and gives numbers as `exp` does
  expect(functions).toContain('exp')
  const batch = marks(5)
  const called: string[] = []
  for (const name of functions) {
    const original = Math[name]
    vi.spyOn(Math, name).mockImplementation((x) => {
      called.push(name)
      return original(x)
    })
  }
  const slots = batch.map(optionSlot)
  vi.restoreAllMocks()
  expect(called).toEqual([])
  for (const { suspended, changes, ...numbers } of slots) {
    expect(suspended).toBe(false)
    for (const x of [...changes, ...Object.values(numbers)]) expect(typeof x).toBe('bigint')
  }
})

test('nothing that a slot is computed with has a floating-point number in it', () => {
  const seen = new Map<string, string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    const source = readFileSync(path, 'utf8')
    seen.set(path, source)
    for (const [, target] of source.matchAll(/^import (?!type\b)[^']*from '([^']+)'/gm)) {
      const file = target!.startsWith('#') ? target!.slice(1) : join(dirname(path), target!)
      visit(file.replace(/\.js$/, '.ts'))
    }
  }
  visit('strategy/options/option-slot.ts')
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining(['strategy/options/fixed-point.ts', 'portfolio/units.ts']),
  )
  expect([...seen.keys()]).not.toContain('strategy/options/black-scholes.ts')
  for (const [path, source] of seen) {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '')
    const floats = code.match(/\bMath\b|\bNumber\b|\bparse(?:Float|Int)\b|\b\d+\.\d|\b\d+e-?\d/g)
    expect([path, floats]).toEqual([path, null])
  }
})
