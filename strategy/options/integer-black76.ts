import { divide, exponential, fixed, logarithm, multiply, ONE, SQRT_2PI, squareRoot } from './fixed-point.js'
import { OptionInputError } from './option-input-error.js'

/** A European option. Forward and strike in 1e-8 quote per coin, volatility in 1e-8 per √year, time in seconds. */
export type IntegerOptionInput = {
  readonly type: 'call' | 'put'
  readonly forwardE8: bigint
  readonly strikeE8: bigint
  readonly volE8: bigint
  readonly seconds: bigint
}

/**
 * Per coin, in fixed point (`fixed-point.ts`): price in 1e-8 quote, delta ∂V/∂F as a fraction, `gammaCash` = Γ·F² and
 * `vegaCash` = ∂V/∂σ for a volatility of 1, both in 1e-8 quote.
 */
export type IntegerOptionValue = {
  readonly price: bigint
  readonly delta: bigint
  readonly gammaCash: bigint
  readonly vegaCash: bigint
}

/** Seconds in a year of 365 days, the convention crypto options are quoted in. */
const YEAR_SECONDS = 31_536_000n

const E8 = 100_000_000n
/** Beyond 8 deviations the normal distribution is 0 or 1 to 6.3e-16. */
const TAIL = 8n * ONE

/**
 * Black's 1976 formula on a forward with zero rate: linear, settled in quote, undiscounted, in integers alone. What
 * enters a market vector is computed here, so that anyone recomputes the same digest.
 *
 * Its error is that of Φ, at most 2e-15: 2e-15 in delta, and (forward + strike)·2e-15 in price, which is below 2e-9 of the
 * forward for every strike up to 900,000 forwards. At expiry or without volatility it is worth its intrinsic value, its
 * delta is 0 or ±1 and its other slopes are 0.
 *
 * @throws {@link OptionInputError}
 */
export function integerBlack76(input: IntegerOptionInput): IntegerOptionValue {
  const { type, forwardE8, strikeE8, volE8, seconds } = input
  for (const field of ['forwardE8', 'strikeE8'] as const) {
    if (input[field] <= 0n) throw new OptionInputError(field, 'a whole number above 0')
  }
  for (const field of ['volE8', 'seconds'] as const) {
    if (input[field] < 0n) throw new OptionInputError(field, 'a whole number, 0 or above')
  }
  const side = type === 'call' ? 1n : -1n
  const [forward, strike] = [forwardE8 * ONE, strikeE8 * ONE]
  const rootYears = squareRoot(fixed(seconds, YEAR_SECONDS))
  const deviation = (volE8 * rootYears) / E8
  if (deviation === 0n) {
    const intrinsic = side * (forward - strike)
    const inTheMoney = intrinsic > 0n
    return {
      price: inTheMoney ? intrinsic : 0n,
      delta: inTheMoney ? side * ONE : 0n,
      gammaCash: 0n,
      vegaCash: 0n,
    }
  }
  const moneyness = logarithm(forward) - logarithm(strike)
  const d1 = divide(moneyness, deviation) + deviation / 2n
  const [inDelta, exercised] = [normalDistribution(side * d1), normalDistribution(side * (d1 - deviation))]
  const price = side * (multiply(forward, inDelta) - multiply(strike, exercised))
  const density = multiply(forward, normalDensity(d1))
  return {
    price: price > 0n ? price : 0n,
    delta: side * inDelta,
    gammaCash: divide(density, deviation),
    vegaCash: multiply(density, rootYears),
  }
}

/** φ(x) = e^(−x²/2) / √(2π). */
const normalDensity = (x: bigint): bigint => divide(exponential(-multiply(x, x) / 2n), SQRT_2PI)

/**
 * Φ(x) by pieces: 0 and 1 beyond 8 deviations, within them ½ + φ(x)·(x + x³/3 + x⁵/15 + …), whose terms are all of one
 * sign (Abramowitz & Stegun 26.2.11).
 *
 * Within 2e-15 of Φ everywhere. Beyond the cut the error is the tail, at most Φ(−8) = 6.3e-16. Within, the series is a sum of
 * up to ½/φ(8) = 1e14 times a density in whole 2^-96 = 1.3e-29: exponential and quotient each lose less than one of these,
 * 1.4 together, at most 1.8e-15; what the terms of the series lose is 1e-10 of that.
 */
export function normalDistribution(x: bigint): bigint {
  if (x >= TAIL) return ONE
  if (x <= -TAIL) return 0n
  const square = multiply(x, x)
  let term = x
  let total = x
  for (let n = 3n; term !== 0n; n += 2n) {
    term = multiply(term, square) / n
    total += term
  }
  return ONE / 2n + multiply(total, normalDensity(x))
}
