import { BPS } from '#portfolio/units.js'

/** Shares are kept to a millionth of a basis point, so that no rounding of floats decides at a bound. */
const MICRO = 1_000_000n

/** `amount` in basis points of `whole` > 0, cut towards zero to a millionth. */
export const shareBps = (amount: bigint, whole: bigint): number =>
  Number((amount * BPS * MICRO) / whole) / Number(MICRO)

/** `bps` basis points of `whole`, cut towards zero. */
export const amountOf = (bps: number, whole: bigint): bigint =>
  (BigInt(Math.round(bps * Number(MICRO))) * whole) / (BPS * MICRO)
