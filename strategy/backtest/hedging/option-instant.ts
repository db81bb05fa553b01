import { black76 } from '../../options/black-scholes.js'
import type { HedgeInstant } from './hedge-path.js'

/**
 * `price` of the underlying and `strike` in one currency; `vol` per √year, `years` to expiry, `rate` per year on cash (0
 * where `price` is that of a future). `position` is the number of options, negative where sold, each on one unit.
 */
export type OptionInstantInput = {
  readonly step: number
  readonly position: number
  readonly type: 'call' | 'put'
  readonly price: number
  readonly strike: number
  readonly vol: number
  readonly years: number
  readonly rate?: number
}

/** A European option at one moment, by the formula of Black and Scholes: slopes with respect to `price`. */
export function optionInstant(input: OptionInstantInput): HedgeInstant {
  const { step, position, type, price, strike, vol, years, rate = 0 } = input
  const growth = Math.exp(rate * years)
  const at = (v: number) => black76({ type, forward: price * growth, strike, vol: v, years })
  const value = at(vol)
  return {
    step,
    price,
    value: (position * value.price) / growth,
    delta: position * value.delta,
    gamma: position * value.gamma * growth,
    vol,
    years,
    deltaAt: (v) => position * at(v).delta,
  }
}
