import { checkFinite, checkNotNegative, checkPositive } from './check-number.js'
import { normalCdf } from './normal-distribution.js'
import { OptionInputError } from './option-input-error.js'
import { logMoneyness, timeValue } from './time-value.js'

/** A European option seen from `forward`: amounts in quote per coin, volatility per √year, time in years. */
export type OptionInput = {
  readonly type: 'call' | 'put'
  readonly forward: number
  readonly strike: number
  readonly vol: number
  readonly years: number
}

/** A European option seen from `spot`, with continuous rates per year: `rate` on the quote, `coinRate` on the coin. */
export type SpotOptionInput = Omit<OptionInput, 'forward'> & {
  readonly spot: number
  readonly rate: number
  readonly coinRate: number
}

/**
 * Value and slopes per coin, in quote. "Price" below is the spot for {@link blackScholes}, the forward for {@link black76}.
 *
 * - `delta`, `gamma`: first and second slope by that price (coins; coins per quote).
 * - `vega`, `volga`: first and second slope by a volatility of 1 (a hundredth of vega is one volatility point).
 * - `theta`: change per year that passes, all else still (a 365th is one day).
 * - `rho`: slope by a rate of 1 on the quote, that price still.
 * - `vanna`: slope of delta by a volatility of 1; `charm`: change of delta per year that passes.
 */
export type OptionValue = {
  readonly price: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
  readonly rho: number
  readonly vanna: number
  readonly volga: number
  readonly charm: number
}

/**
 * Black's 1976 formula on a forward with zero rate: linear, settled in quote, undiscounted.
 *
 * At expiry or without volatility it is worth its intrinsic value, its delta is 0 or ±1 and its other slopes are 0.
 *
 * @throws {@link OptionInputError}
 */
export function black76({ type, forward, strike, vol, years }: OptionInput): OptionValue {
  checkPositive({ forward })
  return valueOption({ type, spot: forward, strike, vol, years, rate: 0, coinRate: 0 }, 'forward')
}

/**
 * Black & Scholes 1973 with a rate on either side (Merton 1973, Garman & Kohlhagen 1983): the forward is
 * spot · e^((rate − coinRate)·years), the value discounted by e^(−rate·years). With `coinRate` = `rate` and the forward as
 * `spot` it is Black's 1976 formula, discounted. Slopes as in Haug (2007), chapter 2.
 *
 * The price is the discounted intrinsic value of the forward and the time value of `time-value.ts`, so put–call parity holds
 * to rounding, no price is below 0, and prices far out of the money keep their digits.
 *
 * @throws {@link OptionInputError}
 */
export function blackScholes(input: SpotOptionInput): OptionValue {
  const { spot, rate, coinRate } = input
  checkPositive({ spot })
  checkFinite({ rate, coinRate })
  return valueOption(input, 'spot')
}

/** `still` names the price that a change of the rate leaves where it is; the forward's rate only discounts. */
function valueOption(input: SpotOptionInput, still: 'spot' | 'forward'): OptionValue {
  const { type, spot, strike, vol, years, rate, coinRate } = input
  checkPositive({ strike })
  checkNotNegative({ vol, years })
  const discount = Math.exp(-rate * years)
  const coinDiscount = Math.exp(-coinRate * years)
  const forward = (spot * coinDiscount) / discount
  if (!(forward > 0 && Number.isFinite(forward)))
    throw new OptionInputError('rate', 'one that leaves a finite forward')

  const side = type === 'call' ? 1 : -1
  const rootYears = Math.sqrt(years)
  const deviation = vol * rootYears
  checkFinite({ 'vol · √years': deviation })
  const intrinsic = Math.max(side * (forward - strike), 0)
  const smaller = Math.min(forward, strike)
  const moneyness = logMoneyness(forward, strike)
  const { value, slope } = timeValue(moneyness, deviation)
  const price = discount * (intrinsic + smaller * value)

  const d1 = moneyness / deviation + deviation / 2
  const d2 = d1 - deviation
  const certain = deviation === 0
  const inTheMoney = intrinsic > 0 ? 1 : 0
  const coins = side * coinDiscount * (certain ? inTheMoney : normalCdf(side * d1))
  const paid = side * discount * strike * (certain ? inTheMoney : normalCdf(side * d2))
  // F·φ(d1) and K·φ(d2) are the same number.
  const bend = certain ? 0 : discount * smaller * slope
  const carried = coinRate * coins
  // Where the density has vanished so have these slopes, however large d1 and d2 are.
  const times = (factor: () => number) => (bend > 0 ? bend * factor() : 0)
  const vega = bend * rootYears
  return {
    price,
    delta: coins,
    gamma: times(() => 1 / (deviation * spot * spot)),
    vega,
    theta: carried * spot - rate * paid - times(() => vol / (2 * rootYears)),
    rho: still === 'spot' ? years * paid : -years * price,
    vanna: times(() => -d2 / (vol * spot)),
    volga: times(() => (rootYears * d1 * d2) / vol),
    charm: carried - times(() => ((rate - coinRate) / deviation - d2 / (2 * years)) / spot),
  }
}
