import { isAddressEqual, recoverTypedDataAddress, zeroAddress } from 'viem'
import {
  ATTESTATION_KINDS,
  type Attestation,
  attestationTypedData,
  NO_HEAD,
  type Word,
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
 * Refuses an attestation of the draft that the ledger would refuse when the portfolio opens: itself, or one attestor's word.
 *
 * @throws {@link AttestationError} naming the field.
 */
export async function checkOpeningAttestation(
  { chain, ledger }: { chain: Chain; ledger: LedgerReader },
  portfolio: PortfolioRecord,
  draft: BookRecord,
  attestation: Attestation,
  words: readonly Word[],
): Promise<void> {
  const now = await chain.now()
  const refuse = (field: keyof Attestation, wrong: boolean) => {
    if (wrong) throw new AttestationError(`attestation.${field}`)
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
  if (words.length < portfolio.terms.attestationQuorum) throw new AttestationError('others')
  const { chainId, ledger: verifyingContract } = chain.deployment
  for (const [i, { signature, ...part }] of words.entries()) {
    const own = i === 0 ? 'attestation' : `others[${i - 1}]`
    if (part.tier < portfolio.terms.attestationTier) throw new AttestationError(`${own}.tier`)
    if ((await ledger.attestorTier(part.attestor)) < part.tier) throw new AttestationError(`${own}.attestor`)
    const typed = attestationTypedData(chainId, verifyingContract, { ...attestation, ...part })
    const signer = await recoverTypedDataAddress({ ...typed, signature }).catch(() => zeroAddress)
    if (!isAddressEqual(signer, part.attestor))
      throw new AttestationError(i === 0 ? 'signature' : `${own}.signature`)
  }
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
