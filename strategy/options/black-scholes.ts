import { BaseError } from '#portfolio/base-error.js'

/** A European option seen from `forward`: amounts in quote per coin, volatility per √year, time in years. */
export type OptionInput = {
  readonly type: 'call' | 'put'
  readonly forward: number
  readonly strike: number
  readonly vol: number
  readonly years: number
}

/**
 * Quote per coin. `delta` and `gamma` are slopes with respect to the forward, `vega` with respect to a volatility of 1
 * (divide by 100 for one volatility point).
 */
export type OptionValue = {
  readonly price: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
}

const SQRT_2PI = Math.sqrt(2 * Math.PI)

/** The standard normal density. */
export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / SQRT_2PI

/**
 * The standard normal distribution function to about 1e-15 absolute: the series φ(x)·(x + x³/3 + x⁵/15 + …) around 0,
 * the continued fraction of the Mills ratio 1/(x + 1/(x + 2/(x + 3/…))) in the tails (Abramowitz & Stegun 26.2.11, .14).
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x)
  if (z > 38) return x > 0 ? 1 : 0
  if (z < 3) {
    let term = x
    let total = x
    for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(total); n += 2) {
      term *= (x * x) / n
      total += term
    }
    return 0.5 + total * normalDensity(x)
  }
  let fraction = z
  for (let n = 80; n >= 1; n--) fraction = z + n / fraction
  const tail = normalDensity(z) / fraction
  return x > 0 ? 1 - tail : tail
}

/**
 * Black's 1976 formula on a forward with zero rate: linear, settled in quote, undiscounted.
 *
 * At expiry or without volatility it is worth its intrinsic value, its delta is 0 or ±1 and its other slopes are 0.
 *
 * @throws {@link OptionInputError}
 */
export function black76({ type, forward, strike, vol, years }: OptionInput): OptionValue {
  for (const [name, x] of Object.entries({ forward, strike })) {
    if (!(x > 0 && Number.isFinite(x))) throw new OptionInputError(name, 'a finite number above 0')
  }
  for (const [name, x] of Object.entries({ vol, years })) {
    if (!(x >= 0 && Number.isFinite(x))) throw new OptionInputError(name, 'a finite number, 0 or above')
  }
  const side = type === 'call' ? 1 : -1
  const deviation = vol * Math.sqrt(years)
  if (deviation === 0) {
    const intrinsic = side * (forward - strike)
    return { price: Math.max(intrinsic, 0), delta: intrinsic > 0 ? side : 0, gamma: 0, vega: 0 }
  }
  const d1 = Math.log(forward / strike) / deviation + deviation / 2
  const d2 = d1 - deviation
  const density = normalDensity(d1)
  const price = side * (forward * normalCdf(side * d1) - strike * normalCdf(side * d2))
  return {
    price: Math.max(price, 0),
    delta: side * normalCdf(side * d1),
    gamma: density / (forward * deviation),
    vega: forward * density * Math.sqrt(years),
  }
}

export class OptionInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of an option must be ${expected}.`, { code: 'STRATEGY_OPTION_INPUT', field })
  }
}
