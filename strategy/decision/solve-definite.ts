/**
 * Solves A·x = b for a symmetric positive definite A, whose lower half is given by rows, by Cholesky factors. A is overwritten
 * and b becomes x; false where A is not definite. For tens of unknowns in a hot loop.
 */
export function solveDefinite(a: readonly Float64Array[], b: Float64Array): boolean {
  const size = b.length
  for (let i = 0; i < size; i++) {
    const row = a[i]!
    for (let j = 0; j <= i; j++) {
      const other = a[j]!
      let sum = row[j]!
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!
      if (j < i) row[j] = sum / other[j]!
      else if (sum > 0) row[i] = Math.sqrt(sum)
      else return false
    }
    let sum = b[i]!
    for (let k = 0; k < i; k++) sum -= row[k]! * b[k]!
    b[i] = sum / row[i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = b[i]!
    for (let k = i + 1; k < size; k++) sum -= a[k]![i]! * b[k]!
    b[i] = sum / a[i]![i]!
  }
  return true
}
