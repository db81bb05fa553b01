import { expect, test } from 'vitest'
import { shapeOf, type Tier } from '#portfolio/shape.js'
import { plan } from '#strategy/planner.js'
import { faultsOf } from './plan-faults.js'
import { randomPlanInput } from './random-plan-input.js'

/** A sample of what `npm run bench -- strategy` does 20,000 times. SEED moves it. */
const FIRST = Number(process.env.SEED ?? 0)

test.each<[Tier, number]>([
  ['tiny', 200],
  ['desk', 12],
])(
  '%s: no plan leaves the engine that the mandate would refuse, and none repeats itself',
  async (tier, runs) => {
    const shape = shapeOf(tier)
    const outcomes = new Map<string, number>()
    for (let seed = FIRST; seed < FIRST + runs; seed++) {
      const input = randomPlanInput(seed, shape)
      const planned = await plan(input)
      outcomes.set(planned.outcome, (outcomes.get(planned.outcome) ?? 0) + 1)
      expect([seed, await faultsOf(input, planned)]).toEqual([seed, []])
    }
    expect(outcomes.get('trade') ?? 0).toBeGreaterThan(runs / 6)
  },
)
