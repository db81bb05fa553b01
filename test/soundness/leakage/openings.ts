import { type BlindingLabel, deriveBlinding } from '#prover/blinding.js'
import { commitBook, commitBudget, commitTrade, type Digest } from '#prover/digest.js'
import type { stepsOf } from './pairs.js'
import { DOMAIN, type View } from './view.js'

type Steps = ReturnType<typeof stepsOf>

/** Blindings that anyone would try: the small, the public, and those of seeds that somebody forgot to draw. */
const CONSTANTS = [0n, 1n, 2n, DOMAIN] as const
const FORGOTTEN_SEEDS = [new Uint8Array(32), new Uint8Array(32).fill(1)]

/**
 * The adversary who knows both lines to the last unit and tries to open the second step's commitments, with blindings of a
 * small set. Returns which line opened: 0, 1, or undefined when none did.
 *
 * @param desk whether it also has the blindings of both sealed trades, as a desk that executes them.
 */
export function openingOf(
  digest: Digest,
  lines: readonly [Steps, Steps],
  desk: boolean,
): (view: View) => Record<BlindingLabel, 0 | 1 | undefined> {
  const commit = (label: BlindingLabel, side: 0 | 1, blinding: bigint): bigint => {
    const { step, verdict } = lines[side][1]
    if (label === 'book') return commitBook(digest, step.newBook, blinding)
    if (label === 'budget') return commitBudget(digest, verdict.newBudget, blinding)
    return commitTrade(digest, { trades: verdict.trades, fills: step.fills, fee: step.fee }, blinding)
  }
  const labels = ['book', 'budget', 'trade'] as const
  const sides = [0, 1] as const
  const known = new Map<string, 0 | 1>()
  for (const label of labels)
    for (const side of sides)
      for (const blinding of CONSTANTS) known.set(`${label} ${commit(label, side, blinding)}`, side)
  return (view) => {
    const shown = { book: view.steps[1].newBook, budget: view.steps[1].newBudget, trade: view.steps[1].trade }
    const { epoch } = view
    const open = (label: BlindingLabel): 0 | 1 | undefined => {
      const ready = known.get(`${label} ${shown[label]}`)
      if (ready !== undefined) return ready
      const forgotten = FORGOTTEN_SEEDS.map((seed) =>
        deriveBlinding(seed, label, { domain: DOMAIN, epoch, attempt: 0 }),
      )
      const guesses = [epoch, ...(label === 'book' ? forgotten : [])]
      if (desk && label !== 'trade') guesses.push(...view.tradeBlindings)
      return sides.find((side) => guesses.some((guess) => commit(label, side, guess) === shown[label]))
    }
    return { book: open('book'), budget: open('budget'), trade: open('trade') }
  }
}
