import { shapeOf } from '#portfolio/shape.js'
import type { PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import { deskPlanInput } from '#test/helpers/desk-example.js'
import { faultsOf } from '#test/strategy/plan-faults.js'
import { randomPlanInput } from '#test/strategy/random-plan-input.js'
import type { Figures } from '../main.js'

const RANDOM_PLANS = 20_000
const TIMED = 40

/** Every plan of 20,000 random books judged twice over, and how long a plan takes. */
export async function measure(): Promise<Figures> {
  const counts: Record<string, number> = { plans: 0, trade: 0, hold: 0, infeasible: 0, faults: 0 }
  for (let seed = 0; seed < RANDOM_PLANS; seed++) {
    // One in fifty is of the desk's size, which takes five times as long.
    const input = randomPlanInput(seed, shapeOf(seed % 50 === 49 ? 'desk' : 'tiny'))
    const planned = await plan(input)
    counts.plans!++
    counts[planned.outcome]!++
    const faults = await faultsOf(input, planned)
    if (faults.length > 0) console.error(`seed ${seed}: ${faults.join('; ')}`)
    counts.faults! += faults.length
  }
  const desk = withRisk(deskPlanInput('2026-04-27'))
  return { planMs: { desk: await medianMs(desk), fund: await medianMs(twice(desk)) }, property: counts }
}

async function medianMs(input: PlanInput): Promise<number> {
  const times: number[] = []
  for (let k = 0; k < TIMED; k++) {
    const started = performance.now()
    await plan(input)
    times.push(performance.now() - started)
  }
  return Math.round(times.sort((a, b) => a - b)[TIMED / 2]!)
}

const withRisk = (input: PlanInput): PlanInput => ({
  ...input,
  risk: {
    underlyings: ['BTC', 'ETH'],
    covariance: [
      [0.000625, 0.0007],
      [0.0007, 0.001225],
    ],
  },
  weighing: { riskAversion: 5, horizonDays: 30 },
  fixedCosts: { leg: 10n ** 16n, batch: 2n * 10n ** 16n },
})

/** The desk twice over, in the larger shape. */
function twice(desk: PlanInput): PlanInput {
  const double = <T>(list: readonly T[]): T[] => [...list, ...list]
  const again = desk.universe.instruments.map((one) => ({ ...one, symbol: `${one.symbol}.B` }))
  return {
    ...desk,
    shape: shapeOf('fund'),
    universe: { instruments: [...desk.universe.instruments, ...again] },
    market: { ...desk.market, slots: double(desk.market.slots) },
    mandate: { ...desk.mandate, slots: double(desk.mandate.slots) },
    book: { ...desk.book, cash: desk.book.cash.map((c) => 2n * c), quantities: double(desk.book.quantities) },
    costs: double(desk.costs),
    changed: double(desk.changed),
  }
}
