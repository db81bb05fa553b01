import {
  type Address,
  createPublicClient,
  type Hex,
  hexToBytes,
  http,
  keccak256,
  type PublicClient,
} from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import { TAGS, TIERS, VECTORS } from '#portfolio/layout.js'
import { challengeOf, evaluateVector } from '#prover/challenge.js'
import { commitTrade, type Digest, loadDigest } from '#prover/digest.js'
import { fromSolidityProof } from '#prover/groth16-proof.js'
import { assertKeyForChain, isDevelopmentKey } from '#prover/key-check.js'
import { openTrade, sealedTradeLength } from '#prover/sealed-trade.js'
import type { RebalanceHead } from '#prover/statement.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { verifyProof } from '#prover/verify.js'
import {
  groth16VerifierAbi,
  mandatesAbi,
  marketSnapshotsAbi,
  rebalanceLedgerAbi,
} from '#verifier-contracts/abi.js'
import { decodeKey } from '#verifier-contracts/encode-key.js'
import { domainOf, payloadOf } from '#verifier-contracts/encoding.js'
import { readLeg } from '#verifier-contracts/open-trade.js'

/** What a stranger needs: a node, two public addresses, and the hashes of the keys that the fund has published. */
export type RecordRequest = {
  readonly rpcUrl: string
  readonly ledger: Address
  readonly portfolioId: Hex
  /** Of every circuit that the portfolio has been proven by. */
  readonly keyHashes: readonly Hex[]
  /** Private key of a recipient of sealed trades: every trade is opened and compared with the proven commitment. */
  readonly recipientKey?: Uint8Array
}

export type CheckedEpoch = {
  readonly epoch: number
  readonly compliant: boolean
  readonly transaction: Hex
  /** Slots traded, for a recipient. */
  readonly openedTrades?: number
  /** Slots traded in clear, and executed by the ledger in the same transaction. */
  readonly openLegs?: number
}

export type CheckedRecord = {
  readonly verdict: string
  /** A key is made from the public seed: whatever the record says, anyone could have proven it. */
  readonly developmentKey: boolean
  readonly epochs: readonly CheckedEpoch[]
}

const NAMES = VECTORS.rebalance.head
const HEAD = NAMES.length
const VERDICTS = ['none', 'green', 'amber', 'red', 'stale', 'paused', 'closed']

/**
 * Checks a portfolio's whole record from chain data alone: the registered key against the published hash, each epoch's
 * public vector rebuilt and its proof verified here, books and budgets linked without a gap, and the market and mandate
 * behind every step recomputed from the vectors in the events.
 *
 * @throws {@link RecordError} naming the epoch and what does not hold.
 * @throws `UnusableKeyError`, `DevelopmentKeyError` when proofs under the registered key would mean nothing.
 */
export async function verifyRecord(request: RecordRequest): Promise<CheckedRecord> {
  const client = createPublicClient({ transport: http(request.rpcUrl) })
  const ledger = { address: request.ledger, abi: rebalanceLedgerAbi } as const
  const rules = await readRules(client, request)
  const digest = await loadDigest()
  const args = { portfolioId: request.portfolioId }
  const range = { ...ledger, args, fromBlock: 0n, strict: true } as const
  const steps = await client.getContractEvents({ ...range, eventName: 'Rebalanced' })
  const replaced = await client.getContractEvents({ ...range, eventName: 'BookReplaced' })
  if (steps.length === 0) throw new RecordError(0n, 'no step is recorded for this portfolio')

  const replacedAt = (epoch: bigint) => replaced.find((event) => event.args.epoch === epoch)?.args
  const epochs: CheckedEpoch[] = []
  let link: Link = { epoch: 0n, budget: rules.emptyBudget, circuit: 0 }
  for (const { args: step, transactionHash } of steps) {
    // Each replacement takes an epoch of its own and sets the book without a proof; the budget stays.
    for (let swap = replacedAt(link.epoch + 1n); swap; swap = replacedAt(link.epoch + 1n)) {
      link = { ...link, epoch: swap.epoch, book: swap.newBook, budget: swap.budget }
    }
    const head = headOf(step.x)
    const circuit = rules.circuits.findIndex(({ domain }) => domain === head.domain)
    checkLink(head, link, circuit, step.sealedTrade)
    await checkDigests(client, rules, digest, head)
    await checkProof(rules.circuits[circuit]!, head.epoch, step)
    const open = head.open === 1n
    const trades =
      request.recipientKey && !open ? await openedTrades(digest, request.recipientKey, head, step) : undefined
    epochs.push({
      epoch: Number(head.epoch),
      compliant: head.compliant === 1n,
      transaction: transactionHash,
      ...(trades === undefined ? {} : { openedTrades: trades }),
      ...(open ? { openLegs: step.x.slice(HEAD).filter((leg) => readLeg(leg).trade !== 0n).length } : {}),
    })
    link = { epoch: head.epoch, book: head.newBook, budget: head.newBudget, circuit }
  }
  const [verdict] = await client.readContract({
    ...ledger,
    functionName: 'status',
    args: [request.portfolioId],
  })
  const developmentKey = rules.circuits.some((circuit) => circuit.developmentKey)
  return { verdict: VERDICTS[verdict] ?? 'unknown', developmentKey, epochs }
}

type Link = {
  readonly epoch: bigint
  readonly book?: bigint
  readonly budget: bigint
  /** Place of the circuit in the order above. */
  readonly circuit: number
}
type Rules = {
  readonly portfolioId: Hex
  /** By which the portfolio has been proven, in this order. */
  readonly circuits: readonly Circuit[]
  readonly emptyBudget: bigint
  readonly snapshots: Address
  readonly mandates: Address
}
type Circuit = {
  readonly circuitId: Hex
  /** First element of every vector proven by it. */
  readonly domain: bigint
  readonly vkey: VerificationKey
  readonly developmentKey: boolean
}
type Step = {
  readonly x: readonly bigint[]
  readonly digest: bigint
  readonly proof: Parameters<typeof fromSolidityProof>[0]
  readonly sealedTrade: Hex
}

async function readRules(client: PublicClient, request: RecordRequest): Promise<Rules> {
  const read = <const Name extends 'VERIFIER' | 'SNAPSHOTS' | 'MANDATES' | 'CIRCUIT_ID' | 'EMPTY_BUDGET'>(
    functionName: Name,
  ) => client.readContract({ address: request.ledger, abi: rebalanceLedgerAbi, functionName })
  const { portfolioId, ledger } = request
  const verifier = { address: await read('VERIFIER'), abi: groth16VerifierAbi } as const
  const mandates = await read('MANDATES')
  const chainId = await client.getChainId()
  const published = request.keyHashes.map((hash) => hash.toLowerCase())
  const circuitOf = async (circuitId: Hex): Promise<Circuit> => {
    const key = await client.readContract({ ...verifier, functionName: 'keyOf', args: [circuitId] })
    if (!published.includes(keccak256(key))) {
      throw new RecordError(0n, 'a registered verification key is not a published one')
    }
    const vkey = decodeKey(key)
    const developmentKey = isDevelopmentKey(assertKeyForChain(vkey, chainId))
    return { circuitId, domain: domainOf(chainId, ledger, portfolioId, circuitId), vkey, developmentKey }
  }
  const changes = await client.getContractEvents({
    ...{ address: mandates, abi: mandatesAbi, eventName: 'CircuitChanged', args: { portfolioId } },
    fromBlock: 0n,
    strict: true,
  })
  const ids = [await read('CIRCUIT_ID'), ...changes.map(({ args }) => args.circuitId)]
  return {
    portfolioId,
    circuits: await Promise.all(ids.map(circuitOf)),
    emptyBudget: await read('EMPTY_BUDGET'),
    snapshots: await read('SNAPSHOTS'),
    mandates,
  }
}

/** A sealed step shows the head of its vector, an open one all of it. */
function headOf(x: readonly bigint[]): RebalanceHead {
  const head = Object.fromEntries(NAMES.map((name, i) => [name, x[i]])) as RebalanceHead
  const legs = head.open === 1n ? Object.values(TIERS).map(({ slots }) => slots) : [0]
  if (!legs.includes(x.length - HEAD)) throw new RecordError(0n, 'a public vector has another length')
  return head
}

function checkLink(head: RebalanceHead, link: Link, circuit: number, sealedTrade: Hex): void {
  const holds = (condition: boolean, otherwise: string) => {
    if (!condition) throw new RecordError(head.epoch, otherwise)
  }
  holds(circuit !== -1, 'the domain is not that of this chain, ledger and portfolio')
  holds(circuit >= link.circuit, 'it is proven by a circuit that the portfolio had left')
  holds(head.epoch === link.epoch + 1n, 'the epoch before it is missing')
  // Only an opening has no book before it; it keeps its book, and must be compliant.
  holds(head.oldBook === (link.book ?? head.newBook), 'the book does not follow from the one before')
  holds(link.book !== undefined || head.compliant === 1n, 'the opening is not compliant')
  holds(head.oldBudget === link.budget, 'the budget does not follow from the one before')
  holds(head.payload === payloadOf(sealedTrade), 'the trade in the event is not the one that was proven')
}

/** Market and mandate: the digests in the vector are those of vectors that the chain has shown. */
async function checkDigests(
  client: PublicClient,
  rules: Rules,
  digest: Digest,
  head: RebalanceHead,
): Promise<void> {
  const markets = { address: rules.snapshots, abi: marketSnapshotsAbi, fromBlock: 0n, strict: true } as const
  const published = await client.getContractEvents({ ...markets, eventName: 'MarketPublished' })
  const snapshot = published.find(({ args }) => args.digest === head.marketDigest)?.args
  const captured = snapshot
    ? await client.getContractEvents({
        ...markets,
        eventName: 'MarketCaptured',
        args: { universeId: snapshot.universeId },
      })
    : []
  const market = captured.find(({ args }) => args.time === snapshot?.time)?.args.vector
  if (!market || digest(TAGS.market, market) !== head.marketDigest) {
    throw new RecordError(head.epoch, 'no published market has this digest')
  }

  const scheduled = await client.getContractEvents({
    address: rules.mandates,
    abi: mandatesAbi,
    eventName: 'MandateScheduled',
    args: { portfolioId: rules.portfolioId },
    fromBlock: 0n,
    strict: true,
  })
  const mandate = scheduled.find(({ args }) => args.digest === head.mandateDigest)?.args.vector
  if (!mandate || digest(TAGS.mandate, mandate) !== head.mandateDigest) {
    throw new RecordError(head.epoch, 'no mandate of this portfolio has this digest')
  }
}

async function checkProof({ vkey, circuitId }: Circuit, epoch: bigint, step: Step): Promise<void> {
  const alpha = challengeOf(circuitId, step.x, step.digest)
  const publicSignals = [step.digest, alpha, evaluateVector(step.x, alpha)].map(String)
  const proof = fromSolidityProof(step.proof)
  if (!(await verifyProof({ vkey, proof, publicSignals })))
    throw new RecordError(epoch, 'the proof does not verify')
}

/** Opens the sealed trade and compares it with the proven commitment; returns how many slots were traded. */
async function openedTrades(
  digest: Digest,
  key: Uint8Array,
  head: RebalanceHead,
  step: Step,
): Promise<number> {
  const blob = hexToBytes(step.sealedTrade)
  const slots = Object.values(TIERS).find((tier) => sealedTradeLength(tier.slots) === blob.length)?.slots
  if (slots === undefined) throw new RecordError(head.epoch, 'the sealed trade has an unknown length')
  const trade = await openTrade(blob, key, slots, head)
  if (commitTrade(digest, trade, trade.blinding) !== head.trade) {
    throw new RecordError(head.epoch, 'the opened trade is not the one that was proven')
  }
  return trade.trades.filter((quantity) => quantity !== 0n).length
}

/** The record on chain does not check; says where and what, all of it public. */
export class RecordError extends BaseError {
  constructor(epoch: bigint, what: string) {
    super(epoch === 0n ? `The record does not check: ${what}.` : `Epoch ${epoch} does not check: ${what}.`, {
      code: 'CLI_RECORD',
    })
  }
}
