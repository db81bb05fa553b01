import type { OptionTerms } from '#portfolio/instrument.js'
import type { MarketSlot } from '#portfolio/market.js'
import { abs, BPS, BPS_MAX, checkPrice, checkSlope } from '#portfolio/units.js'
import { black76, OptionInputError } from './black-scholes.js'

/** Seconds in a year of 365 days, the convention crypto options are quoted in. */
export const YEAR_SECONDS = 31_536_000n

/**
 * What an option is priced from. Coin prices in 1e-8 quote; `iv` is the implied volatility as a fraction per √year; `now`
 * in seconds. `spotShocksBps` and `volShocksBps` hold one relative move per scenario, of the spot (and the forward with
 * it) and of the implied volatility. `minMarginBps` is the lowest margin rate on dollar delta.
 */
export type OptionMark = {
  readonly terms: OptionTerms
  readonly spotE8: bigint
  readonly forwardE8: bigint
  readonly iv: number
  readonly now: bigint
  readonly contractSizeE8: bigint
  readonly spotShocksBps: readonly bigint[]
  readonly volShocksBps: readonly bigint[]
  readonly minMarginBps: bigint
  readonly suspended?: boolean
}

/**
 * The integers of one option slot: what a risk signer signs, rounded once.
 *
 * The forward is taken to move in proportion to the spot S, so the dollar delta S·∂V/∂S is Δ·F, the dollar gamma for a 1 %
 * move Γ·F²/100 and the dollar vega for one volatility point V_σ/100, with Δ, Γ, V_σ of Black's formula on the forward F.
 * Each scenario reprices in full at F·(1 + spot shock) and σ·(1 + vol shock), as SPAN does. The margin rate is the worst
 * scenario move of the option, either way, over its dollar delta, at least `minMarginBps` and at most 100 times.
 * Prices are rounded to the nearest 1e-8; slopes and changes away from zero, so that no risk is understated.
 *
 * From its expiry on, the option is worth its settlement value against the spot and moves nothing.
 *
 * @throws {@link OptionInputError}, or `OutOfRangeError` when a number does not fit its width.
 */
export function optionSlot(mark: OptionMark): MarketSlot {
  const { terms, spotE8, contractSizeE8, spotShocksBps, volShocksBps } = mark
  const suspended = mark.suspended ?? false
  if (volShocksBps.length !== spotShocksBps.length) {
    throw new OptionInputError('volShocksBps', 'a list as long as the spot shocks')
  }
  if (mark.now >= terms.expiry) {
    const intrinsic = terms.type === 'call' ? spotE8 - terms.strikeE8 : terms.strikeE8 - spotE8
    const price = intrinsic > 0n ? (intrinsic * contractSizeE8) / 100_000_000n : 0n
    const changes = spotShocksBps.map(() => 0n)
    return { price, delta: 0n, gamma: 0n, vega: 0n, marginBps: 0n, suspended, changes }
  }

  const size = Number(contractSizeE8) / 1e8
  const forward = Number(mark.forwardE8) / 1e8
  const strike = Number(terms.strikeE8) / 1e8
  const years = Number(terms.expiry - mark.now) / Number(YEAR_SECONDS)
  const at = (spotShockBps: bigint, volShockBps: bigint) =>
    black76({
      type: terms.type,
      forward: forward * (1 + Number(spotShockBps) / 1e4),
      strike,
      vol: mark.iv * (1 + Number(volShockBps) / 1e4),
      years,
    })
  const base = at(0n, 0n)
  const changes = spotShocksBps.map((shock, s) =>
    checkSlope(awayFromZero((at(shock, volShocksBps[s]!).price - base.price) * size), `changes[${s}]`),
  )
  const delta = checkSlope(awayFromZero(base.delta * forward * size), 'delta')
  return {
    price: checkPrice(BigInt(Math.round(base.price * size * 1e8)), 'price'),
    delta,
    gamma: checkSlope(awayFromZero((base.gamma * forward * forward * size) / 100), 'gamma'),
    vega: checkSlope(awayFromZero((base.vega * size) / 100), 'vega'),
    marginBps: marginRate(delta, changes, mark.minMarginBps),
    suspended,
    changes,
  }
}

/** The worst move over |dollar delta| in basis points, rounded up, between the floor and the highest rate there is. */
function marginRate(delta: bigint, changes: readonly bigint[], minMarginBps: bigint): bigint {
  const worst = changes.reduce((most, change) => (abs(change) > most ? abs(change) : most), 0n)
  const size = abs(delta)
  const rate = size === 0n ? (worst === 0n ? 0n : BPS_MAX) : (worst * BPS + size - 1n) / size
  if (rate < minMarginBps) return minMarginBps
  return rate > BPS_MAX ? BPS_MAX : rate
}

/** Quote to 1e-8 quote; a residue below one part in 1e9 of a unit is noise of the floating point, not a risk. */
function awayFromZero(quote: number): bigint {
  const scaled = Math.abs(quote) * 1e8
  const whole = BigInt(Math.ceil(scaled - 1e-9))
  return quote < 0 ? -whole : whole
}
