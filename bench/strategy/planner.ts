import { shapeOf } from '#portfolio/shape.js'
import type { PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import { deskPlanInput } from '#test/examples/desk-example.js'
import type { Figures } from '../main.js'

const TIMED = 40

/** How long a plan takes with every check, its legs in order, risk weighed and legs dropped that do not pay. */
export async function measure(): Promise<Figures> {
  const desk = withRisk(deskPlanInput('2026-04-27'))
  return { planMs: { desk: await medianMs(desk), fund: await medianMs(twice(desk)) } }
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
