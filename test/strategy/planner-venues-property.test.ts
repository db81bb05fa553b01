import { expect, test } from 'vitest'
import { shapeOf, type Tier } from '#portfolio/shape.js'
import { plan } from '#strategy/planner.js'
import { faultsOf } from './plan-faults.js'
import { randomPlanInput } from './random-plan-input.js'
import { withRandomVenues } from './random-venues.js'
import { routeFaults } from './route-faults.js'

const FIRST = Number(process.env.SEED ?? 0)

test.each<[Tier, number]>([
  ['tiny', 300],
  ['desk', 8],
])(
  '%s: every plan over venues passes the judges, and no fill is better than the venues’ own rules',
  async (tier, runs) => {
    const shape = shapeOf(tier)
    const seen = { trade: 0, routed: 0, split: 0, dropped: 0, shallow: 0 }
    for (let seed = FIRST; seed < FIRST + runs; seed++) {
      const input = withRandomVenues(randomPlanInput(seed, shape), seed)
      const planned = await plan(input)
      const faults = [
        ...(await faultsOf(input, planned)),
        ...planned.trades.flatMap((trade) => routeFaults(input, trade)),
      ]
      expect([seed, faults]).toEqual([seed, []])
      const routes = planned.trades.flatMap(({ route }) => (route ? [route] : []))
      seen.trade += planned.outcome === 'trade' ? 1 : 0
      seen.routed += routes.length
      seen.split += routes.filter(({ orders }) => orders.length > 1).length
      seen.dropped += routes.filter(({ dropped }) => dropped.length > 0).length
      seen.shallow += planned.reasons.some(({ code }) => code === 'venue_depth') ? 1 : 0
    }
    for (const [what, count] of Object.entries(seen)) expect([what, count]).not.toEqual([what, 0])
    expect(seen.routed).toBeGreaterThan(runs / 4)
  },
)
