import { Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { deviationMetric } from '#strategy/decision/deviation-metric.js'
import { randomProblem } from './problem.js'

const matrix = (rows: readonly ArrayLike<number>[]) => new Matrix(rows.map((row) => Array.from(row)))

/** diag(w) − ww', whose inverse is χ²: the matrix by which common returns move weights. */
const drift = (weights: readonly number[]) =>
  new Matrix(weights.map((w, i) => weights.map((v, j) => (i === j ? w : 0) - w * v)))

describe('the metric of deviations', () => {
  const target = [0.4, 0.2, 0.15, 0.1]
  const { covariance } = randomProblem(4, 7)
  const metric = matrix(deviationMetric(covariance, target))

  test('is a third of the way: (P·M)³ is P·Σ, up to scale', () => {
    const step = drift(target).mmul(metric)
    const cubed = step.mmul(step).mmul(step)
    const whole = drift(target).mmul(matrix(covariance))
    const scale = cubed.get(0, 0) / whole.get(0, 0)
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) expect(cubed.get(i, j) / (scale * whole.get(i, j))).toBeCloseTo(1, 6)
    }
  })

  test('has the mean variance of the covariance, and is linear in it', () => {
    expect(metric.trace()).toBeCloseTo(matrix(covariance).trace(), 12)
    const double = deviationMetric(
      covariance.map((row) => Float64Array.from(row, (value) => 2 * value)),
      target,
    )
    expect(double[1]![2]! / metric.get(1, 2)).toBeCloseTo(2, 9)
  })

  test('of independent assets with much cash asks less of a larger weight, nearly as w^(2/3)', () => {
    const small = [0.008, 0.001]
    const rows = deviationMetric(
      [
        [0.002, 0],
        [0, 0.002],
      ],
      small,
    )
    expect(rows[1]![1]! / rows[0]![0]!).toBeCloseTo(8 ** (2 / 3), 1)
  })

  test('is nothing where nothing has moved', () => {
    const still = covariance.map(() => new Float64Array(4))
    expect(deviationMetric(still, target)).toEqual(still)
    const one = still.map((row, i) => row.map((_, j) => (i === 0 && j === 0 ? 0.001 : 0)))
    const rows = deviationMetric(one, target)
    expect(rows.every((row) => Array.from(row).every(Number.isFinite))).toBe(true)
    expect(rows.reduce((sum, row, i) => sum + row[i]!, 0)).toBeCloseTo(0.001, 12)
  })

  test('stays finite without cash', () => {
    const rows = deviationMetric(covariance, [0.25, 0.25, 0.25, 0.25])
    expect(rows.every((row) => Array.from(row).every(Number.isFinite))).toBe(true)
  })
})
