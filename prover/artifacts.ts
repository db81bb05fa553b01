import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Hex } from './bn254.js'
import { ArtifactError } from './prove-error.js'

/** The files of one circuit, each pinned by the SHA-256 of its bytes. */
export type CircuitArtifacts = {
  readonly id: string
  readonly wasmPath: string
  readonly zkeyPath: string
  readonly vkeyPath: string
  readonly hashes: { readonly wasm: Hex; readonly zkey: Hex; readonly vkey: Hex }
}

export type ArtifactBytes = {
  readonly wasm: Uint8Array
  readonly zkey: Uint8Array
  readonly vkey: Uint8Array
}

/**
 * Reads the circuit's files and compares them with their pinned hashes: what was checked is what is used.
 * @throws {ArtifactError} naming only the kind of the file that is missing or differs
 */
export async function checkArtifacts(artifacts: CircuitArtifacts): Promise<ArtifactBytes> {
  const read = async (kind: 'wasm' | 'zkey' | 'vkey') => {
    const bytes = await readFile(artifacts[`${kind}Path`]).catch(() => undefined)
    if (!bytes || fileHash(bytes) !== artifacts.hashes[kind].toLowerCase())
      throw new ArtifactError(artifacts.id, kind)
    return bytes
  }
  return { wasm: await read('wasm'), zkey: await read('zkey'), vkey: await read('vkey') }
}

/** SHA-256 of a file's bytes, as artifacts are pinned. */
export function fileHash(bytes: Uint8Array): Hex {
  return `0x${createHash('sha256').update(bytes).digest('hex')}`
}
