import { describe, expect, test } from 'vitest'
import { blockBootstrap } from '#strategy/backtest/block-bootstrap.js'
import { costAtTracking } from '#strategy/backtest/weights/cost-at-tracking.js'
import { matchedCost } from '#strategy/backtest/weights/matched-cost.js'
import type { Measures } from '#strategy/backtest/weights/measures.js'
import { gridOf, type PolicySpec, policyOf, RuleError } from '#strategy/backtest/weights/rules.js'
import { type Measured, tuneRule } from '#strategy/backtest/weights/tune-rule.js'
import type { PolicyView } from '#strategy/backtest/weights/weight-policy.js'
import { weightBand } from '#strategy/bands/weight-band.js'
import { Random } from '#strategy/random.js'

const view = (weights: readonly number[], bar = 1): PolicyView => ({
  bar,
  weights: Float64Array.from(weights),
  target: Float64Array.of(0.5, 0.3, 0.1),
  costs: { proportional: new Float64Array(3).fill(1e-3), legCost: 0, baseCost: 0 },
  barsPerYear: 365,
  covariance: () => [
    [0.001, 0, 0],
    [0, 0.001, 0],
    [0, 0, 0.001],
  ],
  metric: () => {
    throw new Error('a simple rule has no use for it')
  },
})
const decide = (
  rule: PolicySpec['rule'],
  values: readonly number[],
  weights: readonly number[],
  bar?: number,
) => {
  const wanted = policyOf({ rule, values })(view(weights, bar))
  return wanted && Array.from(wanted, (w) => Number(w.toFixed(10)))
}
const OFF = [0.53, 0.28, 0.105]
const TARGET = [0.5, 0.3, 0.1]

test.each([
  ['none', [], undefined],
  ['calendar', [1], TARGET],
  ['calendar', [2], undefined],
  ['absolute', [0.029], TARGET],
  ['absolute', [0.031], undefined],
  ['relative', [0.06], TARGET],
  ['relative', [0.07], undefined],
  ['destination', [0.029, 0.5], [0.5145, 0.2855, 0.105]],
  ['destination', [0.031, 0.5], undefined],
  ['relativeDestination', [0.06, 0.5], [0.515, 0.291, 0.103]],
  ['edge', [0.025], [0.525, 0.28, 0.105]],
  ['edge', [0.03 + 1e-9], undefined],
  ['tracking', [0.0219, 0.98], TARGET],
  ['tracking', [0.0221, 0.98], undefined],
  ['drip', [0.5, 1], [0.515, 0.29, 0.1025]],
] as const)('%s %j decides as it says', (rule, values, expected) => {
  expect(decide(rule, values, OFF)).toEqual(expected)
})

test('ggms keeps the band of small costs, at twice the one-way cost', () => {
  const { halfWidth } = weightBand({ riskAversion: 3, target: 0.5, cost: 2e-3 })
  expect(decide('ggms', [3], [0.5 + 2 * halfWidth, 0.3, 0.1])?.[0]).toBeCloseTo(0.5 + halfWidth, 9)
})

test.each([
  [{ rule: 'sometimes', values: [] }, 'rule'],
  [{ rule: 'edge', values: [] }, 'values'],
  [{ rule: 'edge', values: [NaN] }, 'values[0]'],
  [{ rule: 'gate', values: [1, -0.9] }, 'values[1]'],
])('%j is refused', (spec, field) => {
  // What comes from a file may name no rule.
  expect(() => policyOf(spec as PolicySpec)).toThrowError(RuleError)
  expect(() => policyOf(spec as PolicySpec)).toThrowError(field)
})

const measures = (costBps: number): Measures => ({
  trackingError: 0,
  costBps,
  proportionalCostBps: costBps,
  fixedCostBps: 0,
  turnover: 0,
  legs: 0,
  activeBars: 0,
  maxDeviation: 0,
})

describe('tuning', () => {
  test('prefers a broad low to a lower spike, and does not smooth across the ends of an axis', () => {
    const grid = gridOf('gate')
    const measured = grid.map((policy, k) => {
      const cost = k === 30 ? 1 : k === 10 ? 4 : k === 9 || k === 11 ? 5 : k === 19 || k === 20 ? 8 : 100
      return { policy, measures: measures(cost) }
    })
    expect(tuneRule('gate', measured, 5).policy).toEqual(grid[10])
  })

  test('a grid holds every pair once', () => {
    const grid = gridOf('gate')
    expect(new Set(grid.map(({ values }) => values.join())).size).toBe(60)
    expect(gridOf('none')).toEqual([{ rule: 'none', values: [] }])
  })
})

test('cost at a tracking error is read between points that nothing beats', () => {
  const points = [
    { trackingError: 0.01, costBps: 20 },
    { trackingError: 0.02, costBps: 30 },
    { trackingError: 0.03, costBps: 10 },
  ]
  expect(costAtTracking(points, 0.02)).toBeCloseTo(15, 12)
  expect(costAtTracking(points, 0.01)).toBe(20)
  expect(costAtTracking(points, 0.031)).toBeNull()
  expect(costAtTracking(points, 0.009)).toBeNull()
})

test('the engine and the best other are read at one tracking error, where the grid of a rule has it', () => {
  const point = (rule: PolicySpec['rule'], trackingError: number, costBps: number): Measured => ({
    policy: { rule, values: [] },
    measures: { ...measures(costBps), trackingError },
  })
  const policies = [
    point('gate', 0.01, 20),
    point('gate', 0.03, 10),
    point('absolute', 0.01, 40),
    point('absolute', 0.03, 30),
    point('relative', 0.01, 30),
    point('relative', 0.03, 28),
    // Outside its range, however cheap.
    point('edge', 0.025, 1),
  ]
  expect(matchedCost(policies, 0.02)).toEqual({
    trackingError: 0.02,
    ours: expect.closeTo(15, 9),
    best: { rule: 'relative', costBps: expect.closeTo(29, 9) },
  })
  expect(matchedCost(policies, 0.04)).toEqual({ trackingError: 0.04, ours: null, best: null })
})

test('a block bootstrap draws blocks around a circle, and quotes the share it says', () => {
  const drawn: number[][] = []
  const first = blockBootstrap(
    100,
    (positions) => {
      drawn.push([...positions])
      return positions[0]!
    },
    { block: 30, samples: 4_000, share: 0.5 },
  )
  expect(drawn[0]).toEqual(Array.from({ length: 100 }, (_, k) => k))
  for (const positions of drawn) {
    for (const start of [0, 30, 60, 90]) {
      const block = positions.slice(start, start + 30)
      expect(block).toEqual(block.map((_, k) => (block[0]! + k) % 100))
    }
  }
  expect(first.value).toBe(0)
  // Every position is as likely as any other to be the first.
  expect([Math.abs(first.low - 25) < 3, Math.abs(first.high - 75) < 3]).toEqual([true, true])
})

test('a block bootstrap covers the mean about as often as it says, and repeats itself', () => {
  const random = new Random(17)
  let covered = 0
  for (let trial = 0; trial < 100; trial++) {
    const sample = Array.from({ length: 200 }, () => random.normal())
    const mean = (positions: Uint32Array) => positions.reduce((sum, t) => sum + sample[t]!, 0) / 200
    const interval = blockBootstrap(200, mean, { block: 5, samples: 200, seed: trial })
    expect(blockBootstrap(200, mean, { block: 5, samples: 200, seed: trial })).toEqual(interval)
    if (interval.low <= 0 && 0 <= interval.high) covered++
  }
  expect(covered).toBeGreaterThanOrEqual(85)
  expect(covered).toBeLessThan(100)
})
