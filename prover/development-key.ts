import { createHash, randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { buildBn128 } from 'ffjavascript'
import { BaseError } from '#portfolio/base-error.js'
import type { Hex } from './bn254.js'
import { FIELD_BYTES } from './curve-machine.js'
import { curveMachineImage } from './curve-machine-image.js'
import { POINT_BYTES } from './fixed-base.js'
import { type KeyScalars, keyScalars } from './key-scalars.js'
import { multiplyGenerators } from './point-threads.js'
import { type R1cs, readR1cs } from './r1cs-file.js'
import { developmentToxicWaste, type ToxicWaste } from './toxic-waste.js'
import { writeZkey, type ZkeyContent } from './zkey-file.js'

export { DEVELOPMENT_SEED } from './toxic-waste.js'

export type KeyProgress = {
  readonly phase: 'constraints' | 'points' | 'writing'
  /** Of `total`, in the time one G1 point takes. */
  readonly done: number
  readonly total: number
}

export type DevelopmentKeyRequest = {
  readonly r1csPath: string
  readonly circuitId: Hex
  /** Both file names must contain the word "development". */
  readonly zkeyPath: string
  readonly vkeyPath: string
  readonly onProgress?: ((progress: KeyProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Worker threads; all cores by default. */
  readonly threads?: number | undefined
}

/** A G2 point costs about as much as four G1 points. */
const G2_COST = 4

/**
 * Makes the proving and verification key of any circom circuit from the public `DEVELOPMENT_SEED`: the same bytes on
 * every machine, and no security at all. Either both files are written whole, or none.
 * Returns the SHA-256 of both files and log2 of the constraint domain.
 * @throws {DevelopmentKeyNameError} if a file name does not say that the key is for development
 * @throws {R1csError} if the constraint file is not one
 * @throws the signal's reason when aborted
 */
export async function makeDevelopmentKey(
  request: DevelopmentKeyRequest,
): Promise<{ zkeyHash: Hex; vkeyHash: Hex; domainPower: number }> {
  for (const field of ['zkeyPath', 'vkeyPath'] as const) {
    if (!/development[^/\\]*$/.test(request[field])) throw new DevelopmentKeyNameError(field)
  }
  const { signal, onProgress } = request
  signal?.throwIfAborted()
  const r1cs = await readR1cs(request.r1csPath)
  const total =
    3 * r1cs.wires + 2 ** Math.ceil(Math.log2(r1cs.constraints + r1cs.publics + 1)) + G2_COST * r1cs.wires
  onProgress?.({ phase: 'constraints', done: 0, total })
  const toxic = developmentToxicWaste(request.circuitId)
  const scalars = keyScalars(r1cs, await curveMachineImage(), toxic)
  let done = 0
  const points = await multiplyGenerators(pointScalars(scalars, toxic), {
    threads: request.threads ?? availableParallelism(),
    signal,
    onPoints: (group, count) => {
      done = Math.min(total, done + (group === 'G1' ? count : count * G2_COST))
      onProgress?.({ phase: 'points', done, total })
    },
  })
  onProgress?.({ phase: 'writing', done: total, total })
  const content = zkeyContent(r1cs, scalars, points, request.circuitId)
  const vkey = Buffer.from(`${JSON.stringify(await verificationKey(content), null, 1)}\n`)
  signal?.throwIfAborted()
  const suffix = `.${randomUUID()}.tmp`
  try {
    const zkeyHash = await writeZkey(request.zkeyPath + suffix, content)
    await writeFile(request.vkeyPath + suffix, vkey)
    signal?.throwIfAborted()
    await rename(request.vkeyPath + suffix, request.vkeyPath)
    await rename(request.zkeyPath + suffix, request.zkeyPath)
    return {
      zkeyHash,
      vkeyHash: `0x${createHash('sha256').update(vkey).digest('hex')}`,
      domainPower: scalars.power,
    }
  } finally {
    await Promise.all([request.zkeyPath, request.vkeyPath].map((path) => rm(path + suffix, { force: true })))
  }
}

/** All scalars whose points the key holds, in the order in which `zkeyContent` takes the points apart. */
function pointScalars(scalars: KeyScalars, { alpha, beta, gamma, delta }: ToxicWaste) {
  const head = (...values: bigint[]) => values.map((value) => littleEndian(value))
  return {
    G1: Buffer.concat([...head(alpha, beta, delta), scalars.ic, scalars.a, scalars.b, scalars.c, scalars.h]),
    G2: Buffer.concat([...head(beta, gamma, delta), scalars.b]),
  }
}

function zkeyContent(
  r1cs: R1cs,
  scalars: KeyScalars,
  points: { G1: Uint8Array; G2: Uint8Array },
  circuitId: Hex,
): ZkeyContent {
  const reader = (group: 'G1' | 'G2') => {
    let at = 0
    return (count = 1) => {
      const from = at
      at += count * POINT_BYTES[group]
      return points[group].subarray(from, at)
    }
  }
  const [g1, g2] = [reader('G1'), reader('G2')]
  const count = (elements: Uint8Array) => elements.byteLength / FIELD_BYTES
  return {
    wires: r1cs.wires,
    publics: r1cs.publics,
    power: scalars.power,
    coefficients: scalars.coefficients,
    alpha1: g1(),
    beta1: g1(),
    delta1: g1(),
    ic: g1(count(scalars.ic)),
    a: g1(count(scalars.a)),
    b1: g1(count(scalars.b)),
    c: g1(count(scalars.c)),
    h: g1(count(scalars.h)),
    beta2: g2(),
    gamma2: g2(),
    delta2: g2(),
    b2: g2(count(scalars.b)),
    circuitHash: createHash('sha512')
      .update(`development key of circuit ${circuitId.toLowerCase()}`)
      .digest(),
  }
}

/** The verification key as snarkjs exports it from the `.zkey`, marked as worthless. */
async function verificationKey(content: ZkeyContent): Promise<unknown> {
  const curve = await buildBn128(true)
  const ic = Array.from({ length: content.publics + 1 }, (_, i) => content.ic.slice(i * 64, i * 64 + 64))
  return decimalStrings({
    development: true,
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: content.publics,
    vk_alpha_1: curve.G1.toObject(content.alpha1),
    vk_beta_2: curve.G2.toObject(content.beta2),
    vk_gamma_2: curve.G2.toObject(content.gamma2),
    vk_delta_2: curve.G2.toObject(content.delta2),
    vk_alphabeta_12: curve.Gt.toObject(await curve.pairing(content.alpha1, content.beta2)),
    IC: ic.map((point) => curve.G1.toObject(point)),
  })
}

function decimalStrings(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(decimalStrings)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, decimalStrings(member)]))
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}

export class DevelopmentKeyNameError extends BaseError {
  constructor(field: 'zkeyPath' | 'vkeyPath') {
    super('The file name of a development key must contain the word "development".', {
      code: 'PROVER_DEVELOPMENT_KEY_NAME',
      field,
    })
  }
}
