import { type WasmMemory, wasm } from './web-assembly.js'

type Binary = (a: number, b: number, out: number) => void
type Unary = (a: number, out: number) => void

/** The exports of ffjavascript's BN254 module that we call; every argument is an address in its memory. */
type CurveCode = {
  frm_add: Binary
  frm_sub: Binary
  frm_mul: Binary
  frm_toMontgomery: Unary
  frm_batchFromMontgomery(from: number, count: number, to: number): void
  frm_batchInverse(from: number, stepIn: number, count: number, to: number, stepOut: number): void
  g1m_double: Unary
  g1m_addMixed: Binary
  g1m_subMixed: Binary
  g1m_toJacobian: Unary
  g1m_zero(at: number): void
  g1m_batchToAffine(from: number, count: number, to: number): void
  g2m_double: Unary
  g2m_addMixed: Binary
  g2m_subMixed: Binary
  g2m_toJacobian: Unary
  g2m_zero(at: number): void
  g2m_batchToAffine(from: number, count: number, to: number): void
}

/** The compiled curve as plain data, to be handed to threads: `curveMachineImage()` makes it. */
export type CurveMachineImage = {
  readonly code: Uint8Array
  readonly free: number
  readonly g1Generator: number
  readonly g2Generator: number
}

/** What the module asks for; more is added as it is allocated. */
const PAGES = 25

/** Field elements are 32 bytes little-endian; machine operations on points are in Montgomery form. */
export const FIELD_BYTES = 32

/**
 * BN254 arithmetic in a memory of our own: ffjavascript's own wrappers copy operands in and out at every call,
 * which costs more than the operation. Allocation only grows; a machine lives as long as its task.
 */
export class CurveMachine {
  readonly call: CurveCode
  readonly g1Generator: number
  readonly g2Generator: number
  readonly #memory: WasmMemory
  #free: number

  constructor(image: CurveMachineImage) {
    this.#memory = new wasm.Memory({ initial: PAGES })
    const module = new wasm.Module(image.code)
    const instance = new wasm.Instance(module, { env: { memory: this.#memory } })
    this.call = instance.exports as unknown as CurveCode
    this.g1Generator = image.g1Generator
    this.g2Generator = image.g2Generator
    this.#free = image.free
  }

  /** Address of `bytes` fresh zero bytes; earlier views of the memory are void afterwards. */
  allocate(bytes: number): number {
    const at = Math.ceil(this.#free / 8) * 8
    this.#reserve(at + bytes)
    return at
  }

  /** The module's batch operations take scratch space above the allocation mark: make sure it exists. */
  reserveScratch(bytes: number): void {
    const mark = this.#free
    this.#reserve(mark + bytes)
    this.#setMark(mark)
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length)
  }

  view(at: number, length: number): DataView {
    return new DataView(this.#memory.buffer, at, length)
  }

  write(at: number, value: bigint): void {
    const view = this.view(at, FIELD_BYTES)
    for (let limb = 0; limb < 4; limb++) {
      view.setBigUint64(limb * 8, (value >> BigInt(64 * limb)) & 0xffffffffffffffffn, true)
    }
  }

  #reserve(end: number): void {
    const missing = Math.ceil(end / 0x10000) - this.#memory.buffer.byteLength / 0x10000
    if (missing > 0) this.#memory.grow(missing)
    this.#setMark(end)
  }

  #setMark(at: number): void {
    this.#free = at
    new Uint32Array(this.#memory.buffer, 0, 1)[0] = at
  }
}
