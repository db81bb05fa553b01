import { shapeOf, type Tier } from '#portfolio/shape.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'
import { boundaryBook } from './boundary-book.js'
import type { Judge } from './judge.js'
import { type Counts, ThreeWay } from './three-way.js'

export type BookSlice = {
  readonly tier: Tier
  readonly from: number
  readonly to: number
  readonly judge?: Judge
}

/**
 * Puts books `from` to below `to` to model, judge and circuit: one in four drawn around an intent, three in four at
 * boundaries. Seeds are whole numbers ≥ 0; the same seed is the same book.
 */
export async function compareBooks({ tier, from, to, judge }: BookSlice): Promise<Counts> {
  const parties = await ThreeWay.load(tier, judge)
  const shape = shapeOf(tier)
  const counts: Counts = { cases: 0, accepted: 0, refused: 0, disagreements: [] }
  for (let seed = from; seed < to; seed++) {
    const step = seed % 4 === 0 ? randomStep(seed / 4, shape) : boundaryBook(seed, shape)
    const { outcome, differences } = parties.compare(step)
    counts.cases++
    counts[outcome === 'refused' ? 'refused' : 'accepted']++
    for (const difference of differences) counts.disagreements.push(`book ${seed}: ${difference}`)
  }
  return counts
}
