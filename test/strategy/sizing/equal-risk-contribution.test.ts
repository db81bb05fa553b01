import { describe, expect, test } from 'vitest'
import { quadratic } from '#strategy/quadratic.js'
import { Random } from '#strategy/random.js'
import { equalRiskContribution } from '#strategy/sizing/equal-risk-contribution.js'
import { givenData, hasGivenData } from '../given-data.js'

const VOLS = [0.1, 0.2, 0.3, 0.4]
const covarianceOf = (correlation: (i: number, j: number) => number, vols: readonly number[] = VOLS) =>
  vols.map((a, i) => vols.map((b, j) => a * b * (i === j ? 1 : correlation(i, j))))
const pairs = (i: number, j: number) => (i + j === 1 ? 0.8 : i + j === 5 ? -0.5 : 0)
const sum = (xs: readonly number[]) => xs.reduce((total, x) => total + x, 0)

/** A covariance of full rank from random factors. */
function random(seed: number, assets: number) {
  const rng = new Random(seed)
  const factors = Array.from({ length: assets }, () => Array.from({ length: assets + 2 }, () => rng.normal()))
  return factors.map((a) => factors.map((b) => sum(a.map((x, k) => x * b[k]!)) / 100))
}

describe('equal risk contribution', () => {
  // Maillard, Roncalli & Teïletche (2010) print 38.4, 19.2, 24.3 and 18.2 % for the second.
  test.each([
    ['equal correlations', covarianceOf(() => 0.5), [0.48, 0.24, 0.16, 0.12]],
    ['two pairs', covarianceOf(pairs), [0.383613, 0.191806, 0.242618, 0.181963]],
  ])('of %s', (_, covariance, expected) => {
    const { exposures } = equalRiskContribution(covariance)
    exposures.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-6)
    })
  })

  test.skipIf(!hasGivenData)('of the recomputed vectors (skipped where ../shared/data is absent)', () => {
    const { erc } = JSON.parse(givenData('testvectors/golden.json')) as {
      erc: { vol: number[]; corr: string | number[][]; w: number[] }[]
    }
    expect(erc.length).toBe(2)
    for (const { vol, corr, w } of erc) {
      const rho = (i: number, j: number) =>
        typeof corr === 'string' ? Number(corr.split(' ')[1]) : corr[i]![j]!
      equalRiskContribution(covarianceOf(rho, vol)).exposures.forEach((x, i) => {
        expect(Math.abs(x - w[i]!)).toBeLessThan(1e-6)
      })
    }
  })

  test.each([2, 5, 16, 32])(
    'is equal for %i assets of any covariance, and of the total asked for',
    (assets) => {
      const covariance = random(assets, assets)
      const { exposures, contributions } = equalRiskContribution(covariance, { total: 1.5 })
      expect(sum(exposures)).toBeCloseTo(1.5, 12)
      for (const [i, x] of exposures.entries()) {
        expect(x).toBeGreaterThan(0)
        expect(contributions[i]).toBeCloseTo(1 / assets, 9)
      }
      const marginal = covariance.map((row) => sum(row.map((c, j) => c * exposures[j]!)))
      const variance = quadratic(exposures, covariance)
      exposures.forEach((x, i) => {
        expect((x * marginal[i]!) / variance).toBeCloseTo(contributions[i]!, 12)
      })
    },
  )

  test('keeps to bounds, and is equal between those that meet none', () => {
    const covariance = covarianceOf(pairs)
    const { exposures, contributions } = equalRiskContribution(covariance, {
      lower: [0.05, 0.05, 0.05, 0.25],
      upper: [0.3, 1, 1, 1],
    })
    expect(exposures[0]).toBe(0.3)
    expect(exposures[3]).toBe(0.25)
    expect(sum(exposures)).toBeCloseTo(1, 9)
    expect(contributions[1]).toBeCloseTo(contributions[2]!, 9)
  })

  test('with bounds that none meets is the one without', () => {
    const covariance = random(4, 6)
    const free = equalRiskContribution(covariance)
    const bounded = equalRiskContribution(covariance, {
      lower: Array(6).fill(0.001),
      upper: Array(6).fill(0.9),
    })
    bounded.exposures.forEach((x, i) => {
      expect(Math.abs(x - free.exposures[i]!)).toBeLessThan(1e-9)
    })
  })

  test('counts a hedge that bounds force as risk taken away', () => {
    const covariance = covarianceOf((i, j) => (i + j === 1 ? -0.9 : 0.1))
    const { contributions } = equalRiskContribution(covariance, {
      lower: [0, 0.7, 0, 0],
      upper: [0.1, 1, 1, 1],
    })
    expect(contributions[0]).toBeLessThan(0)
    expect(sum(contributions)).toBeCloseTo(1, 12)
  })

  test('with bounds that leave one choice takes it', () => {
    // Their sum is a rounding error below 1.
    const close = { upper: [0.7, 0.2, 0.1] }
    expect(sum(close.upper)).toBeLessThan(1)
    expect(equalRiskContribution(random(1, 3), close).exposures).toEqual(close.upper)
    const upper = [0.25, 0.25, 0.25, 0.25]
    expect(equalRiskContribution(covarianceOf(pairs), { upper }).exposures).toEqual(upper)
  })

  test('of random bounds keeps to them all', () => {
    const rng = new Random(9)
    for (let trial = 0; trial < 30; trial++) {
      const assets = 2 + rng.below(6)
      const lower = Array.from({ length: assets }, () => (rng.uniform() * 0.8) / assets)
      const upper = lower.map((lo) => lo + (0.5 + rng.uniform()) / assets + 0.3 / assets)
      const { exposures } = equalRiskContribution(random(trial + 100, assets), { lower, upper })
      expect(sum(exposures)).toBeCloseTo(1, 9)
      exposures.forEach((x, i) => {
        expect(x).toBeGreaterThanOrEqual(lower[i]!)
        expect(x).toBeLessThanOrEqual(upper[i]!)
      })
    }
  })

  test.each([
    ['covariance', [], {}],
    ['covariance[1]', [[1, 0], [0]], {}],
    ['covariance[0]', [[1], [0, 1]], {}],
    [
      'covariance[1][1]',
      [
        [1, 0],
        [0, 0],
      ],
      {},
    ],
    [
      'covariance[0][1]',
      [
        [1, 0.2],
        [0.1, 1],
      ],
      {},
    ],
    [
      'covariance[0][1]',
      [
        [1, 1.1],
        [1.1, 1],
      ],
      {},
    ],
    ['covariance[0][0]', [[Number.NaN]], {}],
    // Equal parts of both have no risk.
    [
      'covariance',
      [
        [1, -1],
        [-1, 1],
      ],
      {},
    ],
    ['total', [[1]], { total: 0 }],
    [
      'bounds.lower',
      [
        [1, 0],
        [0, 1],
      ],
      { lower: [0.6, 0.6] },
    ],
    [
      'bounds.lower[1]',
      [
        [1, 0],
        [0, 1],
      ],
      { lower: [0.6, -0.1] },
    ],
    [
      'bounds.upper',
      [
        [1, 0],
        [0, 1],
      ],
      { upper: [0.4, 0.4] },
    ],
    [
      'bounds.upper[0]',
      [
        [1, 0],
        [0, 1],
      ],
      { lower: [0.5, 0], upper: [0.4, 1] },
    ],
    // The second asset hedges the first so well that equal risk is more than the total.
    [
      'bounds',
      [
        [1, -0.999],
        [-0.999, 1],
      ],
      { lower: [0.8, 0], upper: [1, 1] },
    ],
  ])('refuses a bad %s', (field, covariance, options) => {
    const call = () => equalRiskContribution(covariance, options)
    expect(call).toThrowError(expect.objectContaining({ code: 'STRATEGY_SIZING_INPUT', field }))
  })
})
