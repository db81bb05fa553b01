import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { BASE_FIELD, type Hex, SCALAR_FIELD } from './bn254.js'

/** Points in `.zkey` form: affine, little-endian, Montgomery; 64 bytes in G1, 128 in G2. */
export type ZkeyContent = {
  readonly wires: number
  readonly publics: number
  readonly power: number
  readonly alpha1: Uint8Array
  readonly beta1: Uint8Array
  readonly beta2: Uint8Array
  readonly gamma2: Uint8Array
  readonly delta1: Uint8Array
  readonly delta2: Uint8Array
  readonly ic: Uint8Array
  readonly coefficients: Uint8Array
  readonly a: Uint8Array
  readonly b1: Uint8Array
  readonly b2: Uint8Array
  readonly c: Uint8Array
  readonly h: Uint8Array
  /** 64 bytes that stand where a ceremony keeps the hash of the circuit. */
  readonly circuitHash: Uint8Array
}

const GROTH16 = 1

/**
 * Writes a Groth16 proving key in snarkjs' `.zkey` format (layout: snarkjs, `zkey_utils.js`), with no contributions.
 * Returns the file's SHA-256.
 */
export async function writeZkey(path: string, content: ZkeyContent): Promise<Hex> {
  const sections = [
    uint32(GROTH16),
    header(content),
    content.ic,
    content.coefficients,
    content.a,
    content.b1,
    content.b2,
    content.c,
    content.h,
    Buffer.concat([content.circuitHash, uint32(0)]),
  ]
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    const write = async (bytes: Uint8Array) => {
      hash.update(bytes)
      await file.writeFile(bytes)
    }
    await write(Buffer.concat([Buffer.from('zkey'), uint32(1), uint32(sections.length)]))
    for (const [index, section] of sections.entries()) {
      await write(Buffer.concat([uint32(index + 1), uint64(section.byteLength)]))
      await write(section)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return `0x${hash.digest('hex')}`
}

function header(content: ZkeyContent): Buffer {
  return Buffer.concat([
    uint32(32),
    uint256(BASE_FIELD),
    uint32(32),
    uint256(SCALAR_FIELD),
    uint32(content.wires),
    uint32(content.publics),
    uint32(2 ** content.power),
    content.alpha1,
    content.beta1,
    content.beta2,
    content.gamma2,
    content.delta1,
    content.delta2,
  ])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function uint256(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}
