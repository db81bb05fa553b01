import { turnoverWeight } from '#portfolio/market.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { abs } from '#portfolio/units.js'
import type { Plan, PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import { judgeStep } from '#test/soundness/differential/judge.js'

/**
 * What is wrong with a plan, in words; empty for a good one. Judged by the reference model and by a second oracle written
 * from the formulas alone.
 */
export async function faultsOf(input: PlanInput, planned: Plan): Promise<string[]> {
  const faults: string[] = []
  const { step, verdict, outcome, trades, weighed } = planned
  const judged = outcomeOf(step, input)
  if (judged !== verdict.outcome) faults.push(`its verdict is ${verdict.outcome}, the judges say ${judged}`)
  if (outcome !== 'infeasible' && judged === 'refused')
    faults.push('it leaves the engine and the mandate refuses it')
  if (outcome === 'hold' && trades.length > 0) faults.push('it holds and trades')
  if (outcome === 'trade' && trades.length > 0 && weighed?.worth === false)
    faults.push('its trades do not pay')
  if (planned.reasons.length === 0) faults.push('it gives no reason')
  for (const { slot, quantity } of trades) {
    const { lot, minimum } = input.costs[slot]!
    const closes = quantity === -input.book.quantities[slot]!
    if (!closes && (quantity % lot !== 0n || abs(quantity) < minimum))
      faults.push(`S${slot} trades no whole lots`)
    if (input.market.slots[slot]!.suspended) faults.push(`S${slot} trades while suspended`)
  }
  if (outcome !== 'infeasible') faults.push(...(await faultsOfNext(input, planned)))
  if (outcome === 'trade' && judged === 'compliant') {
    input.mandate.slots.forEach((_, i) => {
      faults.push(...faultsBeyond(input, step, i, i % 2 === 0 ? 1n : -1n))
    })
  }
  return faults
}

/** @throws where the two judges differ. */
function outcomeOf(step: Step, { shape }: PlanInput): 'compliant' | 'reducing' | 'refused' {
  const { outcome } = evaluateStep(step, shape)
  const other = judgeStep(step, shape).outcome
  if (other !== outcome) throw new Error(`the reference model says ${outcome}, the second oracle ${other}`)
  return outcome
}

/** Planned again at the same snapshot, the book that a plan leads to is left alone. */
async function faultsOfNext(input: PlanInput, { step, verdict, outcome }: Plan): Promise<string[]> {
  const next = await plan({
    ...input,
    ...(outcome === 'trade' ? { lastTradeAt: input.market.time } : {}),
    book: step.newBook,
    oldUniverse: step.newBook.universeId,
    changed: input.changed.map(() => false),
    budget: verdict.newBudget,
    netFlow: 0n,
  })
  return next.trades.length > 0 ? ['planned again at the same snapshot, it trades'] : []
}

/** Moved along slot i, at its mark, to the last unit that both judges take, the planned book must not take one more. */
function faultsBeyond(input: PlanInput, step: Step, i: number, side: bigint): string[] {
  const slot = step.market.slots[i]!
  if (slot.suspended || turnoverWeight(slot) === 0n) return []
  const traded = step.newBook.quantities[i]! - step.oldBook.quantities[i]!
  const moved = (by: bigint): Step => {
    const quantities = step.newBook.quantities.map((q, k) => (k === i ? q + side * by : q))
    const fills = step.fills.map((fill, k) => (k === i ? slot.price : fill))
    const paid = (traded + side * by) * slot.price - traded * step.fills[i]!
    const cash = step.newBook.cash.map((c, a) => (a === input.mandate.slots[i]!.account ? c - paid : c))
    return { ...step, fills, newBook: { ...step.newBook, quantities, cash } }
  }
  const compliant = (by: bigint): boolean => {
    try {
      return evaluateStep(moved(by), input.shape).outcome === 'compliant'
    } catch {
      return false
    }
  }
  if (!compliant(0n)) return []
  let [inside, outside] = [0n, 1n]
  while (compliant(outside)) [inside, outside] = [outside, outside * 2n]
  while (outside - inside > 1n) {
    const middle = (inside + outside) / 2n
    if (compliant(middle)) inside = middle
    else outside = middle
  }
  const second = (by: bigint) => judgeStep(moved(by), input.shape).outcome === 'compliant'
  return second(inside) && !second(outside) ? [] : [`S${i} passes a bound by a unit`]
}
