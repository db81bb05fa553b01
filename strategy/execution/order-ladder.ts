import { checkPositive, ExecutionInputError } from './execution-input.js'
import { DUST, level, type Segment, type Side } from './supply.js'

export type LadderLevel = { readonly price: number; readonly quantity: number }

/** An order book, best prices first; the taker fee is paid in quote on top of what is traded. */
export type OrderLadder = {
  readonly kind: 'order-ladder'
  readonly asks: readonly LadderLevel[]
  readonly bids: readonly LadderLevel[]
}

/** The levels an order takes from, at their prices with the fee in. */
export const ladderSupply = (ladder: OrderLadder, fee: number, side: Side): Segment[] =>
  facing(ladder, side).map(({ price, quantity }) => level(withFee(price, fee, side), quantity))

/**
 * Quote for `quantity` and the prices of the last level touched and of the next unit, level by level; undefined if the
 * ladder is too short. A level that rounding alone keeps open or closed counts as taken, or as not touched.
 */
export function ladderFill(ladder: OrderLadder, fee: number, side: Side, quantity: number) {
  const dust = quantity * DUST
  let left = quantity
  let quote = 0
  let last = 0
  for (const { price, quantity: size } of facing(ladder, side)) {
    const next = withFee(price, fee, side)
    if (left <= dust) return { quote, last, next }
    quote += Math.min(size, left) * next
    last = next
    if (size > left + dust) return { quote, last, next }
    left -= size
  }
  return left > dust ? undefined : { quote, last, next: side === 'buy' ? Infinity : 0 }
}

const facing = ({ asks, bids }: OrderLadder, side: Side) => (side === 'buy' ? asks : bids)
const withFee = (price: number, fee: number, side: Side) => price * (side === 'buy' ? 1 + fee : 1 - fee)

/** @throws `ExecutionInputError` naming the field under `at`. */
export function checkOrderLadder(ladder: OrderLadder, at: string): void {
  for (const name of ['asks', 'bids'] as const) {
    const levels = ladder[name]
    levels.forEach(({ price, quantity }, k) => {
      const here = `${at}.${name}[${k}]`
      checkPositive({ price, quantity }, here)
      const before = levels[k - 1]?.price ?? price
      if (name === 'asks' ? price < before : price > before) {
        throw new ExecutionInputError(`${here}.price`, 'not better than the level before')
      }
    })
  }
}
