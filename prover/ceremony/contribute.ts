import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'
import { attest } from './attestation.js'
import {
  CEREMONY_FILES,
  makeWhole,
  readCeremony,
  sha256File,
  withFolder,
  writeCeremony,
  writeWhole,
} from './folder.js'
import type { OnCeremonyProgress } from './init-ceremony.js'
import { contributeTo, phaseTwoCurve } from './phase-two.js'
import { type CeremonyRecord, hashText, nameSchema, type Step } from './record.js'
import { contributionHash, type KeyContribution, readHistory } from './zkey-contributions.js'

export type ContributeOptions = {
  readonly folder: string
  readonly name: string
  /** What the participant typed or brought, in addition to the system's randomness; overwritten with zeros. */
  readonly entropy: Uint8Array
  readonly onProgress?: OnCeremonyProgress
  readonly signal?: AbortSignal
}

/** A participant's own part must be worth something even if the system's randomness is not. */
const ENTROPY_BYTES_MIN = 16

/**
 * Adds one contribution to every circuit of a ceremony, with an attestation. Nothing has happened until the record is
 * renamed into place; after a kill, the same name goes on at the first circuit that is missing, and another name begins
 * anew.
 *
 * The secrets are derived from fresh system randomness and `entropy`, per circuit; they exist inside snarkjs for the length
 * of one step. JavaScript cannot erase strings and integers: end the process afterwards.
 * @returns the new record, and the attestation file's path in the folder
 * @throws {ContributorNameError} @throws {EntropyError} @throws {CeremonyClosedError}
 * @throws {KeyFileError} when a key in the folder is not the one of the record
 */
export async function contribute(
  options: ContributeOptions,
): Promise<{ record: CeremonyRecord; attestation: string }> {
  const { folder, name, entropy, onProgress, signal } = options
  if (!nameSchema.safeParse(name).success) throw new ContributorNameError()
  if (entropy.byteLength < ENTROPY_BYTES_MIN) throw new EntropyError()
  try {
    return await withFolder(folder, async () => {
      const record = await readCeremony(folder)
      if (record.beacon) throw new CeremonyClosedError()
      const step = record.contributions.length + 1
      const circuits: Step = {}
      for (const { name: circuit } of record.circuits) {
        signal?.throwIfAborted()
        const before = join(folder, CEREMONY_FILES.zkey(circuit, step - 1))
        const after = join(folder, CEREMONY_FILES.zkey(circuit, step))
        if ((await sha256File(before)) !== keyHashAt(record, circuit, step - 1))
          throw new KeyFileError(circuit)
        if (!(await isPending(before, after, name))) {
          await makeWhole(after, (temporary) =>
            contributeTo(before, temporary, name, secretText(entropy, circuit), (share) =>
              onProgress?.(circuit, share),
            ),
          )
        }
        circuits[circuit] = await stepOf(after)
      }
      const date = new Date().toISOString()
      const attestation = CEREMONY_FILES.attestation(step, name)
      const text = `${JSON.stringify(attest(record, name, date, circuits), null, 2)}\n`
      await writeWhole(join(folder, attestation), text)
      const contribution = { name, date, attestation: hashText(text), circuits }
      const next = { ...record, contributions: [...record.contributions, contribution] }
      await writeCeremony(folder, next)
      return { record: next, attestation }
    })
  } finally {
    entropy.fill(0)
  }
}

/** SHA-256 of a circuit's key after so many contributions. */
export function keyHashAt(record: CeremonyRecord, circuit: string, step: number): string | undefined {
  if (step === 0) return record.circuits.find(({ name }) => name === circuit)?.initial
  const made = record.contributions[step - 1] ?? record.beacon
  return made?.circuits[circuit]?.zkey
}

export async function stepOf(zkeyPath: string): Promise<Step[string]> {
  const last = (await readHistory(zkeyPath)).contributions.at(-1) as KeyContribution
  return {
    zkey: await sha256File(zkeyPath),
    contribution: contributionHash(await phaseTwoCurve(), last),
  }
}

/** Whether an interrupted run under the same name has made this key already; one of anybody else is removed. */
async function isPending(before: string, after: string, name: string): Promise<boolean> {
  if (!existsSync(after)) return false
  const [old, now] = await Promise.all([readHistory(before), readHistory(after)])
  const last = now.contributions.at(-1)
  const follows =
    now.contributions.length === old.contributions.length + 1 &&
    old.contributions.every(({ bytes }, i) => bytes.equals(now.contributions[i]!.bytes))
  if (follows && last?.name === name && last.kind === 'participant') return true
  await rm(after)
  return false
}

/** 512 fresh random bits of the system, hashed with what the participant brought: as strong as the better of the two. */
function secretText(entropy: Uint8Array, circuit: string): string {
  const fresh = randomBytes(64)
  const text = createHash('sha512')
    .update('ballast ceremony entropy\0')
    .update(fresh)
    .update(`\0${circuit}\0`)
    .update(entropy)
    .digest('hex')
  fresh.fill(0)
  return text
}

/** A contributor's name cannot stand in a key or on a page. */
export class ContributorNameError extends BaseError {
  constructor() {
    super("The name must begin with a letter or digit, and have at most 48 letters, digits and . _ @ ' -", {
      code: 'PROVER_CEREMONY_NAME',
      field: 'name',
    })
  }
}

/** The participant brought too little. The text itself is never shown. */
export class EntropyError extends BaseError {
  constructor() {
    super(`The text must have at least ${ENTROPY_BYTES_MIN} bytes.`, {
      code: 'PROVER_CEREMONY_ENTROPY',
      hints: ['Type at random, or take it from dice; it is mixed with the randomness of the system.'],
    })
  }
}

/** The beacon has been applied: nothing can follow it. */
export class CeremonyClosedError extends BaseError {
  constructor() {
    super('The beacon has closed this ceremony.', { code: 'PROVER_CEREMONY_CLOSED' })
  }
}

/** A key in the folder is not the one that the record names. */
export class KeyFileError extends BaseError {
  constructor(circuit: string) {
    super(`The last key of ${circuit} is not the one of the record.`, {
      code: 'PROVER_CEREMONY_KEY_FILE',
      field: circuit,
      hints: ['Fetch the folder again from the coordinator.'],
    })
  }
}
