import type { Hex } from 'viem'
import { z } from 'zod'
import manifest from '#circuits/manifest.js'
import { FIELD, OutOfRangeError } from '#portfolio/units.js'
import { ATTESTATION_KINDS, type Attestation, type Word, wordOf } from '#verifier-contracts/encoding.js'
import {
  Address,
  addressOf,
  Bytes,
  Decimal,
  Element,
  Hash,
  parseWhole,
  parseWire,
  parseWithin,
} from './wire.js'

const AttestationWire = z.strictObject({
  kind: z.enum(['open', 'confirm', 'replace', 'flow']),
  portfolioId: Hash,
  epoch: Decimal,
  head: Hash,
  commitment: Element,
  amount: Decimal,
  flowId: Hash,
  asOf: Decimal,
  deadline: Decimal,
  tier: Decimal,
  evidence: Hash,
  attestor: Address,
})

const OTHERS_MAX = (manifest.termRanges.attestationQuorum[1] ?? 1) - 1

/** Another attestor's signature of the same attestation, with its own name, tier and evidence in place of the first's. */
const OtherWord = z.strictObject({
  attestor: Address,
  tier: Decimal,
  evidence: Hash,
  signature: Bytes,
})

/**
 * An attestation as it crosses the wire, with its EIP-712 signature; whole numbers are decimal strings. `others` has the
 * words of further attestors, where a mandate asks for more than one.
 */
export const SignedAttestation = z
  .strictObject({
    attestation: AttestationWire,
    signature: Bytes,
    others: z.array(OtherWord).max(OTHERS_MAX).optional(),
  })
  .meta({ id: 'SignedAttestation' })
export type SignedAttestation = z.infer<typeof SignedAttestation>

/**
 * The attestation with its first attestor's part, and the words of all its attestors, that of the first in front.
 *
 * @throws `WireError`, `DecimalError` or `OutOfRangeError` naming the field.
 */
export function parseAttestation(input: unknown): { attestation: Attestation; words: Word[] } {
  const wire = parseWire(SignedAttestation, input, '')
  const row = wire.attestation
  const unsigned = (name: 'epoch' | 'asOf' | 'deadline', bits: bigint) =>
    wholeOf(row[name], `attestation.${name}`, bits)
  const attestation: Attestation = {
    kind: ATTESTATION_KINDS[row.kind],
    portfolioId: row.portfolioId as Hex,
    epoch: unsigned('epoch', 32n),
    head: row.head as Hex,
    commitment: element(row.commitment, 'attestation.commitment'),
    amount: parseWhole(row.amount, 'attestation.amount'),
    flowId: row.flowId as Hex,
    asOf: unsigned('asOf', 40n),
    deadline: unsigned('deadline', 40n),
    tier: Number(wholeOf(row.tier, 'attestation.tier', 8n)),
    evidence: row.evidence as Hex,
    attestor: addressOf(row.attestor),
  }
  const words = [wordOf(attestation, wire.signature as Hex)]
  for (const [i, other] of (wire.others ?? []).entries()) {
    const attestor = addressOf(other.attestor)
    if (words.some((word) => word.attestor === attestor))
      throw new OutOfRangeError(`others[${i}].attestor`, 'an attestor named once')
    const tier = Number(wholeOf(other.tier, `others[${i}].tier`, 8n))
    words.push({ attestor, tier, evidence: other.evidence as Hex, signature: other.signature as Hex })
  }
  return { attestation, words }
}

/** A whole number of at most `bits` bits. */
const wholeOf = (text: string, field: string, bits: bigint) => parseWithin(text, field, 0n, (1n << bits) - 1n)

function element(text: string, field: string): bigint {
  const value = BigInt(text)
  if (value >= FIELD) throw new OutOfRangeError(field, 'a field element')
  return value
}

/** The wire form of an attestation, as it is signed and posted. */
export function formatAttestation(attestation: Attestation): SignedAttestation['attestation'] {
  const kinds = Object.keys(ATTESTATION_KINDS) as (keyof typeof ATTESTATION_KINDS)[]
  const kind = kinds.find((name) => ATTESTATION_KINDS[name] === attestation.kind)!
  const { epoch, commitment, amount, asOf, deadline, tier } = attestation
  return {
    ...attestation,
    kind,
    epoch: `${epoch}`,
    commitment: `${commitment}`,
    amount: `${amount}`,
    asOf: `${asOf}`,
    deadline: `${deadline}`,
    tier: `${tier}`,
  }
}
