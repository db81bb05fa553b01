/** A small deterministic generator: the same seed gives the same numbers on every machine. Not for secrets. */
export class Prng {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 32 random bits: a Weyl sequence through a multiply–xorshift mixer. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return (x ^ (x >>> 16)) >>> 0
  }

  /** A whole number from `lo` to `hi`, both included. */
  int(lo: number, hi: number): number {
    return lo + (this.next() % (hi - lo + 1))
  }

  /** A bigint from `lo` to `hi`, both included. */
  big(lo: bigint, hi: bigint): bigint {
    const span = hi - lo + 1n
    let x = 0n
    for (let bits = 0; bits < span.toString(2).length + 64; bits += 32) x = (x << 32n) | BigInt(this.next())
    return lo + (x % span)
  }

  /** True once in `n` times on average. */
  oneIn(n: number): boolean {
    return this.int(1, n) === 1
  }

  sign(): bigint {
    return this.oneIn(2) ? 1n : -1n
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!
  }

  /** Splits `total` into `parts` numbers of its own sign that sum to it exactly. */
  split(total: bigint, parts: number): bigint[] {
    const weights = Array.from({ length: parts }, () => this.big(0n, 1000n))
    if (!weights.some((w) => w > 0n)) weights[0] = 1n
    const whole = weights.reduce((a, b) => a + b, 0n)
    const shares = weights.map((w) => (total * w) / whole)
    const last = weights.findLastIndex((w) => w > 0n)
    shares[last] = shares[last]! + total - shares.reduce((a, b) => a + b, 0n)
    return shares
  }
}
