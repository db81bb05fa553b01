import { BaseError } from '#portfolio/base-error.js'
import type { OptionInput } from './black-scholes.js'
import { checkFinite, checkPositive } from './check-number.js'
import { logMoneyness, type TimeValue, timeValue } from './time-value.js'

/** Undiscounted `price` in quote per coin, as `black76` gives it; of a coin price, that times the forward. */
export type ImpliedVolInput = Omit<OptionInput, 'vol'> & { readonly price: number }

/** More than the longest search needs: Newton takes at most about ten steps, halving alone about 60. */
const STEPS_MAX = 200

/**
 * The volatility per √year at which {@link black76} gives `price`.
 *
 * The time value over the smaller of forward and strike, c, rises with the deviation s = σ√T, and bends at s* = √(2|ln(F/K)|).
 * Below c(s*) the root is sought of 1/√(−ln c), above it of −ln(1 − c): both are close to straight in s at their far end, so
 * that Newton's steps settle within a few however small the price is (the idea of Jäckel 2015). A step that leaves the bracket is
 * replaced by halving it.
 *
 * An option in the money has only the digits its price holds above the intrinsic value; a price at the intrinsic value has
 * volatility 0, the least that gives it.
 *
 * @throws {@link OptionInputError} for forward, strike or years not above 0; {@link ImpliedVolError} for a price below the
 * intrinsic value, or not below the forward (call) or strike (put): no volatility gives it.
 */
export function impliedVol({ type, forward, strike, years, price }: ImpliedVolInput): number {
  checkPositive({ forward, strike, years })
  checkFinite({ price })
  const intrinsic = Math.max(type === 'call' ? forward - strike : strike - forward, 0)
  if (price < intrinsic) throw new ImpliedVolError('at least the intrinsic value')
  if (price >= (type === 'call' ? forward : strike)) {
    throw new ImpliedVolError(`below the ${type === 'call' ? 'forward' : 'strike'}`)
  }
  const target = (price - intrinsic) / Math.min(forward, strike)
  if (target === 0) return 0
  return deviationOf(target, logMoneyness(forward, strike)) / Math.sqrt(years)
}

/** The s with c(s) = `target`, 0 < target < 1. */
function deviationOf(target: number, moneyness: number): number {
  const bend = Math.sqrt(2 * Math.abs(moneyness))
  const scale = target < timeValue(moneyness, bend).value ? LOW : HIGH
  const goal = scale.of({ value: target, rest: 1 - target, slope: 0 })
  let [low, high] = scale === LOW ? [0, bend] : [bend, Number.POSITIVE_INFINITY]
  let s = bend > 0 ? bend : target * Math.sqrt(2 * Math.PI)
  for (let step = 0; step < STEPS_MAX; step++) {
    const at = timeValue(moneyness, s)
    const miss = scale.of(at) - goal
    if (miss === 0) return s
    if (miss < 0) low = s
    else high = s
    const newton = s - miss / scale.slopeOf(at)
    const next = newton > low && newton < high ? newton : halfway(low, high)
    if (Math.abs(next - s) <= 2 ** -52 * s) return next
    s = next
  }
  return s
}

const halfway = (low: number, high: number): number =>
  high === Number.POSITIVE_INFINITY ? 2 * low + 1 : (low + high) / 2

type Scale = { readonly of: (c: TimeValue) => number; readonly slopeOf: (c: TimeValue) => number }

const LOW: Scale = {
  of: ({ value }) => (-Math.log(value)) ** -0.5,
  slopeOf: ({ value, slope }) => (0.5 * slope * (-Math.log(value)) ** -1.5) / value,
}
const HIGH: Scale = {
  of: ({ value, rest }) => (value < 0.5 ? -Math.log1p(-value) : -Math.log(rest)),
  slopeOf: ({ rest, slope }) => slope / rest,
}

export class ImpliedVolError extends BaseError {
  constructor(expected: string) {
    super(`price of an option must be ${expected} to have an implied volatility.`, {
      code: 'STRATEGY_IMPLIED_VOL',
      field: 'price',
    })
  }
}
