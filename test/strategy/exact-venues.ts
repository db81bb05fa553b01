import type { Side } from '#strategy/execution/supply.js'
import type { Venue } from '#strategy/execution/venue.js'

/** Fixed point in 1e-60: far below anything that is compared with it. */
const SCALE = 10n ** 60n

/** A float stands for the shortest decimal that reads as it. */
function exact(x: number): bigint {
  const [, whole = '', fraction = '', power = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(`${x}`) ?? []
  const shift = 60 - fraction.length + Number(power)
  const digits = BigInt(whole + fraction)
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift)
}
const times = (x: bigint, y: bigint) => (x * y) / SCALE
const over = (x: bigint, y: bigint) => (x * SCALE) / y
const min = (x: bigint, y: bigint) => (x < y ? x : y)
const max = (x: bigint, y: bigint) => (x > y ? x : y)

function root(x: bigint): bigint {
  const square = x * SCALE
  let guess = 1n << BigInt(Math.ceil(square.toString(2).length / 2))
  for (;;) {
    const next = (guess + square / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}

/**
 * What a venue asks (buy) or gives (sale) for `quantity` (1e-8 unit) by its own rule, fee in, in 1e-60 quote; written from
 * the rules alone, in integers. Undefined where it has less.
 */
export function exactQuote({ market, feeBps }: Venue, side: Side, quantity: bigint): bigint | undefined {
  const amount = (quantity * SCALE) / 10n ** 8n
  const fee = exact(feeBps) / 10_000n
  const kept = SCALE - fee
  const buys = side === 'buy'
  switch (market.kind) {
    case 'constant-product': {
      const [base, quote] = [exact(market.baseReserve), exact(market.quoteReserve)]
      // What comes in, less the fee, and what goes out keep the product of the reserves.
      if (!buys) return quote - over(times(base, quote), base + times(kept, amount))
      return base <= amount ? undefined : over(over(times(base, quote), base - amount) - quote, kept)
    }
    case 'order-ladder': {
      let [left, quote] = [amount, 0n]
      for (const level of buys ? market.asks : market.bids) {
        const part = min(left, exact(level.quantity))
        quote += times(part, exact(level.price))
        left -= part
      }
      return left > 0n ? undefined : times(quote, buys ? SCALE + fee : kept)
    }
    case 'concentrated-liquidity': {
      let [left, quote, at] = [buys ? amount : times(amount, kept), 0n, root(exact(market.price))]
      for (const range of buys ? market.ranges : [...market.ranges].reverse()) {
        const [lower, upper] = [root(exact(range.lower)), root(exact(range.upper))]
        const liquidity = exact(range.liquidity)
        if (liquidity === 0n || (buys ? upper <= at : lower >= at)) continue
        const from = buys ? max(at, lower) : min(at, upper)
        const end = buys ? upper : lower
        const inverse = (x: bigint) => over(SCALE, x)
        const all = times(liquidity, buys ? inverse(from) - inverse(end) : inverse(end) - inverse(from))
        const part = min(left, all)
        const moved = over(part, liquidity)
        const to = part === all ? end : inverse(buys ? inverse(from) - moved : inverse(from) + moved)
        quote += times(liquidity, buys ? to - from : from - to)
        left -= part
        at = to
        if (left === 0n) break
      }
      if (left > 0n) return undefined
      return buys ? over(quote, kept) : quote
    }
  }
}

/** The same in 1e-16 quote, rounded against the fund. */
export function exactValue(venue: Venue, side: Side, quantity: bigint): bigint | undefined {
  const quote = exactQuote(venue, side, quantity)
  if (quote === undefined) return undefined
  const unit = 10n ** 44n
  return side === 'buy' ? (quote + unit - 1n) / unit : quote / unit
}
