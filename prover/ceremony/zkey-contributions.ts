import { createHash } from 'node:crypto'
import type { PhaseTwoCurve, PhaseTwoGroup } from './phase-two.js'
import { openSections, type SectionFile, SectionFileError, ZKEY_SECTION } from './section-file.js'

/** A contribution as a `.zkey` records it; points in `.zkey` form (G1 64 bytes, G2 128 bytes). */
export type KeyContribution = {
  readonly deltaAfter: Buffer
  readonly g1s: Buffer
  readonly g1sx: Buffer
  readonly g2spx: Buffer
  readonly transcript: Buffer
  readonly kind: 'participant' | 'beacon'
  readonly name: string
  readonly iterations?: number
  readonly value?: string
  /** The whole record, for comparison between files. */
  readonly bytes: Buffer
}

export type KeyHistory = {
  /** snarkjs' hash of the initial key, the root of every transcript. */
  readonly circuitHash: string
  readonly contributions: readonly KeyContribution[]
}

const FIXED_BYTES = 3 * 64 + 128 + 64 + 8

/**
 * Reads who contributed to a key (layout: snarkjs, `zkey_utils.js`). snarkjs hashes the points and the transcript of a
 * contribution, but neither its name nor whether it is a beacon: those are to be compared with the ceremony's record.
 * @throws {SectionFileError} when the file is damaged.
 */
export async function readHistory(path: string): Promise<KeyHistory> {
  const file = await openSections(path, 'zkey')
  try {
    return parseHistory(await file.read(ZKEY_SECTION.contributions))
  } finally {
    await file.close()
  }
}

function parseHistory(section: Buffer): KeyHistory {
  if (section.byteLength < 68) throw new SectionFileError('zkey', 'a complete list of contributions')
  const contributions: KeyContribution[] = []
  let at = 68
  for (let left = section.readUInt32LE(64); left > 0; left--) {
    const end = at + FIXED_BYTES
    if (end > section.byteLength) throw new SectionFileError('zkey', 'a complete list of contributions')
    const length = section.readUInt32LE(end - 4)
    if (end + length > section.byteLength)
      throw new SectionFileError('zkey', 'a complete list of contributions')
    contributions.push(parseContribution(section.subarray(at, end + length)))
    at = end + length
  }
  if (at !== section.byteLength) throw new SectionFileError('zkey', 'nothing behind its contributions')
  return { circuitHash: section.toString('hex', 0, 64), contributions }
}

function parseContribution(bytes: Buffer): KeyContribution {
  const kind = bytes.readUInt32LE(FIXED_BYTES - 8)
  if (kind > 1) throw new SectionFileError('zkey', 'contributions of a known kind')
  return {
    deltaAfter: bytes.subarray(0, 64),
    g1s: bytes.subarray(64, 128),
    g1sx: bytes.subarray(128, 192),
    g2spx: bytes.subarray(192, 320),
    transcript: bytes.subarray(320, 384),
    kind: kind === 1 ? 'beacon' : 'participant',
    ...parseParameters(bytes.subarray(FIXED_BYTES)),
    bytes,
  }
}

/** Name (1), iterations of the beacon's hash as a power of two (2), the beacon's value (3), in this order. */
function parseParameters(bytes: Buffer) {
  let name = ''
  let beacon: { iterations?: number; value?: string } = {}
  for (let at = 0, last = 0; at < bytes.byteLength; ) {
    const type = bytes[at]!
    const size = type === 2 ? 1 : (bytes[at + 1] ?? 0)
    const from = type === 2 ? at + 1 : at + 2
    if (type <= last || type > 3 || from + size > bytes.byteLength) {
      throw new SectionFileError('zkey', 'well-formed contributions')
    }
    if (type === 1) name = bytes.toString('utf8', from, from + size)
    if (type === 2) beacon = { iterations: bytes[from]! }
    if (type === 3) beacon = { ...beacon, value: bytes.toString('hex', from, from + size) }
    last = type
    at = from + size
  }
  return { name, ...beacon }
}

/** α₁ and the rest of a key's header, without the circuit's sizes. */
export type KeyHeader = Record<'alpha1' | 'beta1' | 'beta2' | 'gamma2' | 'delta1' | 'delta2', Buffer>

const POINTS_AT = 4 + 32 + 4 + 32 + 12

export async function readKeyHeader(file: SectionFile): Promise<KeyHeader> {
  const point = (at: number, length: number) => file.read(ZKEY_SECTION.header, POINTS_AT + at, length)
  return {
    alpha1: await point(0, 64),
    beta1: await point(64, 64),
    beta2: await point(128, 128),
    gamma2: await point(256, 128),
    delta1: await point(384, 64),
    delta2: await point(448, 128),
  }
}

/** What snarkjs calls the contribution hash: BLAKE2b-512 over its points, uncompressed, and its transcript. */
export function contributionHash({ G1, G2 }: PhaseTwoCurve, contribution: KeyContribution): string {
  const { deltaAfter, g1s, g1sx, g2spx, transcript } = contribution
  const hash = createHash('blake2b512')
  const add = (group: PhaseTwoGroup, point: Buffer) => {
    const bytes = Buffer.alloc(point.byteLength)
    group.toRprUncompressed(bytes, 0, point)
    hash.update(bytes)
  }
  for (const point of [deltaAfter, g1s, g1sx]) add(G1, point)
  add(G2, g2spx)
  return hash.update(transcript).digest('hex')
}
