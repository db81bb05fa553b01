import { readFile } from 'node:fs/promises'
import { BaseError } from '#portfolio/base-error.js'
import { SCALAR_FIELD } from './bn254.js'

/** A circuit as circom compiled it: rank-1 constraints ⟨a,w⟩·⟨b,w⟩ = ⟨c,w⟩ over the wires w, with w_0 = 1. */
export type R1cs = {
  readonly wires: number
  /** Outputs and public inputs: wires 1..publics. */
  readonly publics: number
  readonly constraints: number
  /**
   * Constraint after constraint, the three linear combinations: a 32-bit count, then per term a 32-bit wire and a
   * 32-byte coefficient, all little-endian.
   */
  readonly terms: Uint8Array
}

const HEADER_SECTION = 1
const CONSTRAINT_SECTION = 2
/** Custom gates have no meaning in Groth16. */
const CUSTOM_GATES_SECTION = 4

/**
 * Reads circom's binary `.r1cs` (format: iden3/r1csfile, `doc/r1cs_bin_format.md`).
 * @throws {R1csError} if the file is not an r1cs version 1 over BN254's scalar field.
 */
export async function readR1cs(path: string): Promise<R1cs> {
  const file = await readFile(path)
  const sections = readSections(file)
  const header = sections.get(HEADER_SECTION)
  const terms = sections.get(CONSTRAINT_SECTION)
  if (!header || !terms) throw new R1csError('a header and a constraint section')
  if ((sections.get(CUSTOM_GATES_SECTION)?.byteLength ?? 0) > 4) throw new R1csError('no custom gates')
  if (header.byteLength !== 64 || header.readUInt32LE(0) !== 32) throw new R1csError('32-byte field elements')
  const prime = BigInt(`0x${Buffer.from(header.subarray(4, 36)).reverse().toString('hex')}`)
  if (prime !== SCALAR_FIELD) throw new R1csError('the scalar field of BN254')
  const wires = header.readUInt32LE(36)
  const publics = header.readUInt32LE(40) + header.readUInt32LE(44)
  const constraints = header.readUInt32LE(60)
  if (publics >= wires) throw new R1csError('more wires than public signals')
  if (constraints + publics === 0) throw new R1csError('a constraint or a public signal')
  return { wires, publics, constraints, terms }
}

function readSections(file: Buffer): Map<number, Buffer> {
  if (file.byteLength < 12 || file.toString('latin1', 0, 4) !== 'r1cs' || file.readUInt32LE(4) !== 1) {
    throw new R1csError('the r1cs format, version 1')
  }
  const sections = new Map<number, Buffer>()
  let at = 12
  for (let left = file.readUInt32LE(8); left > 0; left--) {
    if (at + 12 > file.byteLength) throw new R1csError('complete sections')
    const id = file.readUInt32LE(at)
    const size = Number(file.readBigUInt64LE(at + 4))
    at += 12 + size
    if (at > file.byteLength || sections.has(id)) throw new R1csError('complete sections, each once')
    sections.set(id, file.subarray(at - size, at))
  }
  return sections
}

export class R1csError extends BaseError {
  constructor(expected: string) {
    super(`The circuit's constraint file must have ${expected}.`, {
      code: 'PROVER_R1CS',
      hints: ['Compile the circuit again.'],
    })
  }
}
