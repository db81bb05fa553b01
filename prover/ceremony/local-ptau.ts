import { randomBytes, randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { BASE_FIELD, power, SCALAR_FIELD as r } from '../bn254.js'
import { CurveMachine, FIELD_BYTES } from '../curve-machine.js'
import { curveMachineImage } from '../curve-machine-image.js'
import { type Group, POINT_BYTES } from '../fixed-base.js'
import { lagrangeBasis } from '../lagrange.js'
import { multiplyGenerators } from '../point-threads.js'
import { PTAU_SECTION } from './section-file.js'

export type LocalPtauRequest = {
  readonly path: string
  /** log2 of the domains of the circuits that will be set up on the file; the largest is the power of the file. */
  readonly powers: readonly number[]
  readonly onProgress?: ((share: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Scalars whose multiples of a generator stand in a section from its point `at` on. */
type Piece = {
  readonly section: number
  readonly group: Group
  readonly at: number
  readonly scalars: Uint8Array
}

/**
 * Writes a prepared powers-of-tau file from a random τ, α and β that whoever ran this machine could have kept: for tests
 * and rehearsals. It holds what the second phase reads and nothing else: the powers of τ in G1, one point each for α and
 * β, and the Lagrange values of the domains asked for; the rest of the file is a hole.
 */
export async function writeLocalPtau({ path, powers, onProgress, signal }: LocalPtauRequest): Promise<void> {
  const top = Math.max(...powers)
  const pieces = await scalarsOf(top, [...new Set(powers)])
  const scalars = { G1: joined(pieces, 'G1'), G2: joined(pieces, 'G2') }
  const cost = (group: Group) => scalars[group].byteLength * (group === 'G2' ? 4 : 1)
  let done = 0
  const points = await multiplyGenerators(scalars, {
    threads: availableParallelism(),
    signal,
    onPoints: (group, count) => {
      done += count * FIELD_BYTES * (group === 'G2' ? 4 : 1)
      onProgress?.(done / (cost('G1') + cost('G2')))
    },
  })
  for (const { scalars: secret } of [...pieces, { scalars: scalars.G1 }, { scalars: scalars.G2 }])
    secret.fill(0)
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeSections(temporary, top, pieces, points)
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** What each section holds, as scalars; τ, α and β are gone when this returns, as far as JavaScript lets go of integers. */
async function scalarsOf(top: number, powers: readonly number[]): Promise<Piece[]> {
  const machine = new CurveMachine(await curveMachineImage())
  const [tau, alpha, beta] = [scalar(), scalar(), scalar()]
  const size = 2 ** (top + 1) - 1
  const tauPowers = machine.allocate(size * FIELD_BYTES)
  const factor = machine.allocate(FIELD_BYTES)
  /** Multiplies canonical elements by a constant, which in Montgomery form cancels the machine's factor. */
  const times = (from: number, count: number, value: bigint): Uint8Array => {
    const out = machine.allocate(count * FIELD_BYTES)
    machine.write(factor, value)
    machine.call.frm_toMontgomery(factor, factor)
    for (let at = 0; at < count * FIELD_BYTES; at += FIELD_BYTES)
      machine.call.frm_mul(from + at, factor, out + at)
    const copy = machine.bytes(out, count * FIELD_BYTES).slice()
    machine.bytes(out, count * FIELD_BYTES).fill(0)
    return copy
  }
  machine.write(tauPowers, 1n)
  machine.write(factor, tau)
  machine.call.frm_toMontgomery(factor, factor)
  for (let i = 1; i < size; i++) {
    const at = tauPowers + i * FIELD_BYTES
    machine.call.frm_mul(at - FIELD_BYTES, factor, at)
  }
  const pieces: Piece[] = [
    { section: PTAU_SECTION.tauG1, group: 'G1', at: 0, scalars: times(tauPowers, size, 1n) },
    { section: PTAU_SECTION.alphaTauG1, group: 'G1', at: 0, scalars: times(tauPowers, 1, alpha) },
    { section: PTAU_SECTION.betaTauG1, group: 'G1', at: 0, scalars: times(tauPowers, 1, beta) },
    { section: PTAU_SECTION.betaG2, group: 'G2', at: 0, scalars: times(tauPowers, 1, beta) },
  ]
  for (const level of powers) {
    const [count, at] = [2 ** level, 2 ** level - 1]
    const basis = lagrangeBasis(machine, level, tau)
    pieces.push(
      { section: PTAU_SECTION.lagrangeG1, group: 'G1', at, scalars: times(basis, count, 1n) },
      { section: PTAU_SECTION.lagrangeG2, group: 'G2', at, scalars: times(basis, count, 1n) },
      { section: PTAU_SECTION.lagrangeAlphaG1, group: 'G1', at, scalars: times(basis, count, alpha) },
      { section: PTAU_SECTION.lagrangeBetaG1, group: 'G1', at, scalars: times(basis, count, beta) },
    )
    machine.bytes(basis, count * FIELD_BYTES).fill(0)
    if (powers.includes(level + 1)) continue
    const doubled = lagrangeBasis(machine, level + 1, tau)
    const twice = { at: 2 * count - 1, scalars: times(doubled, 2 * count, 1n) }
    pieces.push({ section: PTAU_SECTION.lagrangeG1, group: 'G1', ...twice })
    machine.bytes(doubled, 2 * count * FIELD_BYTES).fill(0)
  }
  machine.bytes(tauPowers, size * FIELD_BYTES).fill(0)
  machine.bytes(factor, FIELD_BYTES).fill(0)
  return pieces
}

/** The number of points of each section of a prepared file, in the order in which they stand. */
function sectionPoints(top: number): readonly (readonly [section: number, group: Group, points: number])[] {
  const [size, levels] = [2 ** top, 2 ** (top + 1) - 1]
  return [
    [PTAU_SECTION.tauG1, 'G1', levels],
    [PTAU_SECTION.tauG2, 'G2', size],
    [PTAU_SECTION.alphaTauG1, 'G1', size],
    [PTAU_SECTION.betaTauG1, 'G1', size],
    [PTAU_SECTION.betaG2, 'G2', 1],
    [PTAU_SECTION.lagrangeG1, 'G1', 2 ** (top + 2) - 1],
    [PTAU_SECTION.lagrangeG2, 'G2', levels],
    [PTAU_SECTION.lagrangeAlphaG1, 'G1', levels],
    [PTAU_SECTION.lagrangeBetaG1, 'G1', levels],
  ]
}

async function writeSections(
  path: string,
  top: number,
  pieces: readonly Piece[],
  points: Record<Group, Uint8Array>,
): Promise<void> {
  const layout = sectionPoints(top)
  const file = await open(path, 'w')
  try {
    const head = Buffer.alloc(12)
    head.write('ptau', 'latin1')
    head.writeUInt32LE(1, 4)
    head.writeUInt32LE(layout.length + 2, 8)
    const header = Buffer.alloc(44)
    header.writeUInt32LE(32)
    Buffer.from(BASE_FIELD.toString(16).padStart(64, '0'), 'hex').reverse().copy(header, 4)
    header.writeUInt32LE(top, 36)
    header.writeUInt32LE(top, 40)
    const contributions = Buffer.alloc(4)
    let end = 0
    const append = async (bytes: Uint8Array) => {
      await file.write(bytes, 0, bytes.byteLength, end)
      end += bytes.byteLength
    }
    await append(head)
    await append(Buffer.concat([sectionHead(PTAU_SECTION.header, header.byteLength), header]))
    await append(
      Buffer.concat([sectionHead(PTAU_SECTION.contributions, contributions.byteLength), contributions]),
    )
    const starts = new Map<number, number>()
    for (const [section, group, count] of layout) {
      await append(sectionHead(section, count * POINT_BYTES[group]))
      starts.set(section, end)
      end += count * POINT_BYTES[group]
    }
    await file.truncate(end)
    const read = { G1: 0, G2: 0 }
    for (const { section, group, at, scalars } of pieces) {
      const length = (scalars.byteLength / FIELD_BYTES) * POINT_BYTES[group]
      await file.write(points[group], read[group], length, starts.get(section)! + at * POINT_BYTES[group])
      read[group] += length
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

function sectionHead(section: number, size: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32LE(section)
  bytes.writeBigUInt64LE(BigInt(size), 4)
  return bytes
}

function joined(pieces: readonly Piece[], group: Group): Uint8Array {
  return Buffer.concat(pieces.filter((piece) => piece.group === group).map(({ scalars }) => scalars))
}

/** Uniform but for a bias below 2^-256, and never a root of unity of a domain in use, where Lagrange values fail. */
function scalar(): bigint {
  const value = BigInt(`0x${randomBytes(64).toString('hex')}`) % r
  return power(value, 2n ** 28n, r) === 1n || value === 0n ? scalar() : value
}
