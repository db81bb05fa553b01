import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseError } from '#portfolio/base-error.js'
import { announcementHash, type CeremonyRecord, canonicalJson, hashText, type Step } from './record.js'

/** What a participant says about a contribution; the file is signed elsewhere, with whatever key people know them by. */
export type Attestation = {
  readonly format: 'ballast ceremony attestation 1'
  readonly ceremony: string
  readonly index: number
  readonly name: string
  readonly date: string
  readonly software: Readonly<Record<'ballast' | 'snarkjs' | 'node' | 'platform', string>>
  /** SHA-256 of the beacon's announcement, if it stood when the contribution was made. */
  readonly announcement: string | null
  /** SHA-256 of the attestation before. */
  readonly previousAttestation: string | null
  readonly circuits: Readonly<Record<string, AttestedCircuit>>
  /** The sentence to sign, which says all of the above. */
  readonly statement: string
}

export type AttestedCircuit = {
  readonly r1cs: string
  /** SHA-256 of the key that was taken, and of the one that was made of it. */
  readonly before: string
  readonly after: string
  readonly contribution: string
}

/** The attestation of the next contribution to a ceremony. */
export function attest(record: CeremonyRecord, name: string, date: string, circuits: Step): Attestation {
  const here = fileURLToPath(import.meta.url)
  const content = attested(record, record.contributions.length, { name, date, circuits })
  return withStatement({
    ...content,
    software: {
      ballast: versionAbove(here),
      snarkjs: versionAbove(createRequire(here).resolve('snarkjs')),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
  })
}

/** The version of the package that a file belongs to. */
function versionAbove(file: string): string {
  const path = join(dirname(file), 'package.json')
  const version: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined
  return typeof version === 'string' ? version : versionAbove(dirname(file))
}

/** Everything in the attestation of contribution `index` (from 0) that follows from the record. */
function attested(
  record: CeremonyRecord,
  index: number,
  made: { readonly name: string; readonly date: string; readonly circuits: Step },
) {
  const previous = record.contributions[index - 1]
  return {
    format: 'ballast ceremony attestation 1' as const,
    ceremony: record.id,
    index: index + 1,
    name: made.name,
    date: made.date,
    announcement: record.announcement && announcementHash(record.announcement),
    previousAttestation: previous?.attestation ?? null,
    circuits: Object.fromEntries(
      record.circuits.map(({ name, r1cs, initial }): [string, AttestedCircuit] => {
        const { zkey: after, contribution } = made.circuits[name]!
        return [name, { r1cs, before: previous?.circuits[name]?.zkey ?? initial, after, contribution }]
      }),
    ),
  }
}

function withStatement(content: Omit<Attestation, 'statement'>): Attestation {
  const circuits = Object.entries(content.circuits).map(
    ([name, { contribution }]) => `${name}: ${contribution}`,
  )
  const statement = [
    `I, ${content.name}, made contribution ${content.index} to the ceremony ${content.ceremony}`,
    `on ${content.date}, from randomness of my own, which I have not kept.`,
    `Content ${hashText(canonicalJson(content))}. Contributions: ${circuits.join('; ')}.`,
  ].join(' ')
  return { ...content, statement }
}

/**
 * Compares the attestation of contribution `index` (from 0) with the record. Whether it names the announcement is for the
 * beacon: early contributors may have come before it.
 * @throws {AttestationError} naming the member that differs
 */
export function assertAttestation(record: CeremonyRecord, index: number, text: string): Attestation {
  const contribution = record.contributions[index]!
  if (hashText(text) !== contribution.attestation) throw new AttestationError(index, 'hash')
  const attestation = parsed(index, text)
  const expected = attested(record, index, contribution)
  for (const member of [
    'format',
    'ceremony',
    'index',
    'name',
    'date',
    'previousAttestation',
    'circuits',
  ] as const) {
    if (canonicalJson(attestation[member]) !== canonicalJson(expected[member])) {
      throw new AttestationError(index, member)
    }
  }
  const { statement, ...content } = attestation
  if (statement !== withStatement(content).statement) throw new AttestationError(index, 'statement')
  return attestation
}

function parsed(index: number, text: string): Attestation {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Attestation
  } catch {}
  throw new AttestationError(index, 'form')
}

/** An attestation was altered, or speaks of another contribution. */
export class AttestationError extends BaseError {
  constructor(index: number, member: string) {
    super(`The attestation of contribution ${index + 1} does not fit the record: ${member}.`, {
      code: 'PROVER_CEREMONY_ATTESTATION',
      field: `contributions[${index}].attestation`,
    })
  }
}
