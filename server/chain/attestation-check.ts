import { type Hex, recoverTypedDataAddress } from 'viem'
import {
  ATTESTATION_KINDS,
  type Attestation,
  attestationTypedData,
  NO_HEAD,
} from '#verifier-contracts/encoding.js'
import { HttpError } from '../http-error.js'
import type { BookRecord, PortfolioRecord } from '../store/portfolio-store.js'
import type { Chain } from './chain.js'
import type { LedgerReader } from './ledger-reader.js'

const DAY = 86_400n

/** The word an attestor is asked for about a draft; `attestor` and `evidence` are theirs to fill in. */
export async function attestationRequest(
  chain: Chain,
  portfolio: PortfolioRecord,
  commitment: bigint,
): Promise<Attestation> {
  const now = await chain.now()
  return {
    kind: ATTESTATION_KINDS.open,
    portfolioId: portfolio.id,
    epoch: 0n,
    head: NO_HEAD,
    commitment,
    amount: 0n,
    flowId: NO_HEAD,
    asOf: now,
    deadline: now + DAY,
    tier: portfolio.terms.attestationTier,
    evidence: NO_HEAD,
    attestor: `0x${'00'.repeat(20)}`,
  }
}

/**
 * Refuses an attestation of the draft that the ledger would refuse when the portfolio opens.
 *
 * @throws {@link AttestationError} naming the field.
 */
export async function checkOpeningAttestation(
  { chain, ledger }: { chain: Chain; ledger: LedgerReader },
  portfolio: PortfolioRecord,
  draft: BookRecord,
  attestation: Attestation,
  signature: Hex,
): Promise<void> {
  const now = await chain.now()
  const refuse = (field: keyof Attestation | 'signature', wrong: boolean) => {
    if (wrong) throw new AttestationError(field === 'signature' ? field : `attestation.${field}`)
  }
  refuse('kind', attestation.kind !== ATTESTATION_KINDS.open)
  refuse('portfolioId', attestation.portfolioId !== portfolio.id)
  refuse('epoch', attestation.epoch !== 0n)
  refuse('head', attestation.head !== NO_HEAD)
  refuse('commitment', attestation.commitment !== draft.commitment)
  refuse('amount', attestation.amount !== 0n)
  refuse('flowId', attestation.flowId !== NO_HEAD)
  refuse('asOf', attestation.asOf > now)
  refuse('deadline', attestation.deadline < now)
  refuse('tier', attestation.tier < portfolio.terms.attestationTier)
  refuse('attestor', (await ledger.attestorTier(attestation.attestor)) < attestation.tier)
  const typed = attestationTypedData(chain.deployment.chainId, chain.deployment.ledger, attestation)
  const signer = await recoverTypedDataAddress({ ...typed, signature }).catch(() => undefined)
  refuse('signature', signer?.toLowerCase() !== attestation.attestor.toLowerCase())
}

export class AttestationError extends HttpError {
  constructor(field: string) {
    super(422, `${field} does not fit the attestation that was asked for.`, {
      code: 'SERVER_ATTESTATION',
      field,
      hints: ['Sign the request that PUT /portfolios/{id}/book answered with, by a listed attestor.'],
    })
  }
}
