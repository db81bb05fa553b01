import { checkPositive } from './execution-input.js'
import { curve, type Segment, type Side } from './supply.js'

/** A pool that keeps base reserve × quote reserve, as Uniswap v2: the fee is taken from what comes in. */
export type ConstantProduct = {
  readonly kind: 'constant-product'
  readonly baseReserve: number
  readonly quoteReserve: number
}

/** One curve: depth √(base·quote/γ) from the pool's price to nothing left (γ = 1 − fee; Angeris & Chitra 2020). */
export function constantProductSupply(pool: ConstantProduct, kept: number, side: Side): Segment[] {
  const { baseReserve, quoteReserve } = pool
  const depth = Math.sqrt((baseReserve * quoteReserve) / kept)
  const price = quoteReserve / baseReserve
  return [side === 'buy' ? curve(price / kept, Infinity, depth) : curve(price * kept, 0, depth)]
}

/** Quote for `quantity`, and the marginal price after it, from the reserves themselves: (R_in + γ·in)·(R_out − out) = k; undefined at its end. */
export function constantProductFill(pool: ConstantProduct, kept: number, side: Side, quantity: number) {
  const { baseReserve: base, quoteReserve: quote } = pool
  if (side === 'buy') {
    const left = base - quantity
    if (left <= 0) return undefined
    const price = (base * quote) / (left * left) / kept
    return { quote: (quote * quantity) / left / kept, last: price, next: price }
  }
  const full = base + kept * quantity
  const price = ((base * quote) / (full * full)) * kept
  return { quote: (quote * kept * quantity) / full, last: price, next: price }
}

/** @throws `ExecutionInputError` naming the field under `at`. */
export function checkConstantProduct({ baseReserve, quoteReserve }: ConstantProduct, at: string): void {
  checkPositive({ baseReserve, quoteReserve }, at)
}
