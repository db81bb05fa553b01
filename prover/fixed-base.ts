import { type CurveMachine, FIELD_BYTES } from './curve-machine.js'

export type Group = 'G1' | 'G2'

/** Bytes of an affine point in a `.zkey`: both coordinates, little-endian, Montgomery form. */
export const POINT_BYTES: Record<Group, number> = { G1: 64, G2: 128 }

/** The most scalars in one call: enough to share one inversion, few enough for a lively progress bar. */
export const SCALARS_PER_CALL = 1024

/**
 * Width of the signed windows that is cheapest for `points` scalars, table included: 13 bits (20 additions a point,
 * tables of 5 MB in G1 and 10 MB in G2) for a large circuit, 6 for a toy. The points do not depend on it.
 */
export function windowBits(points: number): number {
  return Math.min(13, Math.max(6, Math.round(Math.log2(points)) - 3))
}

/**
 * Multiples of one generator: entry (w, d) is d·2^(bits·w)·G for d in 1..2^(bits−1), so that a scalar, written in
 * signed digits, costs one mixed addition a digit and no doubling.
 */
export class FixedBase {
  readonly #machine: CurveMachine
  readonly #affine: number
  readonly #jacobian: number
  readonly #table: number
  readonly #add: (p: number, q: number, out: number) => void
  readonly #subtract: (p: number, q: number, out: number) => void
  readonly #zero: (at: number) => void
  readonly #toAffine: (from: number, count: number, to: number) => void
  readonly #work: number
  readonly #bits: number
  readonly #windows: number
  readonly #half: number

  constructor(machine: CurveMachine, group: Group, bits: number) {
    const { call } = machine
    this.#machine = machine
    this.#bits = bits
    this.#windows = Math.ceil(255 / bits)
    this.#half = 2 ** (bits - 1)
    const slots = Math.max(this.#half, SCALARS_PER_CALL)
    this.#affine = POINT_BYTES[group]
    this.#jacobian = this.#affine * 1.5
    this.#add = group === 'G1' ? call.g1m_addMixed : call.g2m_addMixed
    this.#subtract = group === 'G1' ? call.g1m_subMixed : call.g2m_subMixed
    this.#zero = group === 'G1' ? call.g1m_zero : call.g2m_zero
    this.#toAffine = group === 'G1' ? call.g1m_batchToAffine : call.g2m_batchToAffine
    this.#work = machine.allocate(slots * this.#jacobian)
    this.#table = machine.allocate(this.#windows * this.#half * this.#affine)
    machine.reserveScratch((slots * 2 + 2) * this.#affine)
    this.#fill(group === 'G1' ? machine.g1Generator : machine.g2Generator, group)
  }

  /**
   * scalar_i · G for at most 1024 scalars, given as 32 little-endian bytes each, canonical.
   * Returns affine points in `.zkey` form; 0 gives the point at infinity, all zero bytes.
   */
  multiply(scalars: Uint8Array): Uint8Array {
    const count = scalars.byteLength / FIELD_BYTES
    const view = new DataView(scalars.buffer, scalars.byteOffset, scalars.byteLength)
    for (let i = 0; i < count; i++) this.#accumulate(view, i * FIELD_BYTES, this.#work + i * this.#jacobian)
    this.#toAffine(this.#work, count, this.#work)
    return this.#machine.bytes(this.#work, count * this.#affine).slice()
  }

  #fill(generator: number, group: Group): void {
    const double = group === 'G1' ? this.#machine.call.g1m_double : this.#machine.call.g2m_double
    const base = this.#machine.allocate(this.#jacobian)
    const affineBase = this.#machine.allocate(this.#jacobian)
    this.#zero(base)
    this.#add(base, generator, base)
    for (let window = 0; window < this.#windows; window++) {
      this.#machine.bytes(affineBase, this.#jacobian).set(this.#machine.bytes(base, this.#jacobian))
      this.#toAffine(affineBase, 1, affineBase)
      let previous = this.#work
      this.#zero(previous)
      this.#add(previous, affineBase, previous)
      for (let digit = 2; digit <= this.#half; digit++) {
        this.#add(previous, affineBase, previous + this.#jacobian)
        previous += this.#jacobian
      }
      double(previous, base)
      this.#toAffine(this.#work, this.#half, this.#table + window * this.#half * this.#affine)
    }
  }

  #accumulate(view: DataView, at: number, sum: number): void {
    this.#zero(sum)
    let carry = 0
    for (let window = 0; window < this.#windows; window++) {
      let digit = bitsAt(view, at, window * this.#bits, this.#bits) + carry
      carry = digit > this.#half ? 1 : 0
      if (carry) digit -= 2 * this.#half
      if (digit === 0) continue
      const entry = this.#table + (window * this.#half + Math.abs(digit) - 1) * this.#affine
      if (digit > 0) this.#add(sum, entry, sum)
      else this.#subtract(sum, entry, sum)
    }
  }
}

/** `count` ≤ 13 bits from bit `from` of the 256-bit little-endian integer at byte `at`. */
function bitsAt(view: DataView, at: number, from: number, count: number): number {
  const byte = Math.min(from >> 3, FIELD_BYTES - 4)
  return (view.getUint32(at + byte, true) >>> (from - byte * 8)) & (2 ** count - 1)
}
