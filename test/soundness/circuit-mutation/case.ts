import { addCounters, carryBudget } from '#portfolio/budget.js'
import { TAGS } from '#portfolio/layout.js'
import { turnoverWeight } from '#portfolio/market.js'
import { shapeOf } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { abs, OutOfRangeError, sum, toField } from '#portfolio/units.js'
import { publicSignalsOf } from '#prover/challenge.js'
import { loadDigest } from '#prover/digest.js'
import { rebalanceStatement } from '#prover/statement.js'
import type { WitnessInput } from '#prover/witness-calculator.js'
import { BLINDINGS, PLACE } from '../../helpers/statement.js'

/** Inputs of a circuit, public signals included, and whether the reference model lets the step pass. */
export type Case = { readonly name: string; readonly accepted: boolean; readonly input: WitnessInput }

export const TINY = shapeOf('tiny')

type Claim = 'compliant' | 'reducing'
type Committed = Pick<Verdict, 'outcome' | 'trades' | 'newBudget'>

/** A step with the model's word on it. It claims the most that it may, or `claim`. */
export async function caseOf(name: string, step: Step, claim?: Claim): Promise<Case> {
  const verdict = judged(step)
  const claimed = claim ?? (verdict?.outcome === 'compliant' ? 'compliant' : 'reducing')
  const allowed = verdict && (claimed === 'compliant' ? ['compliant'] : ['compliant', 'reducing'])
  const accepted = verdict !== undefined && allowed!.includes(verdict.outcome)
  const { input } = await sealedStep(step, { ...committedTo(step), outcome: claimed })
  return { name, accepted, input }
}

/** What a step commits to whose public vector or inputs are changed by hand: no step of the model, hence refused. */
export async function alteredCase(
  name: string,
  step: Step,
  change: { readonly x?: Readonly<Record<number, bigint>>; readonly input?: WitnessInput },
): Promise<Case> {
  const outcome = judged(step)?.outcome === 'compliant' ? 'compliant' : 'reducing'
  const sealed = await sealedStep(step, { ...committedTo(step), outcome })
  const digest = await loadDigest()
  const x = sealed.x.map((element, i) => toField(change.x?.[i] ?? element))
  const signals = publicSignalsOf(PLACE.circuitId, x, digest(TAGS.rebalance, x))
  const text = Object.fromEntries(Object.entries(signals).map(([key, value]) => [key, `${value}`]))
  return { name, accepted: false, input: { ...sealed.input, ...text, ...change.input } }
}

const sealedStep = async (step: Step, committed: Committed) =>
  rebalanceStatement(await loadDigest(), step, committed as Verdict, TINY, BLINDINGS, PLACE)

/** Undefined for a number outside its width, of which the model says no more. */
function judged(step: Step): Verdict | undefined {
  try {
    return evaluateStep(step, TINY)
  } catch (error) {
    if (error instanceof OutOfRangeError) return undefined
    throw error
  }
}

/** Trades and counters by the model's formulas and without its width checks, so that also a number out of range is committed to. */
function committedTo(step: Step): Pick<Committed, 'trades' | 'newBudget'> {
  const { slots } = step.market
  const trades = step.newBook.quantities.map((q, i) => q - step.oldBook.quantities[i]!)
  const shortfalls = trades.map((t, i) => t * (step.fills[i]! - slots[i]!.price))
  const used = {
    cost: sum(shortfalls.filter((d) => d > 0n)) + step.fee + step.carryLoss,
    gain: step.carryGain - sum(shortfalls.filter((d) => d < 0n)),
    turnover: sum(trades.map((t, i) => abs(t) * turnoverWeight(slots[i]!))),
  }
  const carried = carryBudget(step.oldBudget, step.window)
  return { trades, newBudget: { ...carried, current: addCounters(carried.current, used) } }
}
