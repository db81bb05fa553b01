/**
 * Fixed-point arithmetic with 96 binary places: a value x stands for x / 2^96. Every function is a chain of integer
 * operations, so that whoever repeats it gets the same bits on any machine; results are truncated towards zero.
 */
export const PLACES = 96n
export const ONE = 1n << PLACES

/** ln 2 and √(2π), rounded to 96 places from their decimal expansions. */
const LN2 = fromDecimal('0.693147180559945309417232121458176568')
export const SQRT_2PI = fromDecimal('2.506628274631000502415765284811045253')

export const fixed = (numerator: bigint, denominator: bigint): bigint => (numerator * ONE) / denominator

/** A shift would round a negative product down for ever; division truncates. */
export const multiply = (a: bigint, b: bigint): bigint => {
  const product = a * b
  return product < 0n ? -(-product >> PLACES) : product >> PLACES
}

export const divide = (a: bigint, b: bigint): bigint => (a * ONE) / b

/** √x for x ≥ 0, rounded down: Newton's iteration on the integer root, from above. */
export function squareRoot(x: bigint): bigint {
  const square = x * ONE
  if (square === 0n) return 0n
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + square / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** e^x to about 2^-84 of itself or 2^-94, whichever is more: x = k·ln 2 + y with 0 ≤ y < ln 2, then the series of e^y. */
export function exponential(x: bigint): bigint {
  const quotient = x / LN2
  const k = x - quotient * LN2 < 0n ? quotient - 1n : quotient
  if (k < -PLACES) return 0n
  const y = x - k * LN2
  let term = ONE
  let total = ONE
  for (let n = 1n; term > 0n; n++) {
    term = multiply(term, y) / n
    total += term
  }
  return k < 0n ? total >> -k : total << k
}

/** ln x for x > 0 to about 2^-90: x = 2^k·m with 1 ≤ m < 2, then ln m = 2·artanh((m − 1) / (m + 1)) by its series. */
export function logarithm(x: bigint): bigint {
  const k = BigInt(x.toString(2).length - 1) - PLACES
  const m = k < 0n ? x << -k : x >> k
  const z = divide(m - ONE, m + ONE)
  const square = multiply(z, z)
  let power = z
  let total = 0n
  for (let n = 1n; power > 0n; n += 2n) {
    total += power / n
    power = multiply(power, square)
  }
  return k * LN2 + 2n * total
}

function fromDecimal(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.')
  return (BigInt(whole + decimals) << PLACES) / 10n ** BigInt(decimals.length)
}
