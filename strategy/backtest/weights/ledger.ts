/**
 * A book in whole units of money, held in doubles below 2⁵³: sums and differences of such numbers are exact, so that the
 * change of net asset value is price gains less costs to the last unit.
 */
export class Ledger {
  readonly values: Float64Array
  readonly #quantities: Float64Array
  #cash: number

  /** Starts at `nav` units, at the weights of `target`, without a cost. */
  constructor(nav: number, target: ArrayLike<number>, prices: ArrayLike<number>) {
    this.values = Float64Array.from(target, (weight) => Math.round(weight * nav))
    this.#quantities = this.values.map((value, i) => value / prices[i]!)
    this.#cash = nav - sum(this.values)
  }

  get nav(): number {
    return this.#cash + sum(this.values)
  }

  get weights(): Float64Array {
    const nav = this.nav
    return this.values.map((value) => value / nav)
  }

  quantity(asset: number): number {
    return this.#quantities[asset]!
  }

  /** Values the holdings at new prices; returns the gain in units. */
  mark(prices: ArrayLike<number>): number {
    const before = sum(this.values)
    for (let i = 0; i < this.values.length; i++)
      this.values[i] = Math.round(this.#quantities[i]! * prices[i]!)
    return sum(this.values) - before
  }

  /** Buys (above 0) or sells quantities at `prices`, the last mark; returns the turnover of each asset in units. */
  trade(quantities: Float64Array, prices: ArrayLike<number>): Float64Array {
    return quantities.map((quantity, i) => {
      if (quantity === 0) return 0
      const before = this.values[i]!
      this.#quantities[i]! += quantity
      this.values[i] = Math.round(this.#quantities[i]! * prices[i]!)
      this.#cash -= this.values[i]! - before
      return Math.abs(this.values[i]! - before)
    })
  }

  /** Pays `cost` units. */
  pay(cost: number): void {
    this.#cash -= cost
  }
}

const sum = (values: Float64Array): number => {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}
