import { type FileHandle, open } from 'node:fs/promises'
import { BaseError } from '#portfolio/base-error.js'

/** Sections of a prepared powers-of-tau file (layout: snarkjs, `powersoftau_utils.js`, `powersoftau_preparephase2.js`). */
export const PTAU_SECTION = {
  header: 1,
  tauG1: 2,
  tauG2: 3,
  alphaTauG1: 4,
  betaTauG1: 5,
  betaG2: 6,
  contributions: 7,
  lagrangeG1: 12,
  lagrangeG2: 13,
  lagrangeAlphaG1: 14,
  lagrangeBetaG1: 15,
} as const

/** Sections of a Groth16 `.zkey` (layout: snarkjs, `zkey_utils.js`). */
export const ZKEY_SECTION = {
  protocol: 1,
  header: 2,
  ic: 3,
  coefficients: 4,
  a: 5,
  b1: 6,
  b2: 7,
  c: 8,
  h: 9,
  contributions: 10,
} as const

/** A file of numbered sections, as snarkjs writes keys and powers of tau. */
export type SectionFile = {
  readonly size: number
  has(section: number): boolean
  sizeOf(section: number): number
  /** Bytes of a section, from an offset on; throws when it has fewer. */
  read(section: number, offset?: number, length?: number): Promise<Buffer>
  close(): Promise<void>
}

/**
 * Opens a file of sections. Stricter than snarkjs: every section once, and nothing behind the last.
 * @throws {SectionFileError} when it is not one of the given kind.
 */
export async function openSections(path: string, kind: 'zkey' | 'ptau'): Promise<SectionFile> {
  const file = await open(path, 'r').catch(() => {
    throw new SectionFileError(kind, 'a readable file')
  })
  try {
    const { size } = await file.stat()
    const places = await readTable(file, size, kind)
    const place = (section: number) => {
      const found = places.get(section)
      if (!found) throw new SectionFileError(kind, `a section ${section}`)
      return found
    }
    return {
      size,
      has: (section) => places.has(section),
      sizeOf: (section) => place(section).size,
      read: (section, offset = 0, length = place(section).size - offset) => {
        if (offset + length > place(section).size) throw new SectionFileError(kind, 'complete sections')
        return readAt(file, place(section).start + offset, length, kind)
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readTable(file: FileHandle, size: number, kind: 'zkey' | 'ptau') {
  const head = await readAt(file, 0, 12, kind)
  if (head.toString('latin1', 0, 4) !== kind || head.readUInt32LE(4) !== 1) {
    throw new SectionFileError(kind, `the ${kind} format, version 1`)
  }
  const places = new Map<number, { start: number; size: number }>()
  let at = 12
  for (let left = head.readUInt32LE(8); left > 0; left--) {
    const entry = await readAt(file, at, 12, kind)
    const section = entry.readUInt32LE(0)
    const length = Number(entry.readBigUInt64LE(4))
    if (places.has(section) || at + 12 + length > size) {
      throw new SectionFileError(kind, 'complete sections, each once')
    }
    places.set(section, { start: at + 12, size: length })
    at += 12 + length
  }
  if (at !== size) throw new SectionFileError(kind, 'nothing behind its last section')
  return places
}

async function readAt(file: FileHandle, at: number, length: number, kind: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  if (bytesRead !== length) throw new SectionFileError(kind, 'complete sections')
  return bytes
}

/** A key or powers-of-tau file is cut short, damaged, or something else. */
export class SectionFileError extends BaseError {
  constructor(kind: string, expected: string) {
    super(`The .${kind} file must have ${expected}.`, { code: 'PROVER_CEREMONY_FILE' })
  }
}
