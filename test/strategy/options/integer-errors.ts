import { black76, type OptionInput } from '#strategy/options/black-scholes.js'
import { integerBlack76 } from '#strategy/options/integer-black76.js'

const SECONDS = 31_536_000
const e8 = (x: number) => BigInt(Math.round(x * 1e8))

/**
 * How far the integer formula is from the floating-point one on its own rounded inputs: of price and vega as fractions of
 * the forward, of delta. Both see prices in whole 1e-8, so that no division blurs how close forward and strike are.
 */
export function integerErrors({ type, forward, strike, vol, years }: OptionInput) {
  const [forwardE8, strikeE8, volE8] = [e8(forward), e8(strike), e8(vol)] as const
  const seconds = BigInt(Math.round(years * SECONDS))
  const exact = black76({
    type,
    forward: Number(forwardE8),
    strike: Number(strikeE8),
    vol: Number(volE8) / 1e8,
    years: Number(seconds) / SECONDS,
  })
  const value = integerBlack76({ type, forwardE8, strikeE8, volE8, seconds })
  const error = (x: bigint, reference: number) => Math.abs(Number(x) / 2 ** 96 - reference)
  return {
    price: error(value.price, exact.price) / Number(forwardE8),
    vega: error(value.vegaCash, exact.vega) / Number(forwardE8),
    delta: error(value.delta, exact.delta),
  }
}
