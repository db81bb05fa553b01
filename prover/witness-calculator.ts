import { parseCanonical, SCALAR_FIELD } from './bn254.js'
import { WitnessError, WitnessInputError } from './prove-error.js'
import { type WasmModule, wasm } from './web-assembly.js'

/** Canonical decimal strings below r, in the order in which circom flattens the signal. */
export type WitnessInput = Readonly<Record<string, string | readonly string[]>>

/** The interface of a witness generator that circom 2 compiles. Field elements pass as eight 32-bit words. */
type Generator = {
  getInputSize(): number
  getInputSignalSize(hashHigh: number, hashLow: number): number
  readSharedRWMemory(word: number): number
  writeSharedRWMemory(word: number, value: number): void
  setInputSignal(hashHigh: number, hashLow: number, index: number): void
  getWitnessSize(): number
  getWitness(wire: number): void
  init(sanityCheck: number): void
}

type Signal = { name: string; high: number; low: number; values: bigint[] }

const WORDS = 8

/**
 * Computes the whole witness in a fresh instance of the circuit's generator: an instance keeps the inputs it was given,
 * so a shared one would hand one caller's witness to another. What the circuit logs, or says when an assertion fails,
 * holds values and is dropped.
 * Returns one 32-byte little-endian element per wire.
 * @throws {WitnessInputError} unless the input has exactly the circuit's names, lengths and canonical values
 * @throws {WitnessError} if an assertion or constraint of the circuit fails
 */
export function calculateWitness(module: WasmModule, circuitId: string, input: WitnessInput): Uint8Array {
  const fail = () => {
    throw new WitnessError(circuitId)
  }
  const ignore = () => {}
  const instance = new wasm.Instance(module, {
    runtime: {
      exceptionHandler: fail,
      printErrorMessage: ignore,
      writeBufferMessage: ignore,
      showSharedRWMemory: ignore,
    },
  })
  const generator = instance.exports as Generator
  const signals = parseSignals(generator, circuitId, input)
  try {
    generator.init(1)
    for (const signal of signals) setSignal(generator, signal)
  } catch {
    throw new WitnessError(circuitId)
  }
  return readWitness(generator)
}

/** The witness as a `.wtns` file (layout: snarkjs, `wtns_utils.js`), which both provers read. */
export function witnessFile(witness: Uint8Array): Uint8Array {
  const file = Buffer.alloc(76 + witness.byteLength)
  file.write('wtns')
  const words = [2, 2, 1, 40, 0, 32]
  for (const [i, word] of words.entries()) file.writeUInt32LE(word, 4 + 4 * i)
  for (let limb = 0; limb < 4; limb++) {
    file.writeBigUInt64LE((SCALAR_FIELD >> BigInt(64 * limb)) & 0xffffffffffffffffn, 28 + 8 * limb)
  }
  file.writeUInt32LE(witness.byteLength / 32, 60)
  file.writeUInt32LE(2, 64)
  file.writeBigUInt64LE(BigInt(witness.byteLength), 68)
  file.set(witness, 76)
  return file
}

/** The elements of `count` wires from wire `from`, as canonical decimal strings. */
export function witnessElements(witness: Uint8Array, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const bytes = witness.slice((from + i) * 32, (from + i + 1) * 32).reverse()
    return BigInt(`0x${Buffer.from(bytes).toString('hex')}`).toString()
  })
}

function parseSignals(generator: Generator, circuitId: string, input: unknown): Signal[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new WitnessInputError(circuitId, 'record: map names to decimal strings')
  }
  const signals = Object.entries(input).map(([name, value]): Signal => {
    const safe = /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : 'name'
    const { high, low } = nameHash(name)
    const size = generator.getInputSignalSize(high, low)
    if (safe !== name || size < 0)
      throw new WitnessInputError(circuitId, `${safe}: be one that the circuit declares`)
    const list: unknown[] = Array.isArray(value) ? Array.from(value) : [value]
    if (list.length !== size) throw new WitnessInputError(circuitId, `${name}: have length ${size}`)
    const values = list.map((text) => {
      const element = parseCanonical(text, SCALAR_FIELD)
      if (element === undefined) {
        throw new WitnessInputError(
          circuitId,
          `${name}: hold canonical decimal strings below the field prime`,
        )
      }
      return element
    })
    return { name, high, low, values }
  })
  const given = signals.reduce((sum, { values }) => sum + values.length, 0)
  if (given !== generator.getInputSize()) {
    throw new WitnessInputError(
      circuitId,
      `record: give all ${generator.getInputSize()} values the circuit declares`,
    )
  }
  return signals
}

function setSignal(generator: Generator, { high, low, values }: Signal): void {
  for (const [index, value] of values.entries()) {
    for (let word = 0; word < WORDS; word++) {
      generator.writeSharedRWMemory(word, Number((value >> BigInt(32 * word)) & 0xffffffffn))
    }
    generator.setInputSignal(high, low, index)
  }
}

function readWitness(generator: Generator): Uint8Array {
  const wires = generator.getWitnessSize()
  const words = new DataView(new ArrayBuffer(wires * WORDS * 4))
  for (let wire = 0; wire < wires; wire++) {
    generator.getWitness(wire)
    for (let word = 0; word < WORDS; word++) {
      words.setUint32((wire * WORDS + word) * 4, generator.readSharedRWMemory(word), true)
    }
  }
  return new Uint8Array(words.buffer)
}

/** Signals are addressed by the 64-bit FNV-1a hash of their name. */
function nameHash(name: string): { high: number; low: number } {
  let hash = 0xcbf29ce484222325n
  for (const character of Buffer.from(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character)) * 0x100000001b3n)
  }
  return { high: Number(hash >> 32n), low: Number(hash & 0xffffffffn) }
}
