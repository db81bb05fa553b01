import { encodeFunctionData, type Hex, keccak256, parseEventLogs, type TransactionReceipt } from 'viem'
import { VECTORS } from '#portfolio/layout.js'
import { hashedPart } from '#prover/challenge.js'
import type { Groth16Proof } from '#prover/groth16-proof.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import {
  authorizationTypedData,
  type Head,
  inOrder,
  statementOf,
  toSolidityProof,
} from '#verifier-contracts/encoding.js'
import { ChainUnavailableError } from '../chain/contract-error.js'
import { parseAttestation } from '../schemas/attestation.js'
import type { Receipt } from '../schemas/receipt.js'
import type { SignedTransaction } from '../store/outbox-store.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { EngineParts } from './engine-parts.js'
import type { PlannedStep } from './plan-step.js'

const NAMES = VECTORS.rebalance.head

/** What is submitted of a step, with the manager's authorization of exactly this statement. */
export async function submissionOf({ chain }: EngineParts, plan: PlannedStep, receipt: Receipt) {
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
  return { step, proof, sealedTrade: plan.sealedTrade, authorization }
}

/** Legs of the public vector of an open step; none of a sealed one. */
export const legsIn = (receipt: Receipt): bigint[] => hashedPart(receipt.x.map(BigInt)).slice(NAMES.length)

export type Submission = Awaited<ReturnType<typeof submissionOf>>

/** A step of an open portfolio as the ledger takes it. */
export type StepEntry = {
  readonly portfolioId: Hex
  readonly head: Head
  readonly submission: Submission
}

/** Call data that opens a portfolio by its first step. */
export function openingCall({ attestation: signed, creation }: PortfolioRecord, submission: Submission): Hex {
  const { attestation, words } = parseAttestation(signed)
  return encodeFunctionData({
    abi: rebalanceLedgerAbi,
    functionName: 'open',
    args: [creation, submission, attestation, inOrder(words)],
  })
}

/** Call data of a step whose legs are open. */
export const openTradeCall = ({ portfolioId, head, submission }: StepEntry, legs: readonly bigint[]): Hex =>
  encodeFunctionData({
    abi: rebalanceLedgerAbi,
    functionName: 'rebalanceOpen',
    args: [portfolioId, head, submission, legs],
  })

/** Call data of one step, or of several at once in the order that the ledger asks for. */
export function stepsCall(entries: readonly StepEntry[]): Hex {
  const [first, ...others] = entries
  if (first && others.length === 0) {
    const { portfolioId, head, submission } = first
    return encodeFunctionData({
      abi: rebalanceLedgerAbi,
      functionName: 'rebalance',
      args: [portfolioId, head, submission],
    })
  }
  const ascending = entries.toSorted((a, b) => (BigInt(a.portfolioId) < BigInt(b.portfolioId) ? -1 : 1))
  return encodeFunctionData({ abi: rebalanceLedgerAbi, functionName: 'rebalanceBatch', args: [ascending] })
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

/**
 * Gas of the step of a portfolio in a mined transaction: an equal share of it with every other step in it.
 *
 * @returns undefined unless the receipt is of this hash, succeeded and tells of a step of this portfolio.
 */
export function gasOfStep(
  { chain }: EngineParts,
  receipt: TransactionReceipt,
  { txHash, portfolioId }: { txHash: Hex; portfolioId: Hex },
): bigint | undefined {
  if (receipt.transactionHash !== txHash || receipt.status !== 'success') return undefined
  const ledger = chain.deployment.ledger.toLowerCase()
  const own = receipt.logs.filter(({ address }) => address.toLowerCase() === ledger)
  const steps = parseEventLogs({ abi: rebalanceLedgerAbi, eventName: 'Rebalanced', logs: own })
  if (!steps.some(({ args }) => args.portfolioId === portfolioId)) return undefined
  return receipt.gasUsed / BigInt(steps.length)
}
