import type { Covariance } from './forecast/covariance.js'

/** x'Mx of a symmetric M, from its lower half. */
export function quadratic(x: ArrayLike<number>, matrix: Covariance): number {
  let total = 0
  for (let i = 0; i < x.length; i++) {
    const row = matrix[i]!
    if (x[i] === 0) continue
    let twice = row[i]! * x[i]!
    for (let j = 0; j < i; j++) twice += 2 * row[j]! * x[j]!
    total += x[i]! * twice
  }
  return total
}
