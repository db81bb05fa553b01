import type { OptionTerms } from '#portfolio/instrument.js'
import type { MarketSlot } from '#portfolio/market.js'
import { abs, BPS, BPS_MAX, checkPrice, checkSlope } from '#portfolio/units.js'
import { PLACES } from './fixed-point.js'
import { integerBlack76 } from './integer-black76.js'
import { OptionInputError } from './option-input-error.js'

/**
 * What an option is priced from. Coin prices in 1e-8 quote; `ivE8` is the implied volatility in 1e-8 per √year; `now` in
 * seconds. `spotShocksBps` and `volShocksBps` hold one relative move per scenario, of the spot (and the forward with
 * it) and of the implied volatility. `minMarginBps` is the lowest margin rate on dollar delta.
 */
export type OptionMark = {
  readonly terms: OptionTerms
  readonly spotE8: bigint
  readonly forwardE8: bigint
  readonly ivE8: bigint
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
 * All in integers: whoever has the mark computes the same slot. Each scenario reprices in full at F·(1 + spot shock) and σ·(1 + vol shock), as SPAN does. The margin rate is the worst
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

  const at = (spotShockBps: bigint, volShockBps: bigint) =>
    integerBlack76({
      type: terms.type,
      forwardE8: (mark.forwardE8 * (BPS + spotShockBps)) / BPS,
      strikeE8: terms.strikeE8,
      volE8: (mark.ivE8 * (BPS + volShockBps)) / BPS,
      seconds: terms.expiry - mark.now,
    })
  const perUnit = (perCoin: bigint) => perCoin * contractSizeE8
  const base = at(0n, 0n)
  const changes = spotShocksBps.map((shock, s) =>
    checkSlope(awayFromZero(perUnit(at(shock, volShocksBps[s]!).price - base.price), 1n), `changes[${s}]`),
  )
  const delta = checkSlope(awayFromZero(perUnit(base.delta * mark.forwardE8), 1n), 'delta')
  return {
    price: checkPrice(nearest(perUnit(base.price)), 'price'),
    delta,
    gamma: checkSlope(awayFromZero(perUnit(base.gammaCash), 100n), 'gamma'),
    vega: checkSlope(awayFromZero(perUnit(base.vegaCash), 100n), 'vega'),
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

/** One unit of a quantity that is in fixed point and times a contract size in 1e-8. */
const SCALE = 100_000_000n << PLACES

function awayFromZero(scaled: bigint, divisor: bigint): bigint {
  const unit = SCALE * divisor
  const whole = (abs(scaled) + unit - 1n) / unit
  return scaled < 0n ? -whole : whole
}

const nearest = (scaled: bigint): bigint => (2n * scaled + SCALE) / (2n * SCALE)
