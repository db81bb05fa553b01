import { shapeOf, type Tier } from '#portfolio/shape.js'
import { Prng } from '#test/helpers/prng.js'
import type { Judge } from './judge.js'
import { type Bound, type BoundCase, limitBounds } from './limit-bounds.js'
import { type Counts, ThreeWay } from './three-way.js'
import { widthBounds } from './width-bounds.js'

export type BoundSlice = {
  readonly tier?: Tier
  readonly from: number
  readonly to: number
  readonly judge?: Judge
  /** Only bounds whose name starts so. */
  readonly only?: string
}

/** `exact` counts bounds met to the last unit; at the others the last step inside stands next to the first beyond. */
export type BoundCounts = Counts & { exact: number }

const DRAWS_MAX = 4_000

/** Every bound of a tier's statement, by name. */
export const boundsOf = (tier: Tier): Bound[] => [
  ...limitBounds(shapeOf(tier)),
  ...widthBounds(shapeOf(tier)),
]

/**
 * Cases `from` to below `to`: each draws a random book for one bound, with steps one unit inside, at it and one unit
 * beyond. What must happen is known from how the steps were made; judge, model and circuit must all say so. Every bound
 * comes once in as many cases as there are bounds, in a scattered order.
 */
export async function compareBounds({
  tier = 'tiny',
  from,
  to,
  judge,
  only = '',
}: BoundSlice): Promise<BoundCounts> {
  const parties = await ThreeWay.load(tier, judge)
  const bounds = boundsOf(tier).filter(({ name }) => name.startsWith(only))
  const counts: BoundCounts = { cases: 0, accepted: 0, refused: 0, exact: 0, disagreements: [] }
  for (let seed = from; seed < to; seed++) {
    const bound = bounds[(seed * stride(bounds.length)) % bounds.length]!
    const drawn = drawCase(bound, seed, tier)
    const say = (what: string) => counts.disagreements.push(`${bound.name}, seed ${seed}: ${what}`)
    counts.cases++
    if (drawn.exact) counts.exact++
    for (const [place, { step, accepted }] of drawn.steps.entries()) {
      const { outcome, ruling, differences } = parties.compare(step)
      counts[outcome === 'refused' ? 'refused' : 'accepted']++
      if ((outcome !== 'refused') !== accepted) say(`step ${place} is ${outcome}`)
      if (!accepted && ruling.broken.join() !== drawn.id) say(`step ${place} breaks ${ruling.broken.join()}`)
      for (const difference of differences) say(`step ${place}: ${difference}`)
    }
  }
  return counts
}

/** A whole number without a divisor in common with `length`, so that multiples of it visit every place. */
function stride(length: number): number {
  const shares = (a: number, b: number): boolean => (b === 0 ? a > 1 : shares(b, a % b))
  let step = Math.max(1, Math.floor(length * 0.382))
  while (step > 1 && shares(length, step)) step--
  return step
}

function drawCase(bound: Bound, seed: number, tier: Tier): BoundCase {
  const rng = new Prng(Math.imul(seed + 1, 0x85ebca6b))
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const drawn = bound.draw(rng, shapeOf(tier))
    if (drawn) return drawn
  }
  throw new Error(`${bound.name}, seed ${seed}: no book shows this bound alone`)
}
