import { expect, test } from 'vitest'
import { millsRatio, millsSlope, normalCdf, normalDensity } from '#strategy/options/normal-distribution.js'

// Abramowitz & Stegun, table 26.1, and 26.2 for the tails.
test.each([
  [0, 0.5],
  [1, 0.841344746068543],
  [-1, 0.158655253931457],
  [2.5, 0.993790334674224],
  [3, 0.99865010196837],
  [-3, 0.00134989803163],
  [-5, 2.866515719e-7],
  [-10, 7.619853024e-24],
])('Φ(%d)', (x, expected) => {
  expect(Math.abs(normalCdf(x) / expected - 1)).toBeLessThan(2e-10)
})

test('the series and the continued fraction meet, and Φ(x) + Φ(−x) = 1', () => {
  const middle = (normalCdf(3 - 1e-9) + normalCdf(3 + 1e-9)) / 2
  expect(Math.abs(normalCdf(3) - middle)).toBeLessThan(1e-15)
  for (let x = -40; x <= 40; x += 0.37) expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThan(1e-15)
})

test('the Mills ratio is Φ/φ, its slope the difference quotient, and both live on where Φ has vanished', () => {
  for (let x = -30; x <= 3; x += 0.61) {
    expect(Math.abs((millsRatio(x) * normalDensity(x)) / normalCdf(x) - 1)).toBeLessThan(1e-13)
    const quotient = (millsRatio(x + 1e-4) - millsRatio(x - 1e-4)) / 2e-4
    expect(Math.abs(millsSlope(x) / quotient - 1)).toBeLessThan(1e-6)
  }
  // Asymptotically 1/z − 1/z³ + 3/z⁵ and 1/z² − 3/z⁴.
  expect(millsRatio(-1e4) / (1e-4 - 1e-12 + 3e-20)).toBeCloseTo(1, 14)
  expect(millsSlope(-1e4) / (1e-8 - 3e-16)).toBeCloseTo(1, 14)
  expect([millsRatio(Number.NEGATIVE_INFINITY), millsSlope(Number.NEGATIVE_INFINITY)]).toEqual([0, 0])
})
