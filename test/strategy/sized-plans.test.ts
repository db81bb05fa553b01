import { describe, expect, test } from 'vitest'
import type { Book } from '#portfolio/book.js'
import { sum } from '#portfolio/units.js'
import { checkDefinition, resolveDefinition, type StrategyDefinition } from '#strategy/definition.js'
import type { Plan } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import type { SizingFacts } from '#strategy/sizing/size-targets.js'
import type { IntentRule } from '#strategy/sizing/sizing-rule.js'
import { EQUAL, INTENT, nav } from './sizing/sized-desk.js'
import { codes, dollars, free, weighing } from './weighing-desk.js'

const DAY = 86_400
const START = Number(free.market.time)
const place = { universe: free.universe, mandate: free.mandate, shape: free.shape }

type Walked = {
  readonly planned: Plan
  readonly facts: SizingFacts
  readonly bps: readonly number[]
  readonly cost: bigint
}

/** Plans once a day and does what is planned, at prices that stay; what it has cost is carried as a service would. */
async function walk(
  change: Partial<IntentRule>,
  days: number,
  own: Partial<StrategyDefinition> = {},
): Promise<Walked[]> {
  const rule = { ...INTENT, ...change }
  const definition: StrategyDefinition = {
    targets: [],
    costs: free.costs,
    sizing: { assets: [{ group: 0 }, { group: 1 }], bandBps: 0n, rule },
    requirePrices: false,
    ...own,
  }
  checkDefinition(definition, place)
  const walked: Walked[] = []
  let { book, budget } = free
  for (let day = 0; day < days; day++) {
    const market = { ...free.market, time: BigInt(START + day * DAY) }
    const spent = sum(walked.map(({ cost }) => cost))
    const { defined, sized } = resolveDefinition(definition, { ...place, market, book, netFlow: 0n, spent })
    const planned = await plan({ ...free, ...defined, market, book, budget, window: BigInt(day) })
    const { after, newBudget, used } = planned.verdict
    const bps = [0, 1].map((g) => (Number(after.groupNet[g]!) / Number(after.nav)) * 1e4)
    walked.push({ planned, facts: sized!.facts, bps, cost: used.cost })
    ;({ newBook: book } = planned.step)
    budget = newBudget
  }
  return walked
}
const far = ({ bps }: Walked) => Math.max(...bps.map((x, i) => Math.abs([1_500, 1_000][i]! - x)))

describe('an intent, planned day by day,', () => {
  test('comes nearer to its aim by its share each day, and is there on the last one', async () => {
    const walked = await walk({ deadline: START + 5 * DAY }, 7)
    expect(walked.map(({ planned }) => planned.outcome)).toEqual([...Array(6).fill('trade'), 'hold'])
    expect(walked.map(({ facts }) => facts.numbers.stepsLeft)).toEqual([6, 5, 4, 3, 2, 1, 1])
    const decided = walked.map(({ facts }) => facts.decidedBy)
    expect([decided[0], decided[5]]).toEqual(['risk', 'deadline'])
    for (const { facts, bps } of walked) {
      facts.assets.forEach(({ targetBps, numbers: { heldBps, aimBps } }, i) => {
        const exact = heldBps! + facts.numbers.share! * (aimBps! - heldBps!)
        expect(Math.abs(Number(targetBps) - exact)).toBeLessThan(1)
        // Within a lot of the target.
        expect(Math.abs(bps[i]! - Number(targetBps))).toBeLessThan(1)
      })
    }
    const gaps = walked.map(far)
    expect(gaps.slice(0, 6)).toEqual([...gaps.slice(0, 6)].sort((a, b) => b - a))
    expect(gaps[0]).toBeGreaterThan(1_000)
    expect(gaps[4]).toBeGreaterThan(10)
    expect(gaps[5]).toBeLessThan(1)
  })

  test('stops where its cost cap is spent, far from its aim, though the deadline passes', async () => {
    const costMax = dollars(600)
    const walked = await walk({ deadline: START + 5 * DAY, costMax }, 12)
    const spent = sum(walked.map(({ cost }) => cost))
    expect(spent).toBeLessThanOrEqual(costMax)
    // What is left buys less than a basis point at the dearest price.
    expect(Number(costMax - spent) / Number(nav)).toBeLessThan(2 * 7e-8)
    const last = walked.at(-1)!
    expect([last.planned.outcome, last.facts.decidedBy]).toEqual(['hold', 'costCap'])
    expect(codes(last.planned.reasons)).toEqual(['no_trigger'])
    expect(far(last)).toBeGreaterThan(100)
    expect(walked.at(-2)!.bps).toEqual(last.bps)
    // With a cap that pays for all of it, it arrives.
    const whole = sum((await walk({ deadline: START + 5 * DAY }, 6)).map(({ cost }) => cost))
    expect(whole).toBeGreaterThan(costMax)
    expect(far((await walk({ deadline: START + 5 * DAY, costMax: 2n * whole }, 6)).at(-1)!)).toBeLessThan(1)
  })

  test('whose cost cap is spent is not moved by a clock either', async () => {
    const triggers = [{ kind: 'time', everySeconds: 1 }] as const
    const [first] = await walk({ costMax: 0n }, 1, { triggers })
    expect(codes(first!.planned.reasons)).toContain('time')
    expect([first!.planned.outcome, first!.planned.trades]).toEqual(['hold', []])
  })
})

test('a book worth nothing is said to be that, also where gaps are measured by drift', async () => {
  const definition: StrategyDefinition = {
    targets: [],
    costs: free.costs,
    sizing: { assets: [{ group: 0 }, { group: 1 }], bandBps: 0n, rule: EQUAL },
    weighing: { ...weighing, gapsBy: 'drift' },
    risk: {
      kind: 'given',
      underlyings: ['BTC', 'ETH'].map((name) => ({ name, annualVolBps: 5_000 })),
      correlations: [{ between: ['BTC', 'ETH'], bps: 8_000 }],
    },
    requirePrices: false,
  }
  const at = (book: Book) => {
    const { defined } = resolveDefinition(definition, {
      ...place,
      market: free.market,
      book,
      netFlow: 0n,
      spent: 0n,
    })
    return plan({ ...free, ...defined, book })
  }
  expect(codes((await at(free.book)).reasons)).not.toContain('no_value')
  const { cash, quantities } = free.book
  const empty = { ...free.book, cash: cash.map(() => 0n), quantities: quantities.map(() => 0n) }
  const { outcome, reasons } = await at(empty)
  expect([outcome, codes(reasons)]).toEqual(['infeasible', ['no_value']])
})
