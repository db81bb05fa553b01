import { describe, expect, test } from 'vitest'
import { type GateProblem, gate } from '#strategy/decision/gate.js'
import { deviationRisk, proportionalCost, proximalStep } from '#strategy/decision/proximal-step.js'
import { randomProblem } from './problem.js'

const SEEDS = Array.from({ length: 60 }, (_, k) => k + 1)

/** What a step gains after all its costs. */
const net = (problem: GateProblem, x: Float64Array, legs: number) =>
  deviationRisk(problem, problem.weights) -
  deviationRisk(problem, x) -
  proportionalCost(problem, x) -
  (legs === 0 ? 0 : problem.baseCost + problem.legCost * legs)

describe('the gate', () => {
  test('of one asset opens where κσ²/2·(b − a)² passes the fixed cost', () => {
    const at = (weight: number) =>
      gate({
        weights: [weight],
        target: [0.5],
        covariance: [[0.0025]],
        riskAversion: 20,
        costs: [1e-3],
        legCost: 1e-5,
        baseCost: 2e-5,
      })
    const trigger = 0.5 + 1e-3 / 0.05 + Math.sqrt((2 * 3e-5) / 0.05)
    expect(at(trigger + 1e-6).execute).toBe(true)
    expect(at(trigger - 1e-6).execute).toBe(false)
  })

  test.each(SEEDS)('says what the step removes and costs, and decides by it (seed %i)', (seed) => {
    const problem = randomProblem(16, seed)
    const decision = gate(problem)
    const { weights: x, legs, riskRemoved, proportionalCost: proportional, fixedCost } = decision
    expect(legs).toEqual([...x.keys()].filter((i) => x[i] !== problem.weights[i]))
    expect(riskRemoved - proportional - fixedCost).toBeCloseTo(net(problem, x, legs.length), 12)
    expect(decision.execute).toBe(riskRemoved > proportional + fixedCost)
    for (const { asset, gain } of decision.dropped) {
      expect(x[asset]).toBe(problem.weights[asset])
      expect(gain).toBeLessThan(problem.legCost)
    }
  })

  test.each(SEEDS)('does nothing more after its own step (seed %i)', (seed) => {
    const problem = randomProblem(16, seed)
    const { weights } = gate(problem)
    expect(gate({ ...problem, weights }).execute).toBe(false)
  })

  test('drops legs that do not pay their fixed cost until each that is left does, and gains by it', () => {
    const counts = { dropped: 0, kept: 0, gained: 0 }
    for (const seed of SEEDS) {
      const problem = randomProblem(16, seed)
      const { weights, legs, dropped } = gate(problem)
      const whole = proximalStep(problem)
      const all = [...whole.keys()].filter((i) => whole[i] !== problem.weights[i]).length
      const gained = net(problem, weights, legs.length) - net(problem, whole, all)
      counts.dropped += dropped.length
      counts.kept += legs.length
      counts.gained += gained
      // What is left is worth its cost: without the leg of least worth, more would be lost than it costs.
      const risk = (x: Float64Array) => deviationRisk(problem, x) + proportionalCost(problem, x)
      const without = (leg: number) => weights.map((w, i) => (i === leg ? problem.weights[i]! : w))
      const [least] = [...legs].sort((a, b) => risk(without(a)) - risk(without(b)))
      if (least === undefined) continue
      const gone = new Set([least, ...dropped.map(({ asset }) => asset)])
      const free = Array.from(weights, (_, i) => !gone.has(i))
      expect(risk(proximalStep(problem, free)) - risk(weights)).toBeGreaterThanOrEqual(
        problem.legCost - 1e-12,
      )
    }
    expect(Math.min(counts.dropped, counts.kept)).toBeGreaterThan(50)
    expect(counts.gained).toBeGreaterThan(0)
  })

  test('drops legs nearly as well as trying every subset does', () => {
    const gaps = SEEDS.map((seed) => {
      const problem = randomProblem(6, seed, 6e-5)
      const decision = gate(problem)
      const found = net(problem, decision.weights, decision.legs.length)
      let best = 0
      for (let subset = 1; subset < 64; subset++) {
        const free = Array.from({ length: 6 }, (_, i) => (subset & (1 << i)) > 0)
        const x = proximalStep(problem, free)
        const legs = [...x.keys()].filter((i) => x[i] !== problem.weights[i]).length
        best = Math.max(best, net(problem, x, legs))
      }
      return { found: Math.max(0, found), best }
    })
    const sum = (key: 'found' | 'best') => gaps.reduce((total, gap) => total + gap[key], 0)
    expect(sum('best')).toBeGreaterThan(0)
    expect(sum('found')).toBeGreaterThan(0.97 * sum('best'))
  })

  test('keeps a leg that bounds force, however small', () => {
    const problem = randomProblem(3, 1, 1)
    const weights = Array.from(problem.target)
    weights[0]! += 1e-3
    const bounds = { lower: [0, 0, 0], upper: [problem.target[0]!, 1, 1] }
    expect(gate({ ...problem, weights, bounds }).legs).toEqual([0])
  })

  test.each([
    [{ weights: [Infinity] }, 'weights[0]'],
    [{ target: [] }, 'target'],
    [{ covariance: [] }, 'covariance'],
    [{ covariance: [[-1]] }, 'covariance[0][0]'],
    [{ covariance: [[NaN]] }, 'covariance[0][0]'],
    [{ costs: [NaN] }, 'costs[0]'],
    [{ costs: [-1e-3] }, 'costs[0]'],
    [{ bounds: { lower: [1], upper: [0] } }, 'bounds.lower[0]'],
  ])('%j is refused', (wrong, field) => {
    const one = { weights: [1], target: [1], covariance: [[1]], riskAversion: 1, costs: [0] }
    const problem = { ...one, legCost: 0, baseCost: 0, ...wrong }
    expect(() => gate(problem)).toThrow(expect.objectContaining({ code: 'STRATEGY_DECISION_INPUT', field }))
  })

  test.each(['legCost', 'baseCost', 'riskAversion'])('a negative or infinite %s is refused', (field) => {
    for (const wrong of [-1, Infinity, NaN]) {
      expect(() => gate({ ...randomProblem(2, 1), [field]: wrong })).toThrowError(field)
    }
  })
})
