import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { circuitOf, STATEMENTS, type Statement } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { BaseError } from '#portfolio/base-error.js'
import type { Tier } from '#portfolio/shape.js'
import { readR1cs } from '../r1cs-file.js'
import { CEREMONY_FILES, hashFile, makeWhole, sha256File, withFolder, writeCeremony } from './folder.js'
import { flawOfInitialKey } from './initial-key.js'
import { writeLocalPtau } from './local-ptau.js'
import { newKey } from './phase-two.js'
import { obtainPtau, type PtauSource } from './ptau.js'
import { type CeremonyCircuit, type CeremonyRecord, ceremonyId, type Foundation } from './record.js'
import { readHistory } from './zkey-contributions.js'

/** What is being done to what, and how much of it, from 0 to 1. */
export type OnCeremonyProgress = (what: string, share: number) => void

export type InitOptions = {
  readonly folder: string
  readonly tier: Tier
  readonly kind: 'production' | 'test'
  /** `local` makes a small file here: for tests and rehearsals. */
  readonly ptau: PtauSource | 'local'
  /** A test may leave circuits out. */
  readonly statements?: readonly Statement[]
  readonly onProgress?: OnCeremonyProgress
  readonly signal?: AbortSignal
}

/**
 * Begins a ceremony: compiles the tier's circuits, checks the powers of tau, and makes the keys that the first participant
 * multiplies. Run again after a kill, it goes on at the first key that is missing.
 * @throws {CeremonyExistsError} when one has begun in the folder
 * @throws {TestOnlyError} when something in it is fit for a test only
 * @throws {PtauError} @throws {PtauHashError} @throws {PhaseTwoError} @throws the signal's reason
 */
export async function initCeremony(options: InitOptions): Promise<CeremonyRecord> {
  const { folder, tier, kind, onProgress, signal } = options
  const statements = options.statements ?? STATEMENTS
  if (kind === 'production') {
    if (options.ptau === 'local') throw new TestOnlyError('powers of tau made on this machine')
    if (statements.length < STATEMENTS.length) throw new TestOnlyError('a part of the circuits')
  }
  return withFolder(folder, async () => {
    if (existsSync(join(folder, CEREMONY_FILES.record))) throw new CeremonyExistsError()
    const powers = new Map<string, number>()
    for (const statement of statements) {
      const name = `${statement}-${tier}`
      onProgress?.(`compiling ${name}`, 0)
      const { r1csPath } = await compileCircuit(circuitOf(statement, tier), signal ? { signal } : {})
      const r1cs = join(folder, CEREMONY_FILES.r1cs(name))
      await makeWhole(r1cs, (temporary) => copyFile(r1csPath, temporary))
      const { constraints, publics } = await readR1cs(r1cs)
      powers.set(name, Math.floor(Math.log2(constraints + publics)) + 1)
    }
    const ptau = await ptauFor(options, [...powers.values()])
    if (kind === 'production' && !ptau.published)
      throw new TestOnlyError('powers of tau that are not on the list')
    const circuits: CeremonyCircuit[] = []
    for (const name of powers.keys()) {
      signal?.throwIfAborted()
      circuits.push(await initialKey(folder, name, ptau.path, onProgress))
    }
    const foundation: Foundation = {
      format: 'ballast ceremony 1',
      kind,
      tier,
      created: new Date().toISOString(),
      nonce: `0x${randomBytes(32).toString('hex')}`,
      ptau: { name: ptau.name, blake2b: ptau.blake2b, power: ptau.power, published: ptau.published },
      circuits,
    }
    const record: CeremonyRecord = {
      ...foundation,
      id: ceremonyId(foundation),
      announcement: null,
      contributions: [],
      beacon: null,
    }
    await writeCeremony(folder, record)
    return record
  })
}

async function ptauFor(
  { folder, ptau, onProgress, signal }: InitOptions,
  powers: readonly number[],
): Promise<{ path: string; name: string; blake2b: string; power: number; published: boolean }> {
  const power = Math.max(...powers)
  if (ptau !== 'local') {
    const onShare = (share: number) => onProgress?.('powers of tau', share)
    return obtainPtau(ptau, folder, power, { onShare, signal })
  }
  const name = `local-test_${power}.ptau`
  const path = join(folder, name)
  if (!existsSync(path)) {
    await writeLocalPtau({
      path,
      powers,
      signal,
      onProgress: (share) => onProgress?.('powers of tau', share),
    })
  }
  return { path, name, blake2b: await hashFile(path, 'blake2b512'), power, published: false }
}

async function initialKey(
  folder: string,
  name: string,
  ptauPath: string,
  onProgress: OnCeremonyProgress | undefined,
): Promise<CeremonyCircuit> {
  const zkey = join(folder, CEREMONY_FILES.zkey(name, 0))
  const r1cs = join(folder, CEREMONY_FILES.r1cs(name))
  // A key that an interrupted run left may have been made from other powers of tau.
  const left = existsSync(zkey)
  if (!left || (await flawOfInitialKey({ r1csPath: r1cs, ptauPath, zkeyPath: zkey })) !== undefined) {
    await makeWhole(zkey, (temporary) =>
      newKey(r1cs, ptauPath, temporary, (share) => onProgress?.(`key of ${name}`, share)),
    )
  }
  const { circuitHash } = await readHistory(zkey)
  return {
    name,
    r1cs: await sha256File(r1cs),
    initial: await sha256File(zkey),
    label: circuitHash,
  } as CeremonyCircuit
}

/** A ceremony has begun in the folder. */
export class CeremonyExistsError extends BaseError {
  constructor() {
    super('A ceremony has begun in this folder.', {
      code: 'PROVER_CEREMONY_EXISTS',
      hints: ['Contribute to it with `ballast ceremony contribute`, or begin another in an empty folder.'],
    })
  }
}

/** A production key was asked for from something that is fit for a test only. */
export class TestOnlyError extends BaseError {
  constructor(what: string) {
    super(`A production ceremony cannot use ${what}.`, {
      code: 'PROVER_CEREMONY_TEST_ONLY',
      hints: ['Name a published powers-of-tau file, or say that the ceremony is a test.'],
    })
  }
}
