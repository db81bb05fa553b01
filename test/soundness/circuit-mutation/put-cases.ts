import type { Step } from '#portfolio/step.js'
import { roundStep } from '../../fixtures/round-step.js'
import { type Case, caseOf } from './case.js'
import { limited, traded } from './limit-cases.js'

/** The round step's option. */
const OPTION = 2

/** A put moves against its underlying: what is concentrated, and whether it grows, is the size of that. */
export async function putCases(): Promise<Case[]> {
  return Promise.all(
    [1n, -1n].flatMap((side) => {
      const round = roundStep({ side })
      const option = round.market.slots[OPTION]!
      const slots = round.market.slots.with(OPTION, { ...option, delta: -option.delta })
      // The put is eight basis points of the book.
      const mandate = limited(round.mandate, `concentration[${OPTION}]`, 7n)
      const still: Step = {
        ...round,
        market: { ...round.market, slots },
        mandate,
        oldBook: round.newBook,
        fills: [0n, 0n, 0n, 0n],
      }
      const from = (before: (q: bigint) => bigint): Step =>
        traded(
          still,
          still.newBook.quantities.map((q, i) => (i === OPTION ? before(q) : q)),
        )
      const name = side > 0n ? 'long' : 'short'
      return [
        caseOf(`${name} put out of its concentration, held`, still),
        caseOf(`${name} put out of its concentration, called compliant`, still, 'compliant'),
        caseOf(
          `${name} put out of its concentration, reduced`,
          from((q) => q + side),
        ),
        caseOf(
          `${name} put out of its concentration, increased`,
          from((q) => q - side),
        ),
        caseOf(
          `${name} put out of its concentration, from the other side`,
          from((q) => -2n * q),
        ),
      ]
    }),
  )
}
