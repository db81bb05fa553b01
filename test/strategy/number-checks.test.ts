import { expect, test } from 'vitest'
import { numberChecks } from '#strategy/number-checks.js'

const { checkCount, checkFinite, checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new Error(`${field}: ${expected}`),
)

test.each([
  ['a finite number', checkFinite, [-1.5, 0, 2], [NaN, Infinity, -Infinity]],
  ['a finite number above 0', checkPositive, [Number.MIN_VALUE, 7], [0, -1, NaN, Infinity]],
  ['a finite number, 0 or above', checkNotNegative, [0, 0.1], [-Number.MIN_VALUE, NaN, Infinity]],
  ['a whole number, 1 or above', checkCount, [1, 40], [0, 1.5, 2 ** 53, NaN, Infinity]],
])('what is not %s is refused', (expected, check, fine, wrong) => {
  expect(() => check({ fine })).not.toThrow()
  for (const x of wrong) expect(() => check({ x })).toThrow(new Error(`x: ${expected}`))
})

test('the field is named by its place', () => {
  expect(() => checkFinite({ a: 1, b: NaN })).toThrow(/^b: /)
  expect(() => checkFinite({ b: NaN }, 'list[2]')).toThrow(/^list\[2\]\.b: /)
  expect(() => checkFinite({ b: Float64Array.of(1, NaN) }, 'a')).toThrow(/^a\.b\[1\]: /)
})

test('what is no number at all is refused', () => {
  const parsed: { x: number } = JSON.parse('{}')
  expect(() => checkNotNegative({ x: parsed.x })).toThrow(/^x: /)
  const text: { x: number } = JSON.parse('{"x":"3"}')
  expect(() => checkPositive(text)).toThrow(/^x: /)
})
