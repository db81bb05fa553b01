import { createHash } from 'node:crypto'
import { FIELD } from '#portfolio/units.js'

const DIGITS = 10
const DECIMAL = 10n ** BigInt(DIGITS)
const MASK64 = (1n << 64n) - 1n
const NUMBER = /[0-9][0-9.]*[0-9]/g
const HEX = /[0-9a-f]+/gi
/** Hexadecimal digits of 64 bits: enough that no other number is taken for one. */
const WORD = 16

/**
 * Private numbers found nowhere else, and the search for them in any form a leak could take: decimal text with or without
 * its point, the scaled integer or its negative in the field, in decimal, hexadecimal, or as bytes of either order.
 */
export class Canaries {
  readonly #decimal = new Set<string>()
  readonly #hex = new Set<string>()
  readonly #words = new Set<bigint>()
  /** By the two lowest bytes of a word: spares most look-ups. */
  readonly #low = new Uint8Array(1 << 16)
  #drawn = 0

  constructor(private readonly seed: string) {}

  get drawn(): number {
    return this.#drawn
  }

  /**
   * A fresh number of ten digits in decimal, `whole` of them before the point, the first ones `prefix`; it is kept as the
   * model would: times ten to the `scale`.
   */
  take(whole: number, scale: number, prefix = ''): string {
    const digits = this.#draw(prefix)
    const scaled = BigInt(digits) * 10n ** BigInt(scale - (DIGITS - whole))
    this.#decimal.add(digits)
    this.#decimal.add(bare(`${FIELD - scaled}`))
    for (const value of [scaled, FIELD - scaled]) {
      this.#hex.add((value & MASK64).toString(16).padStart(WORD, '0'))
      this.#words.add(value & MASK64)
      this.#low[Number(value & 0xffffn)] = 1
    }
    return `${digits.slice(0, whole)}.${digits.slice(whole)}`
  }

  #draw(prefix: string): string {
    const place = `${this.seed} ${this.#drawn++}`
    const hash = createHash('sha256').update(place).digest()
    const drawn = `${hash.readBigUInt64BE() % DECIMAL}`.padStart(DIGITS, '7')
    const digits = `${prefix}${drawn.slice(prefix.length)}`.replace(/^0/, '3').replace(/0$/, '9')
    if (this.#decimal.has(digits)) throw new Error(`a canary twice: ${place}`)
    return digits
  }

  quantity = (prefix?: string): string => this.take(2, 8, prefix)
  cash = (whole: number, prefix?: string): string => this.take(whole, 16, prefix)

  /** The forms in which canaries stand in these bytes, each as often as it does. */
  find(bytes: Uint8Array): string[] {
    const found: string[] = []
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    for (const [run] of text.matchAll(NUMBER)) {
      if (run.length >= DIGITS && this.#decimal.has(bare(run))) found.push('decimal')
    }
    for (const [run] of text.matchAll(HEX)) {
      if (run.length < 7) continue
      const digits = run.toLowerCase().padStart(WORD, '0')
      for (let i = 0; i + WORD <= digits.length; i++) {
        if (this.#hex.has(digits.slice(i, i + WORD))) found.push('hexadecimal')
      }
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i + 8 <= bytes.length; i++) {
      const [little, big] = [bytes[i]! | (bytes[i + 1]! << 8), bytes[i + 7]! | (bytes[i + 6]! << 8)]
      if (this.#low[little] && this.#words.has(view.getBigUint64(i, true))) found.push('bytes')
      if (this.#low[big] && this.#words.has(view.getBigUint64(i))) found.push('bytes')
    }
    return found
  }

  findText = (text: string): string[] => this.find(Buffer.from(text))
}

/** Digits that matter: without point, leading and trailing zeros, so that a scale of powers of ten changes nothing. */
const bare = (number: string): string => number.replaceAll('.', '').replace(/^0+|0+$/g, '')
