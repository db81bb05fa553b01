export type Side = 'buy' | 'sell'

/** +1 for a buy, −1 for a sale: the sign of what is paid. */
export const signOf = (side: Side): 1 | -1 => (side === 'buy' ? 1 : -1)

/**
 * A stretch of what a venue trades: `quantity` base units while its marginal price, fee in, goes from `from` to the worse
 * `to`. Every venue here is a list of such stretches, in order.
 *
 * `depth` is the base traded for each unit of 1/√price: constant on a constant-product curve and on each range of a
 * concentrated one. A level of an order book has one price, and depth 0.
 */
export type Segment = {
  readonly from: number
  readonly to: number
  readonly quantity: number
  readonly depth: number
}

export const level = (price: number, quantity: number): Segment => ({
  from: price,
  to: price,
  quantity,
  depth: 0,
})

export const curve = (from: number, to: number, depth: number): Segment => ({
  from,
  to,
  quantity: depth * Math.abs(1 / Math.sqrt(from) - 1 / Math.sqrt(to)),
  depth,
})

/** Quote paid or received for a stretch: on a curve, its quantity at the geometric mean of its end prices. */
export const quoteOf = ({ from, to, quantity }: Segment): number => quantity * Math.sqrt(from * to)

/** What of a supply is not worse than `limit`. */
export function within(segments: readonly Segment[], side: Side, limit: number): Segment[] {
  const sign = signOf(side)
  return segments.flatMap((segment) => {
    if (sign * (segment.from - limit) > 0) return []
    if (segment.depth === 0 || sign * (segment.to - limit) <= 0) return [segment]
    return segment.from === limit ? [] : [curve(segment.from, limit, segment.depth)]
  })
}

/** A share of a quantity this small is rounding. */
export const DUST = 1e-9

/** The first `quantity` of a supply and the rest; undefined where there is less. */
export function cut(segments: readonly Segment[], side: Side, quantity: number) {
  const taken: Segment[] = []
  const dust = quantity * DUST
  let left = quantity
  for (const [k, segment] of segments.entries()) {
    if (left <= dust) return { taken, rest: segments.slice(k) }
    if (segment.quantity <= left + dust) {
      taken.push(segment)
      left -= segment.quantity
      continue
    }
    if (segment.depth === 0) {
      taken.push(level(segment.from, left))
      return { taken, rest: [level(segment.from, segment.quantity - left), ...segments.slice(k + 1)] }
    }
    const root = 1 / Math.sqrt(segment.from) - (signOf(side) * left) / segment.depth
    const at = 1 / (root * root)
    // The quantity as asked: from two prices that hardly differ it would come back with few of its digits.
    taken.push({ ...segment, to: at, quantity: left })
    return { taken, rest: [curve(at, segment.to, segment.depth), ...segments.slice(k + 1)] }
  }
  return left > dust ? undefined : { taken, rest: [] }
}
