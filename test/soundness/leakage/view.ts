import { encodeAbiParameters, encodeFunctionData, type Hex, hexToBytes, toHex } from 'viem'
import { VECTORS } from '#portfolio/layout.js'
import { FIELD, toField } from '#portfolio/units.js'
import { type BlindingLabel, deriveBlinding } from '#prover/blinding.js'
import { loadDigest } from '#prover/digest.js'
import { makeRecipientKey, sealTrade } from '#prover/sealed-trade.js'
import { rebalanceStatement } from '#prover/statement.js'
import { ROLES } from '#test/helpers/roles.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import {
  authorizationTypedData,
  headOf,
  NO_HEAD,
  payloadOf,
  statementOf,
} from '#verifier-contracts/encoding.js'
import type { Scene, stepsOf } from './pairs.js'
import { randomBytesOf } from './random.js'

/** Ways to spoil the hiding, one per family of distinguishers: each must be noticed. */
export const FLAWS = [
  'constant blinding',
  'blinding kept for every epoch',
  'the epoch as blinding',
  'one blinding for every label',
  'unpadded blob',
  'legs shown',
] as const
export type Flaw = (typeof FLAWS)[number]

export const NAMES = ['oldBook', 'newBook', 'oldBudget', 'newBudget', 'trade', 'c', 'alpha', 'beta'] as const
type Numbers = Readonly<Record<(typeof NAMES)[number], bigint>>

/** What two steps in a row show to the public; `tradeBlindings` only to a desk that opens sealed trades. */
export type View = {
  readonly epoch: bigint
  readonly steps: readonly [Numbers, Numbers]
  readonly blob: Uint8Array
  readonly calldata: Uint8Array
  readonly event: Uint8Array
  readonly tradeBlindings: readonly [bigint, bigint]
}

export const CIRCUIT_ID: Hex = `0x${'11'.repeat(32)}`
export const DOMAIN = 12_345n
const LEDGER: Hex = `0x${'22'.repeat(20)}`
const CHAIN_ID = 31_337
/** Proofs are the on-chain game's; here their place holds the same bytes for both sides. */
const PROOF = {
  a: [1n, 2n],
  b: [
    [3n, 4n],
    [5n, 6n],
  ],
  c: [7n, 8n],
} as const
const EVENT = rebalanceLedgerAbi
  .find((item) => item.type === 'event' && item.name === 'Rebalanced')!
  .inputs.filter((input) => !('indexed' in input && input.indexed))

let recipients: Promise<Uint8Array[]> | undefined

/**
 * Lets the product's own code commit, state, seal, sign and encode two consecutive steps of a portfolio whose secret seed
 * is that of `seed`; trial `trial` stands at epochs of its own, as in one long record.
 */
export async function viewOf(
  { shape }: Scene,
  steps: ReturnType<typeof stepsOf>,
  seed: string,
  trial: number,
  flaw?: Flaw,
): Promise<View> {
  const digest = await loadDigest()
  recipients ??= Promise.all([makeRecipientKey(), makeRecipientKey()]).then((keys) =>
    keys.map(({ publicKey }) => publicKey),
  )
  const secret = randomBytesOf(seed, 'portfolio')
  const first = BigInt(3 * trial + 1)
  const blind = (label: BlindingLabel, epoch: bigint): bigint => {
    if (flaw === 'constant blinding') return 1n
    if (flaw === 'the epoch as blinding') return epoch
    const at = flaw === 'blinding kept for every epoch' ? 0n : epoch
    const as = flaw === 'one blinding for every label' ? 'trade' : label
    return deriveBlinding(secret, as, { domain: DOMAIN, epoch: at, attempt: 0 })
  }

  const seal = async (k: 0 | 1): Promise<Uint8Array> => {
    const { step, verdict } = steps[k]
    const legs = verdict.trades.filter((t) => t !== 0n).length
    const length = flaw === 'unpadded blob' ? 200 + 17 * legs : 500
    // The first step's blob, and every blob of a spoilt view, is of random bytes: sealing is the dearest part of a trial.
    if (k === 0 || flaw !== undefined) return expand(randomBytesOf(seed, 'blob', trial, k), length)
    const blinding = blind('trade', first + 2n)
    const opening = { trades: verdict.trades, fills: step.fills, fee: step.fee, blinding }
    return sealTrade(opening, await recipients!, { domain: DOMAIN, epoch: first + 2n })
  }

  const blobs = [await seal(0), await seal(1)] as const
  const stated = steps.map(({ step, verdict }, k) => {
    const epoch = first + BigInt(k)
    const blindings = {
      oldBook: blind('book', epoch),
      newBook: blind('book', epoch + 1n),
      oldBudget: blind('budget', epoch),
      newBudget: blind('budget', epoch + 1n),
      trade: blind('trade', epoch + 1n),
    }
    const place = {
      circuitId: CIRCUIT_ID,
      domain: DOMAIN,
      epoch: epoch + 1n,
      payload: payloadOf(toHex(blobs[k]!)),
    }
    return { blindings, ...rebalanceStatement(digest, step, verdict, shape, blindings, place) }
  })
  const [before, { head, x, signals }] = stated as [(typeof stated)[0], (typeof stated)[0]]
  const cut = x.slice(0, VECTORS.rebalance.head.length)
  const sealedTrade = toHex(blobs[1])
  const authorization = await ROLES.manager.signTypedData(
    authorizationTypedData(CHAIN_ID, LEDGER, statementOf(CIRCUIT_ID, cut, signals.c)),
  )
  const previous = headOf({ previous: NO_HEAD, book: before.head.oldBook, budget: before.head.oldBudget })
  const submitted = {
    newBook: head.newBook,
    newBudget: head.newBudget,
    trade: head.trade,
    marketDigest: head.marketDigest,
    digest: signals.c,
    compliant: head.compliant === 1n,
    open: head.open === 1n,
  }
  const rebalance = encodeFunctionData({
    abi: rebalanceLedgerAbi,
    functionName: 'rebalance',
    args: [
      `0x${'33'.repeat(32)}`,
      { previous, book: head.oldBook, budget: head.oldBudget },
      { step: submitted, proof: PROOF, sealedTrade, authorization },
    ],
  })
  const event = encodeAbiParameters(EVENT, [cut.map(toField), signals.c, PROOF, sealedTrade])
  const legs = flaw === 'legs shown' ? steps[1].verdict.trades.map((t) => toField(t)) : []
  const shown = hexToBytes(
    encodeAbiParameters(
      legs.map(() => ({ type: 'uint256' })),
      legs,
    ),
  )
  const numbers = ({ head, signals }: (typeof stated)[0]): Numbers => ({ ...head, ...signals })
  return {
    epoch: first + 2n,
    steps: [numbers(stated[0]!), numbers(stated[1]!)],
    blob: blobs[1],
    calldata: Buffer.concat([hexToBytes(rebalance), shown]),
    event: hexToBytes(event),
    tradeBlindings: [stated[0]!.blindings.trade % FIELD, stated[1]!.blindings.trade % FIELD],
  }
}

function expand(seed: Buffer, length: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
    randomBytesOf(seed.toString('hex'), i),
  )
  return new Uint8Array(Buffer.concat(parts).subarray(0, length))
}
