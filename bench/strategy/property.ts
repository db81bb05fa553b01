import { shapeOf } from '#portfolio/shape.js'
import { plan } from '#strategy/planner.js'
import { faultsOf } from '#test/strategy/plan-faults.js'
import { randomPlanInput } from '#test/strategy/random-plan-input.js'
import type { Figures } from '../main.js'

const PLANS = 20_000

/** Plans of random books, mandates and markets, each judged by the reference model and by a second oracle. */
export async function measure(): Promise<Figures> {
  const counts = { plans: 0, trade: 0, hold: 0, infeasible: 0, faults: 0 }
  for (let seed = 0; seed < PLANS; seed++) {
    // One in fifty is of the desk's size, which takes five times as long.
    const input = randomPlanInput(seed, shapeOf(seed % 50 === 49 ? 'desk' : 'tiny'))
    const planned = await plan(input)
    counts.plans++
    counts[planned.outcome]++
    const faults = await faultsOf(input, planned)
    if (faults.length > 0) console.error(`seed ${seed}: ${faults.join('; ')}`)
    counts.faults += faults.length
  }
  return { randomPlans: counts.plans, randomPlanFaults: counts.faults, outcomes: counts }
}
