import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Seeded random numbers for simulations and bootstraps: the same seed gives the same numbers. Not for secrets. */
export class Random {
  readonly #generator
  #spare: number | undefined

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed)
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    return uniformFloat64(this.#generator)
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** Standard normal, by pairs (Box & Muller 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare
      this.#spare = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
