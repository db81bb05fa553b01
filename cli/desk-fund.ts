import { bytesToHex, type Hex } from 'viem'
import { PRICE_DECIMALS, parseDecimal } from '#portfolio/units.js'
import type { Embedded } from '#server/embedded.js'
import { parseAttestation, type SignedAttestation } from '#server/schemas/attestation.js'
import { attestationTypedData } from '#verifier-contracts/encoding.js'
import { type DemoClient, example } from './demo-client.js'

export type Marks = {
  readonly time: string
  readonly spot: Record<string, string>
  readonly perps: Record<string, string>
  readonly options: Record<string, unknown>
}

/** What the ledger enforces beside the limits. The attestation outlives the demo's jump of four months. */
const TERMS = {
  marketMaxAge: '3600',
  grace: '600',
  heartbeat: '86400',
  cureTime: '86400',
  attestationMaxAge: '15552000',
  flowMaxWait: '86400',
  minInterval: '86400',
  attestationTier: '1',
  attestationQuorum: '1',
}

/** Creates the desk's portfolio, its sealed trades going to `recipients` (X25519 public keys). */
export function createDesk(
  fund: DemoClient,
  recipients: readonly Uint8Array[],
): Promise<{ readonly id: Hex; readonly universeId: string }> {
  return fund.call('POST', '/portfolios', {
    universe: example('universe'),
    mandate: example('mandate'),
    strategy: { ...example<object>('strategy'), costs: example('costs') },
    terms: TERMS,
    windowLength: '86400',
    recipients: recipients.map((key) => bytesToHex(key)),
  })
}

/** Puts a book, the desk's unless given, and has it attested. */
export async function putBook(
  stack: Embedded,
  fund: DemoClient,
  id: Hex,
  book: unknown = example('book'),
): Promise<void> {
  const { attestationRequest } = await fund.call<{ attestationRequest: AttestationRequest }>(
    'PUT',
    `/portfolios/${id}/book`,
    book,
  )
  await fund.call('POST', `/portfolios/${id}/attestations`, await attest(attestationRequest, stack))
}

/** Seconds since 1970 of a time in UTC. */
export const secondsOf = (time: string): bigint => BigInt(Math.floor(Date.parse(time) / 1000))

/** Sets the stand-in feeds to the marks of a date, then captures and publishes through the service. */
export async function publish(
  stack: Embedded,
  fund: DemoClient,
  universeId: string,
  marks: Marks,
): Promise<void> {
  for (const [name, price] of Object.entries({ ...marks.spot, ...marks.perps })) {
    await stack.setFeed(name, parseDecimal(price, PRICE_DECIMALS, name))
  }
  const publisher = example<Record<string, unknown>>('publisher')
  await fund.call('POST', '/markets', { universeId, marks: { options: marks.options, ...publisher } })
}

type AttestationRequest = {
  readonly domain: { readonly chainId: number; readonly verifyingContract: Hex }
  readonly message: SignedAttestation['attestation']
}

/** What a custodian does after it has compared the book with its own records: the service never holds its key. */
async function attest({ domain, message }: AttestationRequest, stack: Embedded): Promise<SignedAttestation> {
  const { attestor } = stack.accounts
  const attestation = { ...message, attestor: attestor.address, evidence: `0x${'e1'.repeat(32)}` as Hex }
  const parsed = parseAttestation({ attestation, signature: '0x' })
  const typed = attestationTypedData(domain.chainId, domain.verifyingContract, parsed.attestation)
  return { attestation, signature: await attestor.signTypedData(typed) }
}
