import { VECTORS } from './layout.js'
import { checkLength, type Shape } from './shape.js'
import {
  abs,
  BPS,
  checkBps,
  checkPrice,
  checkSlope,
  divAway,
  fitsUnsigned,
  OutOfRangeError,
} from './units.js'

/**
 * The public numbers of one slot at one time, per unit, in 1e-8 quote: price, dollar delta, dollar gamma for a 1 % move,
 * dollar vega for one volatility point, value change per scenario; margin rate in basis points of dollar delta.
 */
export type MarketSlot = {
  readonly price: bigint
  readonly delta: bigint
  readonly gamma: bigint
  readonly vega: bigint
  readonly marginBps: bigint
  readonly suspended: boolean
  readonly changes: readonly bigint[]
}

/** Every slot at one time, padding included. */
export type Market = {
  readonly universeId: bigint
  readonly time: bigint
  readonly slots: readonly MarketSlot[]
}

/** A padding slot: worth nothing, moves nothing. */
export const paddingSlot = (shape: Shape): MarketSlot => ({
  price: 0n,
  delta: 0n,
  gamma: 0n,
  vega: 0n,
  marginBps: 0n,
  suspended: false,
  changes: Array(shape.scenarios).fill(0n),
})

/**
 * Spot or linear perp: delta is the price, no gamma, no vega, and scenario s changes the price by
 * price · shock_s / 10 000 rounded away from zero, so that no loss is understated.
 */
export function linearSlot(
  price: bigint,
  marginBps: bigint,
  shocksBps: readonly bigint[],
  suspended = false,
): MarketSlot {
  const changes = shocksBps.map((shock) => divAway(price * shock, BPS))
  return { price, delta: price, gamma: 0n, vega: 0n, marginBps, suspended, changes }
}

/** Price of one unit in 1e-8 quote from a coin price in 1e-8 quote: floor(coin price · contract size). */
export const unitPrice = (coinPriceE8: bigint, contractSizeE8: bigint): bigint =>
  (coinPriceE8 * contractSizeE8) / 100_000_000n

/** Weight of a traded unit in turnover: max(price, |delta|), so that a cheap option counts what it moves. */
export const turnoverWeight = (slot: MarketSlot): bigint =>
  slot.price > abs(slot.delta) ? slot.price : abs(slot.delta)

/** @throws {@link ShapeError} or {@link OutOfRangeError} naming the field. */
export function checkMarket(market: Market, shape: Shape): void {
  checkLength(market.slots, shape.slots, 'market.slots')
  if (!fitsUnsigned(market.time, 40n)) throw new OutOfRangeError('market.time', 'seconds of 40 bits')
  market.slots.forEach((slot, i) => {
    const at = `market.slots[${i}]`
    checkLength(slot.changes, shape.scenarios, `${at}.changes`)
    checkPrice(slot.price, `${at}.price`)
    checkBps(slot.marginBps, `${at}.marginBps`)
    for (const name of ['delta', 'gamma', 'vega'] as const) checkSlope(slot[name], `${at}.${name}`)
    slot.changes.forEach((change, s) => {
      checkSlope(change, `${at}.changes[${s}]`)
    })
  })
}

/** The public vector, signed integers not yet mapped to the field. Length 2 + N·(8 + S). */
export function marketVector(market: Market): bigint[] {
  const heads = { universeId: market.universeId, time: market.time }
  return [
    ...VECTORS.market.head.map((name) => heads[name]),
    ...market.slots.flatMap((slot) => {
      const row = {
        ...slot,
        absDelta: abs(slot.delta),
        turnoverWeight: turnoverWeight(slot),
        suspended: slot.suspended ? 1n : 0n,
      }
      return [...VECTORS.market.slot.map((name) => row[name]), ...slot.changes]
    }),
  ]
}
