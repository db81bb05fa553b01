import type { Step } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { roundStep } from '../../fixtures/round-step.js'
import { caseOf } from './case.js'
import type { Forgery } from './forge.js'
import { limited } from './limit-cases.js'

const E16 = 10n ** 16n

/**
 * Steps that break one identity and gain by it: no other numbers of the fund's make the same public vector true. The
 * generator of a circuit that computes but does not constrain refuses them by what it computes; a cheat need not use it.
 */
export async function forgeries(): Promise<Forgery[]> {
  const round = roundStep()
  const [first = 0n, second = 0n] = round.newBook.cash
  const still: Step = { ...round, oldBook: round.newBook, fills: [0n, 0n, 0n, 0n] }
  const short = { ...still, mandate: limited(still.mandate, 'margin[0]', BPS * BPS * BPS) }
  // It turns over 710 basis points; a flow of a hundred would excuse as many of them.
  const tight = { ...round, mandate: limited(round.mandate, 'turnover', 700n) }
  const pairs: Record<string, readonly [Step, Step]> = {
    'value from nowhere': [round, { ...round, newBook: { ...round.newBook, cash: [first + E16, second] } }],
    'turnover excused by a flow that never came': [round, { ...tight, flowSplit: [10_000n * E16, 0n] }],
    'cash taken from an account short of margin, as if its flow had': [
      short,
      {
        ...short,
        newBook: { ...short.newBook, cash: [first - E16, second + E16] },
        flowSplit: [-E16, E16],
      },
    ],
  }
  return Promise.all(
    Object.entries(pairs).map(async ([name, [honest, refused]]) => ({
      honest: await caseOf(`honest twin of: ${name}`, honest),
      refused: await caseOf(name, refused),
    })),
  )
}
