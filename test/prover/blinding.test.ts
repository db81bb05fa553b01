import { expect, test } from 'vitest'
import { deriveBlinding } from '#prover/blinding.js'

const seed = new Uint8Array(32).fill(7)
const place = { domain: 1n, epoch: 1n, attempt: 0 }

test('is a function of the seed and the place', () => {
  expect(deriveBlinding(seed, 'book', place)).toBe(deriveBlinding(seed, 'book', { ...place }))
})

test('never repeats over labels, domains, epochs and attempts', () => {
  const seen = new Set<bigint>()
  for (const label of ['book', 'budget', 'trade'] as const) {
    for (const domain of [0n, 1n, (1n << 248n) - 1n]) {
      for (let epoch = 0n; epoch < 50n; epoch++) {
        for (let attempt = 0; attempt < 4; attempt++)
          seen.add(deriveBlinding(seed, label, { domain, epoch, attempt }))
      }
    }
  }
  expect(seen.size).toBe(3 * 3 * 50 * 4)
})

test('depends on every byte of the seed', () => {
  const first = deriveBlinding(seed, 'book', place)
  for (let i = 0; i < seed.length; i++) {
    const other = seed.map((byte, at) => (at === i ? byte ^ 1 : byte))
    expect(deriveBlinding(other, 'book', place)).not.toBe(first)
  }
})

test('refuses a short seed and places that do not fit', () => {
  expect(() => deriveBlinding(new Uint8Array(31), 'book', place)).toThrow(RangeError)
  expect(() => deriveBlinding(seed, 'book', { ...place, epoch: 1n << 64n })).toThrow(RangeError)
  expect(() => deriveBlinding(seed, 'book', { ...place, attempt: -1 })).toThrow(RangeError)
})
