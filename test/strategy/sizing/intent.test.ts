import { Matrix, solve } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { Random } from '#strategy/random.js'
import { aimPortfolio, type TradingTradeoff, tradingRate } from '#strategy/sizing/aim-portfolio.js'
import { type Intent, type IntentProgress, stepIntent } from '#strategy/sizing/intent.js'

const refused = (call: () => unknown, field: string) =>
  expect(call).toThrowError(expect.objectContaining({ code: 'STRATEGY_SIZING_INPUT', field }))

/**
 * The first step from `start` of the plan that is best over 400 steps, found as the zero of the slope of
 * Σ_t (1−ρ)^t · ((1−ρ)·γ/2·(x_t − w_t)² + λ/2·(x_t − x_{t−1})²).
 */
function bestFirstStep(
  { riskAversion, costAversion, discount = 0 }: TradingTradeoff,
  target: (t: number) => number,
  start: number,
): number {
  const steps = 400
  const kept = 1 - discount
  const slopes = Matrix.zeros(steps, steps)
  const right = Matrix.zeros(steps, 1)
  for (let t = 0; t < steps; t++) {
    const next = t + 1 < steps ? kept * costAversion : 0
    slopes.set(t, t, kept * riskAversion + costAversion + next)
    if (t > 0) slopes.set(t, t - 1, -costAversion)
    if (t + 1 < steps) slopes.set(t, t + 1, -next)
    right.set(t, 0, kept * riskAversion * target(t) + (t === 0 ? costAversion * start : 0))
  }
  return solve(slopes, right).get(0, 0)
}

describe('the rate and the aim of Gârleanu and Pedersen', () => {
  test.each([
    [2, 10, 0],
    [2, 10, 0.02],
    [5, 0.3, 0.1],
    [0.1, 1, 0.001],
  ])('are the first step of the best plan: γ %d, λ %d, ρ %d', (riskAversion, costAversion, discount) => {
    const tradeoff = { riskAversion, costAversion, discount }
    const parts = [
      { exposures: [0.3], decay: 0 },
      { exposures: [0.5], decay: 0.2 },
      { exposures: [-0.1], decay: 1 },
    ]
    const target = (t: number) => 0.3 + 0.5 * 0.8 ** t + (t === 0 ? -0.1 : 0)
    const rate = tradingRate(tradeoff)
    const [aim] = aimPortfolio(parts, tradeoff)
    for (const start of [0, 1]) {
      expect((1 - rate) * start + rate * aim!).toBeCloseTo(bestFirstStep(tradeoff, target, start), 9)
    }
  })

  test('free trading goes all the way to the target of now', () => {
    const free = { riskAversion: 3, costAversion: 0, discount: 0.01 }
    expect(tradingRate(free)).toBe(1)
    expect(aimPortfolio([{ exposures: [0.2, 0.4], decay: 0.5 }], free)).toEqual([0.2, 0.4])
  })

  test('dearer trading is slower, more risk aversion faster, and what lasts weighs more', () => {
    const rate = (riskAversion: number, costAversion: number) => tradingRate({ riskAversion, costAversion })
    expect(rate(1, 10)).toBeLessThan(rate(1, 5))
    expect(rate(2, 10)).toBeGreaterThan(rate(1, 10))
    const tradeoff = { riskAversion: 1, costAversion: 10 }
    const aim = (decay: number) => aimPortfolio([{ exposures: [1], decay }], tradeoff)[0]!
    expect(aim(0)).toBe(1)
    expect(aim(0.1)).toBeGreaterThan(aim(0.5))
  })
})

const intent: Intent = {
  parts: [{ exposures: [0.5, 0.3], decay: 0 }],
  limits: { lower: [0, 0], upper: [0.6, 0.6], grossMax: 0.9 },
  riskAversion: 1,
  costAversion: 100,
  costMax: 0.01,
  deadline: 10_000,
}
const progress: IntentProgress = {
  exposures: [0.1, 0.5],
  costs: [0.001, 0.002],
  spent: 0,
  now: 0,
  stepSeconds: 1_000,
}

describe('a step of an intent', () => {
  test('goes the share of the way that risk and cost ask for, with its numbers', () => {
    const step = stepIntent({ ...intent, deadline: 1e6 }, progress)
    const rate = tradingRate(intent)
    expect(step).toEqual({
      target: [expect.closeTo(0.1 + rate * 0.4, 12), expect.closeTo(0.5 - rate * 0.2, 12)],
      aim: [0.5, 0.3],
      share: rate,
      decidedBy: 'risk',
      riskRate: rate,
      deadlineRate: 1 / 1_001,
      stepsLeft: 1_001,
      aimShare: 1,
      cost: expect.closeTo(rate * (0.4 * 0.001 + 0.2 * 0.002), 12),
      costLeft: 0.01,
      distance: expect.closeTo((1 - rate) * 0.4, 12),
    })
  })

  test('is complete at the deadline, and never goes back on the way', () => {
    let { exposures, spent } = progress
    const shares: number[] = []
    for (let now = 0; now <= intent.deadline; now += 1_000) {
      const step = stepIntent(intent, { ...progress, exposures, spent, now })
      shares.push(step.share)
      expect(Math.abs(step.target[0]! - 0.5)).toBeLessThanOrEqual(Math.abs(exposures[0]! - 0.5))
      spent += step.cost
      exposures = step.target
    }
    expect(exposures).toEqual([0.5, 0.3])
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(stepIntent(intent, { ...progress, now: 20_000 }).decidedBy).toBe('deadline')
  })

  test('spends no more than the cap, deadline or not', () => {
    const step = stepIntent({ ...intent, costMax: 0.0005 }, { ...progress, spent: 0.0003, now: 10_000 })
    expect(step.decidedBy).toBe('costCap')
    expect(step.cost).toBeCloseTo(0.0002, 15)
    expect(step.share).toBeCloseTo(0.25, 12)
    expect(step.distance).toBeCloseTo(0.3, 12)
    const spent = stepIntent(intent, { ...progress, spent: 0.02 })
    expect([spent.share, spent.target]).toEqual([0, progress.exposures])
  })

  test('aims inside the limits, as far as the free aim allows', () => {
    // The passing part pulls the target down today; the aim discounts it and would end above the limit.
    const parts = [
      { exposures: [0.7, 0], decay: 0 },
      { exposures: [-0.2, 0], decay: 1 },
    ]
    const step = stepIntent({ ...intent, parts }, progress)
    expect(step.aim[0]).toBeCloseTo(0.6, 9)
    expect(step.aimShare).toBeGreaterThan(0)
    expect(step.aimShare).toBeLessThan(1)
  })

  test('of random intents keeps to its limits, its cap and its deadline', () => {
    const rng = new Random(17)
    for (let trial = 0; trial < 300; trial++) {
      const assets = 1 + rng.below(5)
      const list = (scale: number) => Array.from({ length: assets }, () => scale * (rng.uniform() - 0.3))
      const parts = [
        { exposures: list(0.5), decay: 0 },
        { exposures: list(0.2), decay: rng.uniform() },
      ]
      const wanted = parts[0]!.exposures.map((x, i) => x + parts[1]!.exposures[i]!)
      const limits = {
        lower: wanted.map((x) => x - 0.1 * rng.uniform()),
        upper: wanted.map((x) => x + 0.1 * rng.uniform()),
      }
      const random: Intent = {
        parts,
        limits,
        riskAversion: 0.1 + rng.uniform(),
        costAversion: 20 * rng.uniform(),
        costMax: 0.002 * rng.uniform(),
        deadline: 5_000,
      }
      const now = 1_000 * rng.below(7)
      const costs = list(0).map(() => 0.005 * rng.uniform())
      const exposures = list(1)
      const step = stepIntent(random, {
        exposures,
        costs,
        spent: 0.001 * rng.uniform(),
        now,
        stepSeconds: 1_000,
      })
      step.aim.forEach((x, i) => {
        expect(x).toBeGreaterThanOrEqual(limits.lower[i]! - 1e-12)
        expect(x).toBeLessThanOrEqual(limits.upper[i]! + 1e-12)
      })
      expect(step.cost).toBeLessThanOrEqual(step.costLeft * (1 + 1e-12))
      if (now >= 5_000 && step.decidedBy !== 'costCap') expect(step.target).toEqual(step.aim)
      if (step.decidedBy !== 'costCap') expect(step.share).toBe(Math.max(step.riskRate, step.deadlineRate))
    }
  })

  test.each<[string, Partial<Intent>, Partial<IntentProgress>]>([
    ['parts', { parts: [] }, {}],
    ['parts[1].exposures', { parts: [...intent.parts, { exposures: [1], decay: 0 }] }, {}],
    ['parts[0].decay', { parts: [{ exposures: [0.5, 0.3], decay: 1.1 }] }, {}],
    ['parts[0].exposures[1]', { parts: [{ exposures: [0.5, Number.NaN], decay: 0 }] }, {}],
    ['parts', { parts: [{ exposures: [0.5, 0.5], decay: 0 }] }, {}],
    ['limits.upper', { limits: { upper: [1] } }, {}],
    ['riskAversion', { riskAversion: 0 }, {}],
    ['costAversion', { costAversion: -1 }, {}],
    ['discount', { discount: 1 }, {}],
    ['costMax', { costMax: Number.POSITIVE_INFINITY }, {}],
    ['deadline', { deadline: Number.NaN }, {}],
    ['exposures', {}, { exposures: [1] }],
    ['costs[1]', {}, { costs: [0, -1] }],
    ['spent', {}, { spent: -1 }],
    ['now', {}, { now: Number.NaN }],
    ['stepSeconds', {}, { stepSeconds: 0 }],
  ])('with a bad %s is refused', (field, changed, other) => {
    refused(() => stepIntent({ ...intent, ...changed }, { ...progress, ...other }), field)
  })
})
