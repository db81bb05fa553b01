import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { FIELD, OutOfRangeError } from '#portfolio/units.js'
import { ATTESTATION_KINDS, type Attestation } from '#verifier-contracts/encoding.js'
import { Address as AddressWire, Bytes, Decimal, Element, Hash, parseWhole, parseWire } from './wire.js'

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
  attestor: AddressWire,
})

/** An attestation as it crosses the wire, with its EIP-712 signature; whole numbers are decimal strings. */
export const SignedAttestation = z
  .strictObject({ attestation: AttestationWire, signature: Bytes })
  .meta({ id: 'SignedAttestation' })
export type SignedAttestation = z.infer<typeof SignedAttestation>

/** @throws `WireError`, `DecimalError` or `OutOfRangeError` naming the field. */
export function parseAttestation(input: unknown): { attestation: Attestation; signature: Hex } {
  const wire = parseWire(SignedAttestation, input, '')
  const row = wire.attestation
  const unsigned = (name: 'epoch' | 'asOf' | 'deadline' | 'tier', bits: bigint) => {
    const value = parseWhole(row[name], `attestation.${name}`)
    if (value < 0n || value >= 1n << bits)
      throw new OutOfRangeError(`attestation.${name}`, `a number of ${bits} bits`)
    return value
  }
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
    tier: Number(unsigned('tier', 8n)),
    evidence: row.evidence as Hex,
    attestor: row.attestor as Address,
  }
  return { attestation, signature: wire.signature as Hex }
}

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
