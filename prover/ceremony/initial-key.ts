import { randomBytes } from 'node:crypto'
import { BASE_FIELD, SCALAR_FIELD } from '../bn254.js'
import { CurveMachine, type CurveMachineImage, FIELD_BYTES } from '../curve-machine.js'
import { curveMachineImage } from '../curve-machine-image.js'
import { type Group, POINT_BYTES } from '../fixed-base.js'
import { readR1cs } from '../r1cs-file.js'
import { weightedRows } from './initial-rows.js'
import { type PhaseTwoCurve, phaseTwoCurve } from './phase-two.js'
import { openSections, PTAU_SECTION, type SectionFile, ZKEY_SECTION } from './section-file.js'

export type InitialKeyFiles = {
  readonly r1csPath: string
  readonly ptauPath: string
  readonly zkeyPath: string
}

/** Bytes of a random weight: a wrong key passes with probability 2^-128. */
const WEIGHT_BYTES = 16

/**
 * The twist's cofactor has the small prime 10069, so one random sum sees a point outside G2 with probability 1 − 1/10069;
 * this many independent ones miss it with probability below 2^-100.
 */
const SUBGROUP_ROUNDS = 8

/**
 * What is wrong with a key that should be the circuit's before any contribution; undefined if nothing is.
 *
 * Making the key again takes minutes (one multiplication for each term of each constraint); comparing random sums takes
 * seconds: Σ ρ_w·A_w must be Σ_row (Σ_w ρ_w·a_row,w)·L_row(τ), whose scalars are computed in the field. Everything else is
 * compared byte for byte. Only snarkjs' label of the circuit (64 bytes) is left out: making the key again checks it too.
 */
export async function flawOfInitialKey(
  { r1csPath, ptauPath, zkeyPath }: InitialKeyFiles,
  onShare?: (share: number) => void,
): Promise<string | undefined> {
  const r1cs = await readR1cs(r1csPath)
  const power = Math.floor(Math.log2(r1cs.constraints + r1cs.publics)) + 1
  const domain = 2 ** power
  const [zkey, ptau] = await Promise.all([openSections(zkeyPath, 'zkey'), openSections(ptauPath, 'ptau')])
  try {
    const curve = await phaseTwoCurve()
    const image = await curveMachineImage()
    const level = (section: number, group: Group, at = power) =>
      ptau.read(section, (2 ** at - 1) * POINT_BYTES[group], 2 ** at * POINT_BYTES[group])

    if ((await zkey.read(ZKEY_SECTION.protocol)).readUInt32LE() !== 1) return 'it is not a Groth16 key'
    const header = await expectedHeader(ptau, curve, r1cs.wires, r1cs.publics, domain)
    if (!header.equals(await zkey.read(ZKEY_SECTION.header))) return 'its header differs'
    if ((await zkey.read(ZKEY_SECTION.contributions, 64)).readUInt32LE() !== 0)
      return 'it has a contribution already'
    const weights = randomWeights(r1cs.wires)
    const rows = weightedRows(r1cs, image, domain, weights.wide)
    if (!(await zkey.read(ZKEY_SECTION.coefficients)).equals(rows.coefficients)) {
      return 'its coefficients are not those of the circuit'
    }
    const doubled = await level(PTAU_SECTION.lagrangeG1, 'G1', power + 1)
    if (!(await zkey.read(ZKEY_SECTION.h)).equals(everyOther(doubled))) return 'its H points differ'
    onShare?.(0.1)

    const combined = Buffer.concat([await zkey.read(ZKEY_SECTION.ic), await zkey.read(ZKEY_SECTION.c)])
    const points = {
      A: await zkey.read(ZKEY_SECTION.a),
      B1: await zkey.read(ZKEY_SECTION.b1),
      C: combined,
      B2: await zkey.read(ZKEY_SECTION.b2),
    }
    for (const [name, bytes] of Object.entries(points)) {
      const group = name === 'B2' ? 'G2' : 'G1'
      if (bytes.byteLength !== r1cs.wires * POINT_BYTES[group])
        return `it has not one ${name} point for each wire`
      if (!onCurve(image, group, bytes)) return `one of its ${name} points is not on the curve`
    }
    onShare?.(0.2)
    const { G1, G2 } = curve
    const lagrange = await level(PTAU_SECTION.lagrangeG1, 'G1')
    const right = (section: Buffer, scalars: Uint8Array) => G1.multiExpAffine(section, scalars)
    const left = (section: Buffer) => G1.multiExpAffine(section, weights.narrow)
    if (!G1.eq(await left(points.A), await right(lagrange, rows.a))) return 'its A points differ'
    onShare?.(0.4)
    if (!G1.eq(await left(points.B1), await right(lagrange, rows.b))) return 'its B1 points differ'
    onShare?.(0.5)
    const sums = [
      await right(await level(PTAU_SECTION.lagrangeBetaG1, 'G1'), rows.a),
      await right(await level(PTAU_SECTION.lagrangeAlphaG1, 'G1'), rows.b),
      await right(lagrange, rows.c),
    ]
    const sum = sums.reduce((a, b) => G1.add(a, b))
    if (!G1.eq(await left(points.C), sum)) return 'its IC or C points differ'
    onShare?.(0.7)
    const twisted = await G2.multiExpAffine(await level(PTAU_SECTION.lagrangeG2, 'G2'), rows.b)
    if (!G2.eq(await G2.multiExpAffine(points.B2, weights.narrow), twisted)) return 'its B2 points differ'
    onShare?.(0.85)
    for (let round = 0; round < SUBGROUP_ROUNDS; round++) {
      const mixed = await G2.multiExpAffine(points.B2, randomBytes(2 * r1cs.wires))
      if (!G2.isZero(G2.timesScalar(mixed, SCALAR_FIELD))) return 'one of its B2 points is outside G2'
    }
    onShare?.(1)
    return undefined
  } finally {
    await Promise.all([zkey.close(), ptau.close()])
  }
}

async function expectedHeader(
  ptau: SectionFile,
  { G1, G2 }: PhaseTwoCurve,
  wires: number,
  publics: number,
  domain: number,
): Promise<Buffer> {
  const [one1, one2] = [G1.toAffine(G1.g), G2.toAffine(G2.g)]
  return Buffer.concat([
    ...[uint32(32), uint256(BASE_FIELD), uint32(32), uint256(SCALAR_FIELD)],
    ...[uint32(wires), uint32(publics), uint32(domain)],
    await ptau.read(PTAU_SECTION.alphaTauG1, 0, 64),
    await ptau.read(PTAU_SECTION.betaTauG1, 0, 64),
    await ptau.read(PTAU_SECTION.betaG2, 0, 128),
    ...[one2, one1, one2],
  ])
}

/** The same random numbers as the sums take them (16 bytes) and as the field does (32 bytes). */
function randomWeights(count: number): { narrow: Uint8Array; wide: Uint8Array } {
  const narrow = randomBytes(count * WEIGHT_BYTES)
  const wide = new Uint8Array(count * FIELD_BYTES)
  for (let i = 0; i < count; i++) {
    wide.set(narrow.subarray(i * WEIGHT_BYTES, (i + 1) * WEIGHT_BYTES), i * FIELD_BYTES)
  }
  return { narrow, wide }
}

/** The points at odd places: the H section of a key holds those of the doubled domain. */
function everyOther(points: Buffer): Buffer {
  const odd = Buffer.alloc(points.byteLength / 2)
  for (let at = 0; at < odd.byteLength; at += POINT_BYTES.G1) {
    points.copy(odd, at, 2 * at + POINT_BYTES.G1, 2 * at + 2 * POINT_BYTES.G1)
  }
  return odd
}

/** Whether all affine points satisfy the curve's equation; the point at infinity, all zero, is a wire that is not used. */
export function onCurve(image: CurveMachineImage, group: Group, points: Uint8Array): boolean {
  const machine = new CurveMachine(image)
  const at = machine.allocate(points.byteLength)
  machine.bytes(at, points.byteLength).set(points)
  // The machine's type lists only what the key maker calls; its image has these too.
  const { g1m_inCurveAffine, g2m_inCurveAffine } = machine.call as unknown as Record<
    'g1m_inCurveAffine' | 'g2m_inCurveAffine',
    (at: number) => number
  >
  const check = group === 'G1' ? g1m_inCurveAffine : g2m_inCurveAffine
  const size = POINT_BYTES[group]
  for (let offset = 0; offset < points.byteLength; offset += size) {
    if (check(at + offset) === 1) continue
    if (points.subarray(offset, offset + size).some((byte) => byte !== 0)) return false
  }
  return true
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint256(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}
