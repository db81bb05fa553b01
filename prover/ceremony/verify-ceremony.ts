import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import manifest from '#circuits/manifest.js'
import { BaseError } from '#portfolio/base-error.js'
import { assertUsableKey } from '../key-check.js'
import type { VerificationKey } from '../verification-key.js'
import { assertAttestation } from './attestation.js'
import { assertAnnounced } from './beacon.js'
import { keyHashAt } from './contribute.js'
import { flawOfContributions, hasDeltaOfNobody } from './contribution-chain.js'
import { CEREMONY_FILES, readCeremony, sha256File } from './folder.js'
import type { OnCeremonyProgress } from './init-ceremony.js'
import { flawOfInitialKey } from './initial-key.js'
import { exportKey, newKey, objectionTo } from './phase-two.js'
import { assertPtau, PUBLISHED_PTAU } from './ptau.js'
import { type CeremonyRecord, hashText, statementOfCircuit } from './record.js'

export type VerifyOptions = {
  readonly folder: string
  /** The powers-of-tau file, unless it is in the folder. */
  readonly ptauPath?: string
  /** Accepts a ceremony that still runs: no beacon, too few contributions. */
  readonly unfinished?: boolean
  /** Makes the initial keys again instead of comparing random sums: minutes instead of seconds. */
  readonly recompute?: boolean
  readonly onProgress?: OnCeremonyProgress
  readonly signal?: AbortSignal
}

/** The checks, in their order: cheap ones first. */
export type CeremonyCheck =
  | 'files'
  | 'foundation'
  | 'minimum'
  | 'attestations'
  | 'beacon'
  | 'ptau'
  | 'r1cs'
  | 'delta'
  | 'contributions'
  | 'initial key'
  | 'key'
  | 'verification key'

export type VerificationReport = {
  readonly ceremony: string
  /** SHA-256 of `ceremony.json` as it was verified. */
  readonly transcript: string
  readonly date: string
  readonly finished: boolean
  readonly contributors: number
  readonly checks: readonly { readonly check: CeremonyCheck; readonly found: string }[]
}

/**
 * Verifies a whole ceremony from its folder, the powers of tau and the sources of the circuits, trusting nothing that the
 * folder says about itself.
 * @throws {CeremonyRefusedError} naming the check that fails
 * @throws {CeremonyRecordError} @throws {AttestationError} @throws {BeaconError} @throws {PtauHashError}
 * @throws {SectionFileError} @throws {UnusableKeyError}
 */
export async function verifyCeremony(options: VerifyOptions): Promise<VerificationReport> {
  const { folder, onProgress, signal } = options
  const record = await readCeremony(folder)
  const transcript = hashText(await readFile(join(folder, CEREMONY_FILES.record)))
  const checks: { check: CeremonyCheck; found: string }[] = []
  const pass = (check: CeremonyCheck, found: string) => void checks.push({ check, found })
  const contributors = new Set(record.contributions.map(({ name }) => name)).size
  const last = record.contributions.length + (record.beacon ? 1 : 0)

  pass('files', await checkFiles(folder, record, onProgress))
  pass('foundation', checkFoundation(record))
  if (!options.unfinished) pass('minimum', checkMinimum(record, contributors))
  pass('attestations', await checkAttestations(folder, record))
  if (record.beacon) {
    await assertAnnounced(folder, record, record.beacon.iterations, record.beacon.date)
    pass('beacon', `announced ${record.announcement?.announced}, before the last contribution`)
  } else if (!options.unfinished) throw new CeremonyRefusedError('beacon', 'no beacon has closed it')

  const ptauPath = options.ptauPath ?? join(folder, record.ptau.name)
  await assertPtau(ptauPath, record.ptau.blake2b, {
    onShare: (share) => onProgress?.('powers of tau', share),
    signal,
  })
  pass('ptau', `${record.ptau.name}, BLAKE2b ${record.ptau.blake2b.slice(0, 16)}…`)
  for (const { name, r1cs, initial } of record.circuits) {
    signal?.throwIfAborted()
    const key = (step: number) => join(folder, CEREMONY_FILES.zkey(name, step))
    const r1csPath = join(folder, CEREMONY_FILES.r1cs(name))
    onProgress?.(`compiling ${name}`, 0)
    pass('r1cs', await checkR1cs(name, record, r1cs))
    if (!options.unfinished && (await hasDeltaOfNobody(key(last)))) {
      throw new CeremonyRefusedError('delta', `δ is that of nobody in ${name}`)
    }
    refuseIf('contributions', name, await flawOfContributions(folder, record, name))
    pass('contributions', `${name}: ${last} in a chain, none of them empty`)
    const files = { r1csPath, ptauPath, zkeyPath: key(0) }
    const share = (part: number) => onProgress?.(`key of ${name}`, part)
    const flaw = options.recompute
      ? await flawByRemaking(files, initial, share)
      : await flawOfInitialKey(files, (done) => share(done * 0.7))
    refuseIf('initial key', name, flaw)
    pass('initial key', `${name}: ${options.recompute ? 'the same bytes' : 'the same random sums'}`)
    refuseIf('key', name, await objectionTo(key(0), ptauPath, key(last)))
    pass('key', `${name}: the initial key divided by the product of all contributions`)
    if (options.unfinished) continue
    assertUsableKey(await exportKey(key(last)))
    pass('verification key', `${name}: δ differs from γ and from the generator, all points in their groups`)
  }
  const date = new Date().toISOString()
  return {
    ceremony: record.id,
    transcript,
    date,
    finished: options.unfinished !== true,
    contributors,
    checks,
  }
}

/** Exactly the listed files, each with its listed hash: a file too many may be a contribution that was dropped. */
async function checkFiles(
  folder: string,
  record: CeremonyRecord,
  onProgress: OnCeremonyProgress | undefined,
): Promise<string> {
  const steps = record.contributions.length + (record.beacon ? 1 : 0)
  const hashes = new Map<string, string>()
  for (const { name, r1cs } of record.circuits) {
    hashes.set(CEREMONY_FILES.r1cs(name), r1cs)
    for (let step = 0; step <= steps; step++) {
      hashes.set(CEREMONY_FILES.zkey(name, step), keyHashAt(record, name, step)!)
    }
  }
  for (const [i, { name, attestation }] of record.contributions.entries()) {
    hashes.set(CEREMONY_FILES.attestation(i + 1, name), attestation)
  }
  const found = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  for (const file of found) {
    const free = [CEREMONY_FILES.record, CEREMONY_FILES.page, record.ptau.name]
    const ours = free.includes(file) || file.startsWith('.') || file.startsWith(CEREMONY_FILES.final + sep)
    if (!ours && !file.endsWith('.tmp') && !hashes.has(file)) {
      throw new CeremonyRefusedError('files', `${file} is not in the record`)
    }
  }
  let done = 0
  for (const [file, hash] of hashes) {
    if (!found.includes(file)) throw new CeremonyRefusedError('files', `${file} is missing`)
    if ((await sha256File(join(folder, file))) !== hash) {
      throw new CeremonyRefusedError('files', `${file} is not the file of the record`)
    }
    onProgress?.('files', ++done / hashes.size)
  }
  return `${hashes.size} files, as listed`
}

function checkFoundation({ kind, ptau, circuits }: CeremonyRecord): string {
  const listed = PUBLISHED_PTAU.find(({ name }) => name === ptau.name)
  if (ptau.published !== (listed !== undefined && listed.blake2b === ptau.blake2b)) {
    throw new CeremonyRefusedError('foundation', 'the powers of tau are not the published ones')
  }
  if (kind === 'production' && (!ptau.published || circuits.length < 3)) {
    throw new CeremonyRefusedError('foundation', 'a production key needs published powers and all circuits')
  }
  return kind === 'test' ? 'a test: its keys are for a local chain' : 'published powers of tau, all circuits'
}

function checkMinimum({ kind }: CeremonyRecord, contributors: number): string {
  const least = manifest.ceremony.contributionsMin[kind]
  if (contributors < least) {
    throw new CeremonyRefusedError('minimum', `${contributors} contributors, at least ${least} are needed`)
  }
  return `${contributors} contributors, at least ${least}`
}

async function checkAttestations(folder: string, record: CeremonyRecord): Promise<string> {
  for (const [i, { name }] of record.contributions.entries()) {
    assertAttestation(
      record,
      i,
      await readFile(join(folder, CEREMONY_FILES.attestation(i + 1, name)), 'utf8'),
    )
  }
  return `${record.contributions.length}, each naming the one before`
}

/** The constraint file that the sources here compile to is the ceremony's, and the one pinned with the sources. */
async function checkR1cs(name: string, { tier }: CeremonyRecord, r1cs: string): Promise<string> {
  const compiled = await compileCircuit(circuitOf(statementOfCircuit(name), tier))
  const hash = await sha256File(compiled.r1csPath)
  const pinned = (manifest.circuits as Record<string, { r1cs: string }>)[name]?.r1cs
  if (hash !== r1cs || hash !== pinned) {
    throw new CeremonyRefusedError('r1cs', `${name} does not come from the circuits here`)
  }
  return `${name}: compiled from the sources, ${r1cs.slice(0, 18)}…`
}

async function flawByRemaking(
  files: { r1csPath: string; ptauPath: string; zkeyPath: string },
  hash: string,
  onShare: (share: number) => void,
): Promise<string | undefined> {
  const temporary = `${files.zkeyPath}.${randomUUID()}.tmp`
  try {
    await newKey(files.r1csPath, files.ptauPath, temporary, onShare)
    const same = (await sha256File(temporary)) === hash
    return same ? undefined : 'it is not what its circuit and the powers of tau give'
  } finally {
    await rm(temporary, { force: true })
  }
}

function refuseIf(check: CeremonyCheck, circuit: string, flaw: string | undefined): void {
  if (flaw !== undefined) throw new CeremonyRefusedError(check, `${circuit}: ${flaw}`)
}

/** Reads the key that verifiers need from a proving key. */
export async function verificationKeyOf(zkeyPath: string): Promise<VerificationKey> {
  const vkey = await exportKey(zkeyPath)
  assertUsableKey(vkey)
  return vkey as VerificationKey
}

/** A ceremony is not what it claims to be. `field` is the check that fails. */
export class CeremonyRefusedError extends BaseError {
  constructor(check: CeremonyCheck, found: string) {
    super(`The ceremony is refused (${check}): ${found}.`, {
      code: 'PROVER_CEREMONY_REFUSED',
      field: check,
    })
  }
}
