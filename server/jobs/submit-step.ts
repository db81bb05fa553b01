import { encodeFunctionData, type Hex, keccak256, type TransactionReceipt } from 'viem'
import { VECTORS } from '#portfolio/layout.js'
import { hashedPart } from '#prover/challenge.js'
import type { Groth16Proof } from '#prover/groth16-proof.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { authorizationTypedData, statementOf, toSolidityProof } from '#verifier-contracts/encoding.js'
import { ChainUnavailableError, ContractError } from '../chain/contract-error.js'
import { parseAttestation } from '../schemas/attestation.js'
import type { Receipt } from '../schemas/receipt.js'
import type { SignedTransaction } from '../store/outbox-store.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { EngineParts } from './engine-parts.js'
import type { PlannedStep } from './plan-step.js'

const NAMES = VECTORS.rebalance.head

/** Call data of the step, with the manager's authorization of exactly this statement. */
export async function callOf(
  { chain }: EngineParts,
  portfolio: PortfolioRecord,
  plan: PlannedStep,
  receipt: Receipt,
): Promise<Hex> {
  const { chainId, ledger } = chain.deployment
  const x = hashedPart(receipt.x.map(BigInt))
  const at = (name: (typeof NAMES)[number]) => x[NAMES.indexOf(name)]!
  const digest = BigInt(receipt.digest)
  const statement = statementOf(receipt.circuitId as Hex, x, digest)
  const authorization = await chain.keystore.manager.signTypedData(
    authorizationTypedData(chainId, ledger, statement),
  )
  const step = {
    newBook: at('newBook'),
    newBudget: at('newBudget'),
    trade: at('trade'),
    marketDigest: at('marketDigest'),
    digest,
    compliant: at('compliant') === 1n,
    open: at('open') === 1n,
  }
  const proof = toSolidityProof(receipt.proof as unknown as Groth16Proof)
  const submission = { step, proof, sealedTrade: plan.sealedTrade, authorization }
  if (plan.epoch === 1) {
    const { attestation, signature } = parseAttestation(portfolio.attestation)
    return encodeFunctionData({
      abi: rebalanceLedgerAbi,
      functionName: 'open',
      args: [portfolio.creation, submission, attestation, signature],
    })
  }
  if (step.open) {
    return encodeFunctionData({
      abi: rebalanceLedgerAbi,
      functionName: 'rebalanceOpen',
      args: [portfolio.id, plan.head, submission, x.slice(NAMES.length)],
    })
  }
  return encodeFunctionData({
    abi: rebalanceLedgerAbi,
    functionName: 'rebalance',
    args: [portfolio.id, plan.head, submission],
  })
}

/** Simulates the call, so that a refusal costs nothing, and signs its transaction. @throws `ContractError` */
export async function signCall({ chain, store }: EngineParts, data: Hex): Promise<SignedTransaction> {
  const sender = chain.keystore.submitter.address
  const { ledger } = chain.deployment
  await chain.simulate(sender, ledger, data)
  const mined = await chain.guard(chain.client.getTransactionCount({ address: sender, blockTag: 'latest' }))
  const nonce = Math.max(mined, await store.outbox.nextNonce(sender))
  const raw = await chain.sign('submitter', ledger, data, nonce)
  return { hash: keccak256(raw), raw, sender, nonce }
}

/**
 * Hands a kept transaction to the chain; doing it twice is the same as once.
 *
 * @returns false when its nonce is used by another transaction, so that it can never be mined.
 */
export async function broadcast(
  { chain }: EngineParts,
  { hash, raw, sender, nonce }: SignedTransaction,
): Promise<boolean> {
  if (await chain.findReceipt(hash)) return true
  try {
    await chain.client.sendRawTransaction({ serializedTransaction: raw })
    return true
  } catch {
    // The node may know it already, or have mined it or another one with its nonce meanwhile: look instead of guessing.
    if (await chain.findReceipt(hash)) return true
    const known = await chain.client.getTransaction({ hash }).catch(() => undefined)
    if (known) return true
    const used = await chain.guard(
      chain.client.getTransactionCount({ address: sender as Hex, blockTag: 'latest' }),
    )
    if (used > nonce) return false
    throw new ChainUnavailableError()
  }
}

/** Whether a mined transaction did what it was for: its receipt is of this hash, succeeded and came from the ledger. */
export function assertMined({ chain }: EngineParts, receipt: TransactionReceipt, hash: Hex): void {
  const own = receipt.logs.some(
    ({ address }) => address.toLowerCase() === chain.deployment.ledger.toLowerCase(),
  )
  if (receipt.transactionHash !== hash || receipt.status !== 'success' || !own)
    throw new ContractError('Reverted')
}
