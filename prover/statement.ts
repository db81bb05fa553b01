import type { Hex } from 'viem'
import { COUNTERS } from '#portfolio/budget.js'
import { TAGS, VECTORS } from '#portfolio/layout.js'
import { mandateVector } from '#portfolio/mandate.js'
import { marketVector } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step, Verdict } from '#portfolio/step.js'
import { toField } from '#portfolio/units.js'
import { hashedPart, type PublicSignals, publicSignalsOf } from './challenge.js'
import {
  commitBook,
  commitBudget,
  commitTrade,
  type Digest,
  digestMandate,
  digestMarket,
  digestPublic,
} from './digest.js'
import type { WitnessInput } from './witness-calculator.js'

/** A vector with what a proof about it needs. `input` of a rebalance holds the private book: it never leaves the prover. */
export type Statement = {
  readonly x: readonly bigint[]
  readonly signals: PublicSignals
  readonly publicSignals: readonly string[]
  readonly input: WitnessInput
}

/** Blindings of the commitments that a step opens and makes. */
export type StepBlindings = {
  readonly oldBook: bigint
  readonly newBook: bigint
  readonly oldBudget: bigint
  readonly newBudget: bigint
  readonly trade: bigint
}

/** What the chain, not the fund, fixes of a step. `payload` is keccak256 of the sealed blob >> 8. */
export type StepPlace = {
  readonly circuitId: Hex
  readonly domain: bigint
  readonly epoch: bigint
  readonly payload: bigint
}

/** Elements of the rebalance vector by name, without the legs. */
export type RebalanceHead = Record<(typeof VECTORS.rebalance.head)[number], bigint>

/** Everything needed to prove that `vector` has the digest a contract is to store. */
export function digestStatement(
  digest: Digest,
  tag: 'market' | 'mandate',
  vector: readonly bigint[],
  circuitId: Hex,
): Statement {
  const x = vector.map(toField)
  const signals = publicSignalsOf(circuitId, x, digestPublic(digest, tag, x))
  return { x, signals, ...wire(signals, { x }) }
}

/**
 * Everything needed to prove a step whose verdict the reference model has given; `compliant` claims what the model found.
 *
 * The commitments are computed here and again inside the circuit; the prover compares the public signals before a proof
 * leaves it, so a disagreement cannot go out.
 */
export function rebalanceStatement(
  digest: Digest,
  step: Step,
  verdict: Verdict,
  shape: Shape,
  blindings: StepBlindings,
  place: StepPlace,
): Statement & { readonly head: RebalanceHead } {
  const { trades, newBudget } = verdict
  const { fills, fee } = step
  const head: RebalanceHead = {
    domain: place.domain,
    epoch: place.epoch,
    oldBook: commitBook(digest, step.oldBook, blindings.oldBook),
    newBook: commitBook(digest, step.newBook, blindings.newBook),
    oldBudget: commitBudget(digest, step.oldBudget, blindings.oldBudget),
    newBudget: commitBudget(digest, newBudget, blindings.newBudget),
    trade: commitTrade(digest, { trades, fills, fee }, blindings.trade),
    mandateDigest: digestMandate(digest, step.mandate, shape),
    marketDigest: digestMarket(digest, step.market),
    oldUniverse: step.oldUniverse,
    changed: changedMask(step.changed),
    netFlow: toField(step.netFlow),
    window: step.window,
    compliant: verdict.outcome === 'compliant' ? 1n : 0n,
    open: step.open ? 1n : 0n,
    payload: place.payload,
  }
  const legs = trades.map((trade, i) => (step.open ? legOf(trade, fills[i]!) : 0n))
  const x = [...VECTORS.rebalance.head.map((name) => head[name]), ...legs]
  const signals = publicSignalsOf(place.circuitId, x, digest(TAGS.rebalance, x), hashedPart(x))
  const input = {
    domain: head.domain,
    epoch: head.epoch,
    oldUniverse: head.oldUniverse,
    changed: head.changed,
    window: head.window,
    compliant: head.compliant,
    open: head.open,
    payload: head.payload,
    market: marketVector(step.market),
    mandate: mandateVector(step.mandate, shape),
    oldCash: step.oldBook.cash,
    oldQuantity: step.oldBook.quantities,
    oldBlinding: blindings.oldBook,
    newCash: step.newBook.cash,
    newQuantity: step.newBook.quantities,
    newBlinding: blindings.newBook,
    oldWindow: step.oldBudget.window,
    oldCurrent: COUNTERS.map((name) => step.oldBudget.current[name]),
    oldPrevious: COUNTERS.map((name) => step.oldBudget.previous[name]),
    oldBudgetBlinding: blindings.oldBudget,
    newBudgetBlinding: blindings.newBudget,
    fill: fills,
    fee,
    tradeBlinding: blindings.trade,
    carryGain: step.carryGain,
    carryLoss: step.carryLoss,
    flowPart: step.flowSplit,
  }
  return { x, head, signals, ...wire(signals, input) }
}

/** Bit i set where slot i holds another instrument than in the old universe. */
export const changedMask = (changed: readonly boolean[]): bigint =>
  changed.reduce((mask, is, i) => (is ? mask | (1n << BigInt(i)) : mask), 0n)

/** A leg in clear: (trade + 2^64)·2^64 + fill, so that trade and fill can be read back. */
export const legOf = (trade: bigint, fill: bigint): bigint => ((trade + (1n << 64n)) << 64n) + fill

function wire(signals: PublicSignals, values: Record<string, bigint | readonly bigint[]>) {
  const text = (value: bigint) => toField(value).toString()
  const input: Record<string, string | string[]> = {}
  const all: Record<string, bigint | readonly bigint[]> = { ...values, ...signals }
  for (const [name, value] of Object.entries(all)) {
    input[name] = typeof value === 'bigint' ? text(value) : value.map(text)
  }
  const publicSignals = [signals.c, signals.alpha, signals.beta].map(text)
  return { input, publicSignals }
}
