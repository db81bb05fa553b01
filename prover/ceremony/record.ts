import { createHash } from 'node:crypto'
import { z } from 'zod'
import { STATEMENTS, type Statement } from '#circuits/circuit.js'
import manifest from '#circuits/manifest.js'
import { BaseError } from '#portfolio/base-error.js'
import type { Tier } from '#portfolio/shape.js'

const sha256 = z.string().regex(/^0x[0-9a-f]{64}$/)
const blake2b = z.string().regex(/^[0-9a-f]{128}$/)
const moment = z.iso.datetime()

/** A name is public and stands in keys, file names and pages: letters, digits and plain punctuation, 48 at most. */
export const nameSchema = z
  .string()
  .max(48)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@'-]*$/u)
  .refine((name) => name.normalize('NFC') === name && name.trimEnd() === name)

/** What everybody can look up at a time that is still to come. */
export const announcementSchema = z.strictObject({
  /** Where the value will be read, e.g. the randomness of a numbered drand round or the hash of a numbered block. */
  source: z.string().min(8).max(300),
  /** Nobody can know the value before. */
  notBefore: moment,
  /** The value goes through SHA-256 2^iterations times, so that whoever influences it cannot try many. */
  iterations: z.number().int().min(10).max(30),
  announced: moment,
})
export type Announcement = z.infer<typeof announcementSchema>

const circuitSchema = z.strictObject({
  name: z.enum(STATEMENTS.flatMap((s) => Object.keys(manifest.tiers).map((tier) => `${s}-${tier}`))),
  /** SHA-256 of the constraint file and of the key before any contribution. */
  r1cs: sha256,
  initial: sha256,
  /** snarkjs' hash of the initial key. */
  label: blake2b,
})

const stepSchema = z.record(z.string(), z.strictObject({ zkey: sha256, contribution: blake2b }))

const contributionSchema = z.strictObject({
  name: nameSchema,
  date: moment,
  /** SHA-256 of the attestation file. */
  attestation: sha256,
  circuits: stepSchema,
})
export type Contribution = z.infer<typeof contributionSchema>

const foundationSchema = z.strictObject({
  format: z.literal('ballast ceremony 1'),
  /** `test` keys are accepted on a local chain only. */
  kind: z.enum(['production', 'test']),
  tier: z.enum(Object.keys(manifest.tiers) as [Tier, ...Tier[]]),
  created: moment,
  nonce: sha256,
  ptau: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9_.-]{1,80}\.ptau$/),
    blake2b,
    power: z.number().int().min(1).max(28),
    /** Listed in circuits/manifest.json with the hash that its makers have published. */
    published: z.boolean(),
  }),
  circuits: z.array(circuitSchema).min(1),
})
export type Foundation = z.infer<typeof foundationSchema>

const recordSchema = foundationSchema.extend({
  /** SHA-256 over everything above: which ceremony this is. */
  id: sha256,
  announcement: announcementSchema.nullable(),
  contributions: z.array(contributionSchema),
  beacon: z
    .strictObject({
      value: z.string().regex(/^([0-9a-f]{2}){32,64}$/),
      iterations: z.number(),
      date: moment,
      circuits: stepSchema,
    })
    .nullable(),
})

/** `ceremony.json`: everything that happened, in order. Files and attestations are named after their place in it. */
export type CeremonyRecord = z.infer<typeof recordSchema>
export type CeremonyCircuit = CeremonyRecord['circuits'][number]
export type Step = z.infer<typeof stepSchema>

export const hashText = (text: string | Uint8Array): string =>
  `0x${createHash('sha256').update(text).digest('hex')}`

/** JSON with sorted members, so that equal content has equal bytes. */
export function canonicalJson(value: unknown): string {
  const sorted = (_: string, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member
  return JSON.stringify(value, sorted)
}

export function ceremonyId(record: Foundation): string {
  const { format, kind, tier, created, nonce, ptau, circuits } = record
  return hashText(canonicalJson({ format, kind, tier, created, nonce, ptau, circuits }))
}

export const announcementHash = (announcement: Announcement): string => hashText(canonicalJson(announcement))

export const statementOfCircuit = (name: string): Statement =>
  STATEMENTS.find((s) => name.startsWith(`${s}-`))!

/**
 * Reads `ceremony.json` strictly.
 * @throws {CeremonyRecordError} naming the member at fault, also when the id is not that of the content
 */
export function parseRecord(text: string): CeremonyRecord {
  const parsed = recordSchema.safeParse(jsonOf(text))
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path ?? []
    throw new CeremonyRecordError(path.join('.') || 'ceremony.json')
  }
  const record = parsed.data
  const names = record.circuits.map(({ name }) => name)
  if (new Set(names).size < names.length) throw new CeremonyRecordError('circuits')
  if (names.some((name) => !name.endsWith(`-${record.tier}`))) throw new CeremonyRecordError('circuits')
  const steps = [...record.contributions, ...(record.beacon ? [record.beacon] : [])]
  for (const [i, { circuits }] of steps.entries()) {
    if (Object.keys(circuits).sort().join() !== [...names].sort().join()) {
      throw new CeremonyRecordError(`step ${i + 1}: circuits`)
    }
  }
  if (record.id !== ceremonyId(record)) throw new CeremonyRecordError('id')
  return record
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `ceremony.json` is damaged, or was edited by hand. */
export class CeremonyRecordError extends BaseError {
  constructor(member: string) {
    super(`The ceremony's record is not well-formed at ${member}.`, {
      code: 'PROVER_CEREMONY_RECORD',
      field: member,
    })
  }
}
