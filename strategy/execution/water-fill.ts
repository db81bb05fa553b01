import { cut, DUST, quoteOf, type Segment, type Side, signOf } from './supply.js'

/** One venue for one order: its stretches within reach and the smallest quantity it takes. */
export type Supply = { readonly segments: readonly Segment[]; readonly minimum: number }

/**
 * Where a filling stopped: `quote` for all of it, the marginal `price` of one unit more, and where that is in the sweep:
 * `rise` beyond the last point it passed, at `level`, or `part` of the level of an order book at `stop`.
 */
export type Filling = {
  readonly quote: number
  readonly price: number
  readonly level: number
  readonly rise: number
  readonly stop: number
  readonly part: number
}

type Start = { readonly quantity: number; readonly quote: number; readonly rest: readonly Segment[] }

/**
 * Splits orders over any subset of their venues at the least cost: all are filled to one marginal price.
 *
 * In the coordinate u = ∓1/√price (− for a buy), which rises as prices get worse, every curve supplies at a constant rate
 * and every level at one point. So the stretches of all venues are sorted once, and a sweep over them meets the price at
 * which the quantity is reached: exact, no iteration. A quantity that curves supply between u₀ and u₁ costs
 * quantity/(u₀·u₁). Levels are counted from the best price on, so that an order that hardly moves a deep pool keeps its
 * digits.
 */
export class WaterFill {
  readonly #side: Side
  readonly #origin: number
  readonly #limit: number
  readonly #starts: readonly (Start | undefined)[]
  readonly #venue: readonly number[]
  readonly #at: Float64Array
  readonly #rate: Float64Array
  readonly #amount: Float64Array

  /** `limit` is the price at which every supply ends. */
  constructor(side: Side, limit: number, supplies: readonly Supply[]) {
    this.#side = side
    const best = supplies.map(({ segments }) => levelOf(side, segments[0]?.from ?? limit))
    this.#origin = Math.min(levelOf(side, limit), ...best)
    this.#limit = this.#level(limit)
    this.#starts = supplies.map(({ segments, minimum }) => {
      const parts = cut(segments, side, minimum)
      const quote = parts?.taken.reduce((sum, segment) => sum + quoteOf(segment), 0) ?? 0
      return parts && { quantity: minimum, quote, rest: parts.rest }
    })
    const points = this.#starts.flatMap((start, venue) =>
      (start?.rest ?? []).flatMap(({ from, to, quantity: amount, depth }) =>
        depth === 0
          ? [{ venue, at: this.#level(from), rate: 0, amount }]
          : [
              { venue, at: this.#level(from), rate: depth, amount: 0 },
              { venue, at: this.#level(to), rate: -depth, amount: 0 },
            ],
      ),
    )
    points.sort((a, b) => a.at - b.at || a.venue - b.venue)
    this.#venue = points.map(({ venue }) => venue)
    this.#at = Float64Array.from(points, ({ at }) => at)
    this.#rate = Float64Array.from(points, ({ rate }) => rate)
    this.#amount = Float64Array.from(points, ({ amount }) => amount)
  }

  #level(price: number): number {
    return levelOf(this.#side, price) - this.#origin
  }

  /** Price at a level, or the average one of a curve between two. */
  #price(from: number, to = from): number {
    return 1 / ((this.#origin + from) * (this.#origin + to))
  }

  /** A venue without its own minimum cannot be used at all. */
  usable(venue: number): boolean {
    return this.#starts[venue] !== undefined
  }

  /** The cheapest filling of `wanted` that uses exactly the venues marked in `used`, each from its minimum on; undefined if there is none. */
  fill(wanted: number, used: readonly boolean[]): Filling | undefined {
    let filled = 0
    let quote = 0
    for (const [v, start] of this.#starts.entries()) {
      if (!used[v]) continue
      if (!start) return undefined
      filled += start.quantity
      quote += start.quote
    }
    if (filled > wanted * (1 + DUST)) return undefined
    let rate = 0
    let running = 0
    let level = 0
    for (let k = 0; k < this.#at.length; k++) {
      if (!used[this.#venue[k]!]) continue
      const at = this.#at[k]!
      if (running > 0) {
        const more = rate * (at - level)
        if (filled + more >= wanted) {
          const rise = (wanted - filled) / rate
          quote += (wanted - filled) * this.#price(level, level + rise)
          return { quote, price: this.#price(level + rise), level, rise, stop: k, part: 0 }
        }
        filled += more
        quote += more * this.#price(level, at)
      }
      level = at
      const amount = this.#amount[k]!
      if (filled + amount >= wanted) {
        const part = wanted - filled
        quote += part * this.#price(level)
        return { quote, price: this.#price(level), level, rise: 0, stop: k, part }
      }
      filled += amount
      quote += amount * this.#price(level)
      const change = this.#rate[k]!
      running += Math.sign(change)
      // Where no curve runs, what rounding left of the rate goes.
      rate = running === 0 ? 0 : rate + change
    }
    if (filled < wanted * (1 - DUST)) return undefined
    const price = this.#price(this.#limit)
    return { quote, price, level: this.#limit, rise: 0, stop: this.#at.length, part: 0 }
  }

  /** What each venue does of a filling, in base. The parts add up to the order's quantity but for rounding. */
  parts(used: readonly boolean[], { level, rise, stop, part }: Filling): number[] {
    const parts = this.#starts.map((start, v) => (used[v] ? start!.quantity : 0))
    for (let k = 0; k < this.#at.length; k++) {
      const v = this.#venue[k]!
      if (!used[v] || this.#at[k]! > level) continue
      if (k < stop) parts[v]! += this.#amount[k]!
      if (k === stop) parts[v]! += part
    }
    this.#starts.forEach((start, v) => {
      if (!used[v]) return
      for (const { from, to, depth } of start!.rest) {
        const [start, end] = [this.#level(from), this.#level(to)]
        if (depth === 0 || start > level) continue
        parts[v]! += depth * (Math.min(level, end) - start + (end > level ? rise : 0))
      }
    })
    return parts
  }
}

const levelOf = (side: Side, price: number): number => -signOf(side) / Math.sqrt(price)
