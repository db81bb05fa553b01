import { COUNTERS, NO_COUNTERS } from '#portfolio/budget.js'
import type { Step } from '#portfolio/step.js'
import { roundStep } from '../../fixtures/round-step.js'
import { type Case, caseOf } from './case.js'
import { limited, traded } from './limit-cases.js'

/** Budgets that earlier steps have overspent: a step that uses nothing passes, one that uses a single unit does not. */
export async function budgetCases(): Promise<Case[]> {
  const round = roundStep()
  const still: Step = { ...round, oldBook: round.newBook, fills: [0n, 0n, 0n, 0n] }
  const [first = 0n, second = 0n] = still.newBook.cash
  const paid = (by: bigint): Step => ({ ...still, oldBook: { ...still.oldBook, cash: [first + by, second] } })
  const using: Record<(typeof COUNTERS)[number], Step> = {
    cost: { ...paid(1n), carryLoss: 1n },
    gain: { ...paid(-1n), carryGain: 1n },
    turnover: traded(
      still,
      still.newBook.quantities.map((q, i) => (i === 0 ? q - 1n : q)),
    ),
  }
  const cases = COUNTERS.flatMap((name) =>
    [0n, 1n, 2n].flatMap((elapsed) =>
      (['current', 'previous'] as const).flatMap((part) => {
        const spent = (step: Step): Step => ({
          ...step,
          mandate: limited(step.mandate, `rolling.${name}`, 1n),
          oldBudget: {
            window: 5n,
            current: NO_COUNTERS,
            previous: NO_COUNTERS,
            [part]: { ...NO_COUNTERS, [name]: 10n ** 22n },
          },
          window: 5n + elapsed,
        })
        const when = `${part} ${name} overspent, ${elapsed} windows on`
        return [caseOf(`${when}, held`, spent(still)), caseOf(`${when}, one unit used`, spent(using[name]))]
      }),
    ),
  )
  return Promise.all([...cases, ...feeCases(still)])
}

/** A fee is a cost, and a share of nothing traded is nothing. */
function feeCases(still: Step): Promise<Case>[] {
  const [first = 0n, second = 0n] = still.newBook.cash
  return [0n, 1n].map((fee) =>
    caseOf(`a fee of ${fee} without a trade`, {
      ...still,
      mandate: limited(still.mandate, 'cost', 1_000_000n),
      oldBook: { ...still.oldBook, cash: [first + fee, second] },
      fee,
    }),
  )
}
