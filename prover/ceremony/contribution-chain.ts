import { join } from 'node:path'
import { SCALAR_FIELD } from '../bn254.js'
import { curveMachineImage } from '../curve-machine-image.js'
import { BEACON_NAME } from './beacon.js'
import { CEREMONY_FILES } from './folder.js'
import { onCurve } from './initial-key.js'
import { type PhaseTwoCurve, phaseTwoCurve } from './phase-two.js'
import type { CeremonyRecord } from './record.js'
import { openSections } from './section-file.js'
import {
  contributionHash,
  type KeyContribution,
  type KeyHistory,
  readHistory,
  readKeyHeader,
} from './zkey-contributions.js'

/**
 * What is wrong with the contributions that a circuit's keys record, against the ceremony's record; undefined if nothing
 * is. snarkjs checks that each follows from the one before and that δ is their product. It hashes neither names nor the
 * mark of a beacon, takes points as they come, and takes a contribution of the factor 1: these are checked here.
 */
export async function flawOfContributions(
  folder: string,
  record: CeremonyRecord,
  circuit: string,
): Promise<string | undefined> {
  const curve = await phaseTwoCurve()
  const steps = record.contributions.length + (record.beacon ? 1 : 0)
  const label = record.circuits.find(({ name }) => name === circuit)?.label
  let before: KeyHistory = { circuitHash: label!, contributions: [] }
  for (let step = 0; step <= steps; step++) {
    const history = await readHistory(join(folder, CEREMONY_FILES.zkey(circuit, step)))
    const { contributions } = history
    if (history.circuitHash !== label) return `key ${step} belongs to another ceremony`
    if (contributions.length !== step) return `key ${step} holds ${contributions.length} contributions`
    if (before.contributions.some(({ bytes }, i) => !bytes.equals(contributions[i]!.bytes))) {
      return `key ${step} has another history than key ${step - 1}`
    }
    before = history
  }
  for (const [i, contribution] of before.contributions.entries()) {
    const flaw =
      flawOfName(record, i, contribution) ??
      (await flawOfPoints(curve, contribution)) ??
      flawOfHash(record, circuit, i, contributionHash(curve, contribution)) ??
      flawOfFactor(curve, before.contributions[i - 1], contribution)
    if (flaw) return `contribution ${i + 1} ${flaw}`
  }
  return undefined
}

function flawOfName(record: CeremonyRecord, i: number, made: KeyContribution): string | undefined {
  const listed = record.contributions[i]
  if (listed) {
    if (made.kind === 'beacon') return 'is a beacon, whose factor anyone can compute'
    return made.name === listed.name ? undefined : 'is under another name'
  }
  if (made.kind !== 'beacon' || made.name !== BEACON_NAME) return 'should be the beacon'
  const same = made.value === record.beacon?.value && made.iterations === record.beacon?.iterations
  return same ? undefined : 'is a beacon with another value or other iterations'
}

function flawOfHash(record: CeremonyRecord, circuit: string, i: number, hash: string): string | undefined {
  const listed = record.contributions[i] ?? record.beacon
  return listed?.circuits[circuit]?.contribution === hash ? undefined : 'has another hash'
}

async function flawOfPoints(curve: PhaseTwoCurve, made: KeyContribution): Promise<string | undefined> {
  const image = await curveMachineImage()
  const g1 = Buffer.concat([made.deltaAfter, made.g1s, made.g1sx])
  if (!onCurve(image, 'G1', g1) || !onCurve(image, 'G2', made.g2spx)) return 'has a point off the curve'
  const { G2 } = curve
  if (!G2.isZero(G2.timesScalar(made.g2spx, SCALAR_FIELD))) return 'has a point outside G2'
  return undefined
}

function flawOfFactor(
  { G1 }: PhaseTwoCurve,
  previous: KeyContribution | undefined,
  made: KeyContribution,
): string | undefined {
  const before = previous?.deltaAfter ?? G1.toAffine(G1.g)
  return G1.eq(before, made.deltaAfter) ? 'changes nothing: its secret is 1' : undefined
}

/** Whether δ₂ of a key is γ₂, which for snarkjs' keys is the generator: anyone can forge proofs under such a key. */
export async function hasDeltaOfNobody(zkeyPath: string): Promise<boolean> {
  const file = await openSections(zkeyPath, 'zkey')
  try {
    const { gamma2, delta2 } = await readKeyHeader(file)
    const { G2 } = await phaseTwoCurve()
    return gamma2.equals(delta2) || G2.eq(delta2, G2.toAffine(G2.g))
  } finally {
    await file.close()
  }
}
