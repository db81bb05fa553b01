import { bytesToHex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { makeRecipientKey } from '#prover/sealed-trade.js'
import { parseAttestation, type SignedAttestation } from '#server/schemas/attestation.js'
import type { Job } from '#server/schemas/rebalance.js'
import {
  TINY_BOOK,
  TINY_COSTS,
  TINY_MANDATE,
  TINY_TARGETS,
  TINY_TERMS,
  TINY_UNIVERSE,
} from '#test/fixtures/tiny-desk.js'
import { attestationTypedData } from '#verifier-contracts/encoding.js'

// biome-ignore lint/suspicious/noExplicitAny: bodies are whatever the service answers; tests look into them.
type Json = any
export type Answer = { readonly status: number; readonly body: Json; readonly text: string }

/** A fund talking to the service over HTTP, as anyone would: it knows the base URL and its key. */
export class FundClient {
  constructor(
    readonly baseUrl: string,
    readonly apiKey: string,
  ) {}

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
  }

  /** The same, for calls that must succeed. */
  async ok(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Json> {
    const answer = await this.call(method, path, body, headers)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.body
  }

  async createPortfolio(change: Record<string, unknown> = {}): Promise<{ id: string; universeId: string }> {
    return this.ok('POST', '/portfolios', await portfolioRequest(change))
  }

  async attest(id: string, request: Json, attestor: PrivateKeyAccount): Promise<void> {
    await this.ok('POST', `/portfolios/${id}/attestations`, await signAttestation(request, attestor))
  }

  /** A job by its request, followed to its end. */
  async run(path: string, body: unknown, key: string): Promise<Job> {
    const job = await this.ok('POST', path, body, { 'idempotency-key': key })
    return this.settled(job.id)
  }

  async settled(id: string, timeoutMs = 90_000): Promise<Job> {
    const end = Date.now() + timeoutMs
    for (;;) {
      const job: Job = await this.ok('GET', `/rebalances/${id}`)
      if (['confirmed', 'failed', 'cancelled'].includes(job.state)) return job
      if (Date.now() > end) throw new Error(`still ${job.state}`)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }

  /** A portfolio of the tiny desk, attested and opened at the present market. */
  async openTiny(
    attestor: PrivateKeyAccount,
    change: Record<string, unknown> = {},
  ): Promise<{ id: string; universeId: string; job: Job }> {
    const { id, universeId } = await this.createPortfolio(change)
    await this.ok('POST', '/markets', { universeId })
    const { attestationRequest } = await this.ok('PUT', `/portfolios/${id}/book`, TINY_BOOK)
    await this.attest(id, attestationRequest, attestor)
    const job = await this.run(`/portfolios/${id}/open`, undefined, 'open')
    if (job.state !== 'confirmed') throw new Error(`opening ended ${job.state} ${job.failure}`)
    return { id, universeId, job }
  }
}

/** What creates the tiny desk's portfolio, with the fields of `change` in place of its own. */
export async function portfolioRequest(
  change: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const keys = await Promise.all([makeRecipientKey(), makeRecipientKey()])
  return {
    universe: TINY_UNIVERSE,
    mandate: TINY_MANDATE,
    targets: TINY_TARGETS,
    costs: TINY_COSTS,
    terms: TINY_TERMS,
    windowLength: '86400',
    recipients: keys.map(({ publicKey }) => bytesToHex(publicKey)),
    ...change,
  }
}

/** Signs an attestation request as its attestor would, after seeing the evidence. */
export async function signAttestation(
  request: {
    domain: { chainId: number; verifyingContract: `0x${string}` }
    message: SignedAttestation['attestation']
  },
  attestor: PrivateKeyAccount,
  change: Partial<SignedAttestation['attestation']> = {},
): Promise<SignedAttestation> {
  const attestation = {
    ...request.message,
    attestor: attestor.address,
    evidence: `0x${'e1'.repeat(32)}`,
    ...change,
  }
  const { attestation: message } = parseAttestation({ attestation, signature: '0x' })
  const { chainId, verifyingContract } = request.domain
  return {
    attestation,
    signature: await attestor.signTypedData(attestationTypedData(chainId, verifyingContract, message)),
  }
}
