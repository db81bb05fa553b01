import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { circuitOf, STATEMENTS, type Statement } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import manifest from '#circuits/manifest.js'
import { BaseError } from '#portfolio/base-error.js'
import type { Tier } from '#portfolio/shape.js'
import { type CircuitArtifacts, fileHash } from './artifacts.js'
import type { Hex } from './bn254.js'
import { circuitIdOf } from './challenge.js'
import { makeDevelopmentKey } from './development-key.js'
import { assertUsableKey } from './key-check.js'
import { type CeremonyKeys, loadCeremonyKey } from './production-key.js'
import type { VerificationKey } from './verification-key.js'

/** A compiled statement with its keys. `circuitId` is what its verification key is registered under on chain. */
export type ProvingCircuit = {
  readonly statement: Statement
  readonly tier: Tier
  readonly circuitId: Hex
  readonly artifacts: CircuitArtifacts
  readonly vkey: VerificationKey
  /** Worth nothing off a local chain: made from the public seed, or by a test ceremony. */
  readonly development: boolean
}

/** Kinds of files whose hashes are pinned. */
export type PinnedFile = 'r1cs' | 'wasm' | 'zkey' | 'vkey'

export type TierCircuits = Readonly<Record<Statement, ProvingCircuit>>

/** What is pinned of a circuit in circuits/manifest.json. Hashes are SHA-256 of the files. */
export type CircuitPin = {
  readonly constraints: number
  readonly r1cs: Hex
  readonly wasm: Hex
  readonly zkey: Hex
  readonly vkey: Hex
}

export type CircuitProgress = {
  readonly circuit: string
  readonly phase: 'compiling' | 'key' | 'ready'
  /** Share of the phase that is done, from 0 to 1. */
  readonly done: number
}

export type LoadOptions = {
  readonly onProgress?: (progress: CircuitProgress) => void
  readonly signal?: AbortSignal
  /** Skips the comparison with the manifest: for the script that writes the pins. */
  readonly unpinned?: boolean
  /** Takes a ceremony's keys, with the hashes pinned for them, instead of making development keys. */
  readonly keys?: CeremonyKeys | undefined
}

/**
 * Compiles the circuits of a tier and makes their development keys, or finds what an earlier run made. Circuits are
 * compiled at the same time; keys are made one after the other, since each takes every core, as their circuits get ready.
 *
 * @throws {@link CircuitPinError} naming the circuit and the kind of file that is not the pinned one.
 * @throws `UnusableKeyError`, `MalformedKeyError` for a key that proves nothing, pinned or not.
 * @throws `CeremonyKeyError` when a ceremony's keys are asked for and are not the pinned ones.
 */
export async function loadCircuits(tier: Tier, options: LoadOptions = {}): Promise<TierCircuits> {
  let turn: Promise<unknown> = Promise.resolve()
  const load = async (statement: Statement): Promise<[Statement, ProvingCircuit]> => {
    const compiled = await compile(statement, tier, options)
    const key = turn.then(() => withKey(compiled, tier, options))
    turn = key.catch(() => undefined)
    return [statement, await key]
  }
  return Object.fromEntries(await Promise.all(STATEMENTS.map(load))) as TierCircuits
}

/** Hashes pinned for a circuit, if any. */
export const pinOf = (name: string): CircuitPin | undefined =>
  (manifest.circuits as Record<string, CircuitPin>)[name]

/** @throws {@link CircuitPinError} naming the first kind of file whose hash is not the pinned one. */
export function assertPinned(name: string, hashes: Partial<Record<PinnedFile, Hex>>): void {
  const pin = pinOf(name)
  for (const [kind, hash] of Object.entries(hashes) as [PinnedFile, Hex][]) {
    if (hash !== pin?.[kind]) throw new CircuitPinError(name, kind)
  }
}

async function compile(statement: Statement, tier: Tier, { onProgress, signal, unpinned }: LoadOptions) {
  const name = `${statement}-${tier}`
  onProgress?.({ circuit: name, phase: 'compiling', done: 0 })
  const compiled = await compileCircuit(circuitOf(statement, tier), signal ? { signal } : {})
  onProgress?.({ circuit: name, phase: 'compiling', done: 1 })
  const hashes = {
    r1cs: fileHash(await readFile(compiled.r1csPath)),
    wasm: fileHash(await readFile(compiled.wasmPath)),
  }
  if (!unpinned) assertPinned(name, hashes)
  return { statement, name, compiled, hashes }
}

async function withKey(
  { statement, name, compiled, hashes }: Awaited<ReturnType<typeof compile>>,
  tier: Tier,
  { onProgress, signal, unpinned, keys }: LoadOptions,
): Promise<ProvingCircuit> {
  const circuitId = circuitIdOf(statement, tier, hashes.r1cs)
  if (keys) {
    const { vkey, development, hashes: pinned, ...paths } = await loadCeremonyKey(name, hashes.r1cs, keys)
    onProgress?.({ circuit: name, phase: 'ready', done: 1 })
    const artifacts = {
      id: name,
      wasmPath: compiled.wasmPath,
      ...paths,
      hashes: { wasm: hashes.wasm, ...pinned },
    }
    return { statement, tier, circuitId, artifacts, vkey, development }
  }
  const zkeyPath = join(compiled.folder, 'development.zkey')
  const vkeyPath = join(compiled.folder, 'development.vkey.json')
  if (!existsSync(zkeyPath) || !existsSync(vkeyPath)) {
    await makeDevelopmentKey({
      r1csPath: compiled.r1csPath,
      circuitId,
      zkeyPath,
      vkeyPath,
      signal,
      onProgress: ({ done, total }) => onProgress?.({ circuit: name, phase: 'key', done: done / total }),
    })
  }
  const vkeyBytes = await readFile(vkeyPath)
  const keyHashes = { zkey: fileHash(await readFile(zkeyPath)), vkey: fileHash(vkeyBytes) }
  if (!unpinned) assertPinned(name, keyHashes)
  const vkey: VerificationKey = JSON.parse(vkeyBytes.toString('utf8'))
  assertUsableKey(vkey)
  onProgress?.({ circuit: name, phase: 'ready', done: 1 })
  const artifacts = {
    id: name,
    wasmPath: compiled.wasmPath,
    zkeyPath,
    vkeyPath,
    hashes: { wasm: hashes.wasm, ...keyHashes },
  }
  return { statement, tier, circuitId, artifacts, vkey, development: true }
}

/** A file differs from the one pinned in circuits/manifest.json: damaged, tampered with, or made from other sources. */
export class CircuitPinError extends BaseError {
  constructor(circuit: string, kind: PinnedFile) {
    super(`The ${kind} file of ${circuit} is not the one pinned in circuits/manifest.json.`, {
      code: 'PROVER_CIRCUIT_PIN',
      field: `${circuit}.${kind}`,
      hints: [
        'Delete circuits/build and run again to make it anew.',
        'After a change of a circuit, pin what it compiles to with `npm run build -- --pin`.',
      ],
    })
  }
}
