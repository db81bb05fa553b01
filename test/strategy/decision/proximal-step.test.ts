import { describe, expect, test } from 'vitest'
import {
  deviationRisk,
  type ProximalProblem,
  proportionalCost,
  proximalStep,
} from '#strategy/decision/proximal-step.js'
import { Random } from '#strategy/random.js'
import { randomProblem } from './problem.js'

const SEEDS = Array.from({ length: 40 }, (_, k) => k + 1)

describe('the proximal step', () => {
  test('of one asset goes to the edge of the band target ± c/(κσ²), and no further', () => {
    const step = (weight: number) =>
      proximalStep({
        weights: [weight],
        target: [0.5],
        covariance: [[0.0025]],
        riskAversion: 20,
        costs: [1e-3],
      })
    const half = 1e-3 / (20 * 0.0025)
    expect(step(0.6)[0]).toBeCloseTo(0.5 + half, 12)
    expect(step(0.4)[0]).toBeCloseTo(0.5 - half, 12)
    expect(step(0.5 + half * 0.99)[0]).toBe(0.5 + half * 0.99)
  })

  test.each(SEEDS)('meets the conditions of a minimum (seed %i)', (seed) => {
    const problem = randomProblem(16, seed)
    const { weights, target, covariance, riskAversion, costs } = problem
    const x = proximalStep(problem)
    for (let i = 0; i < 16; i++) {
      let slope = 0
      for (let j = 0; j < 16; j++) slope += riskAversion * covariance[i]![j]! * (x[j]! - target[j]!)
      const trade = x[i]! - weights[i]!
      if (trade === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(costs[i]! + 1e-9)
      else expect(slope + costs[i]! * Math.sign(trade)).toBeCloseTo(0, 9)
    }
  })

  test('within bounds no point nearby is better', () => {
    const problem: ProximalProblem = {
      ...randomProblem(6, 9),
      bounds: { lower: Array<number>(6).fill(0.13), upper: Array<number>(6).fill(0.152) },
    }
    const objective = (x: ArrayLike<number>) => deviationRisk(problem, x) + proportionalCost(problem, x)
    const x = proximalStep(problem)
    const random = new Random(4)
    for (let k = 0; k < 500; k++) {
      const near = x.map((v) => Math.min(0.152, Math.max(0.13, v + 1e-3 * random.normal())))
      expect(objective(near)).toBeGreaterThanOrEqual(objective(x) - 1e-14)
    }
  })

  test('without costs goes to the target, and with costs above all benefit nowhere', () => {
    const problem = randomProblem(16, 3)
    const free = proximalStep({ ...problem, costs: Array<number>(16).fill(0) })
    free.forEach((w, i) => {
      expect(w).toBeCloseTo(problem.target[i]!, 8)
    })
    const dear = proximalStep({ ...problem, costs: Array<number>(16).fill(1) })
    expect([...dear]).toEqual(problem.weights)
  })
})
