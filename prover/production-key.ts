import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '#circuits/manifest.js'
import { BaseError } from '#portfolio/base-error.js'
import type { Hex } from './bn254.js'
import { assertUsableKey } from './key-check.js'
import type { VerificationKey } from './verification-key.js'

/** What `ballast ceremony finalize` pins of a circuit's key in circuits/manifest.json. */
export type CeremonyKeyPin = {
  /** `test` keys are treated like development keys: for a local chain only. */
  readonly kind: 'production' | 'test'
  /** SHA-256 of the constraint file that the key is for, of the proving key, and of the verification key. */
  readonly r1cs: Hex
  readonly zkey: Hex
  readonly zkeyBytes: number
  readonly vkey: Hex
  /** keccak256 of the encoded verification key, as the verifier contract reports it. */
  readonly keyHash: Hex
  readonly ceremony: Hex
  /** SHA-256 of the ceremony's record. */
  readonly transcript: Hex
}

export type CeremonyKeyPins = Readonly<Record<string, CeremonyKeyPin>>

/** The folder with a ceremony's final keys, and the pins that they must have: those of the manifest by default. */
export type CeremonyKeys = { readonly folder: string; readonly pins?: CeremonyKeyPins }

export type CeremonyKey = {
  readonly zkeyPath: string
  readonly vkeyPath: string
  readonly vkey: VerificationKey
  readonly hashes: { readonly zkey: Hex; readonly vkey: Hex }
  /** True for the keys of a test ceremony. */
  readonly development: boolean
}

/** File names of a final key; one of a test says so. */
export const ceremonyKeyFiles = (circuit: string, kind: CeremonyKeyPin['kind']) => {
  const stem = kind === 'test' ? `${circuit}.test` : circuit
  return { zkey: `${stem}.zkey`, vkey: `${stem}.vkey.json` }
}

/**
 * Finds a circuit's ceremony key and checks every byte of it against its pin.
 * @param r1csHash SHA-256 of the circuit as compiled here
 * @throws {CeremonyKeyError} naming what is missing or differs
 * @throws {UnusableKeyError} @throws {MalformedKeyError} for a key that proves nothing, pinned or not
 */
export async function loadCeremonyKey(
  circuit: string,
  r1csHash: Hex,
  { folder, pins = manifest.keys as CeremonyKeyPins }: CeremonyKeys,
): Promise<CeremonyKey> {
  const pin = pins[circuit]
  if (!pin) throw new CeremonyKeyError(circuit, 'pin')
  if (pin.r1cs !== r1csHash) throw new CeremonyKeyError(circuit, 'r1cs')
  const files = ceremonyKeyFiles(circuit, pin.kind)
  const [zkeyPath, vkeyPath] = [join(folder, files.zkey), join(folder, files.vkey)]
  const size = (await stat(zkeyPath).catch(() => undefined))?.size
  if (size !== pin.zkeyBytes || (await sha256(zkeyPath)) !== pin.zkey) {
    throw new CeremonyKeyError(circuit, 'zkey')
  }
  const bytes = await readFile(vkeyPath).catch(() => undefined)
  if (!bytes || `0x${createHash('sha256').update(bytes).digest('hex')}` !== pin.vkey) {
    throw new CeremonyKeyError(circuit, 'vkey')
  }
  const vkey = JSON.parse(bytes.toString('utf8')) as VerificationKey
  assertUsableKey(vkey)
  return {
    zkeyPath,
    vkeyPath,
    vkey,
    hashes: { zkey: pin.zkey, vkey: pin.vkey },
    development: pin.kind !== 'production',
  }
}

async function sha256(path: string): Promise<Hex> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return `0x${hash.digest('hex')}`
}

/** A ceremony's key is not there, is not the pinned one, or belongs to another circuit. */
export class CeremonyKeyError extends BaseError {
  constructor(circuit: string, part: 'pin' | 'r1cs' | 'zkey' | 'vkey') {
    const found = {
      pin: `No ceremony key of ${circuit} is pinned in circuits/manifest.json.`,
      r1cs: `The ceremony key of ${circuit} belongs to another version of the circuit.`,
      zkey: `The proving key of ${circuit} is not the pinned one.`,
      vkey: `The verification key of ${circuit} is not the pinned one.`,
    }
    super(found[part], {
      code: 'PROVER_CEREMONY_KEY',
      field: `${circuit}.${part}`,
      hints: ['Fetch the final keys of the ceremony again; docs/ceremony.md says how to check them.'],
    })
  }
}
