import { evaluateStep } from '#portfolio/step.js'
import { deriveBlinding } from '#prover/blinding.js'
import { commitBook } from '#prover/digest.js'
import type { ProveStep } from '#prover/prove-circuit.js'
import { rebalanceStatement, type StepBlindings } from '#prover/statement.js'
import { headOf, payloadOf } from '#verifier-contracts/encoding.js'
import type { Receipt } from '../schemas/receipt.js'
import type { JobTimings } from '../store/job-store.js'
import type { Blinded, BookRecord, PortfolioRecord } from '../store/portfolio-store.js'
import { blindingDomainFor, domainFor } from './domains.js'
import type { EngineParts } from './engine-parts.js'
import type { PlannedStep } from './plan-step.js'

/** A planned step with everything its proof is about; the same plan always gives the same one. */
export type StatedStep = ReturnType<typeof rebalanceStatement> & { readonly nextBook: BookRecord }

/**
 * The statement of a planned step and the book it leads to. Blindings come from the portfolio's seed: those of the old
 * book from where it was committed, the new ones from the plan's epoch and attempt.
 */
export function stateStep(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  current: BookRecord,
  plan: PlannedStep,
): StatedStep {
  const { step } = plan
  const verdict = evaluateStep(step, parts.shape)
  const domain = blindingDomainFor(parts, portfolio.id)
  const derive = (label: 'book' | 'budget' | 'trade', { epoch, attempt }: Blinded) =>
    deriveBlinding(portfolio.seed, label, { domain, epoch: BigInt(epoch), attempt })
  const opening = current.epoch === 0
  const fresh: Blinded = { epoch: plan.epoch, attempt: plan.attempt }
  const bookBlinded = opening ? current.bookBlinded : fresh
  const blindings: StepBlindings = {
    oldBook: derive('book', current.bookBlinded),
    newBook: derive('book', bookBlinded),
    oldBudget: current.budgetBlinded ? derive('budget', current.budgetBlinded) : 0n,
    newBudget: derive('budget', fresh),
    trade: derive('trade', fresh),
  }
  const statement = rebalanceStatement(parts.digest, step, verdict, parts.shape, blindings, {
    circuitId: parts.circuits.rebalance.circuitId,
    domain: domainFor(parts, portfolio.id),
    epoch: BigInt(plan.epoch),
    payload: payloadOf(plan.sealedTrade),
  })
  const { newBook, newBudget } = statement.head
  const traded = verdict.trades.some((t) => t !== 0n)
  const previousHead = opening ? plan.head.previous : headOf(plan.head)
  return {
    ...statement,
    nextBook: {
      epoch: plan.epoch,
      version: plan.attempt,
      commitment: newBook,
      budgetCommitment: newBudget,
      previousHead,
      head: headOf({ previous: previousHead, book: newBook, budget: newBudget }),
      book: step.newBook,
      budget: verdict.newBudget,
      bookBlinded,
      budgetBlinded: fresh,
      spent: spentAfter(current.spent, plan.strategyVersion, verdict.used.cost),
      lastTradeAt: traded ? step.market.time : current.lastTradeAt,
      prices: traded || current.prices.length === 0 ? plan.prices : current.prices,
    },
  }
}

/** What steps under the version in force have cost, with one that was planned under `version`. */
function spentAfter(
  spent: BookRecord['spent'],
  version: number | undefined,
  cost: bigint,
): BookRecord['spent'] {
  if (version === undefined) return spent
  const before = spent?.strategyVersion === version ? spent.cost : 0n
  return { strategyVersion: version, cost: before + cost }
}

/** Commitment of a book that is put before opening. */
export function commitDraft(
  parts: EngineParts,
  portfolio: PortfolioRecord,
  book: BookRecord['book'],
  blinded: Blinded,
): bigint {
  const place = {
    domain: blindingDomainFor(parts, portfolio.id),
    epoch: BigInt(blinded.epoch),
    attempt: blinded.attempt,
  }
  return commitBook(parts.digest, book, deriveBlinding(portfolio.seed, 'book', place))
}

/** Proves a stated step; only the proof and its public vector leave. */
export async function proveStep(
  { pool, circuits }: EngineParts,
  stated: StatedStep,
  plan: PlannedStep,
  control: { signal: AbortSignal; onProgress: (step: ProveStep) => void },
): Promise<{ receipt: Receipt; timings: JobTimings }> {
  const { circuitId, artifacts } = circuits.rebalance
  const request = { circuit: artifacts, input: stated.input, expectedPublicSignals: stated.publicSignals }
  const { proof, publicSignals, timings } = await pool.prove(request, control)
  const receipt = {
    circuitId,
    x: stated.x.map(String),
    digest: stated.signals.c.toString(),
    publicSignals,
    proof: {
      ...proof,
      pi_a: [...proof.pi_a],
      pi_b: proof.pi_b.map((pair) => [...pair]),
      pi_c: [...proof.pi_c],
    },
    sealedTrade: plan.sealedTrade,
  }
  return { receipt, timings: { ...timings } }
}
