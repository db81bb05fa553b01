import { describe, expect, test } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { sum } from '#portfolio/units.js'
import type { LimitLine, PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import { TargetError } from '#strategy/targets.js'
import { deskPlanInput } from '#test/examples/desk-example.js'

const desk = deskPlanInput('2026-04-27')
const subjects = (reasons: readonly { code: string; subject: string }[], code: string) =>
  reasons.filter((reason) => reason.code === code).map(({ subject }) => subject)
const slotOf = (symbol: string) => desk.universe.instruments.findIndex((one) => one.symbol === symbol)
const holding = (input: PlanInput, symbol: string, q: bigint): PlanInput => ({
  ...input,
  book: {
    ...input.book,
    quantities: input.book.quantities.map((old, i) => (i === slotOf(symbol) ? q : old)),
  },
})

describe('a plan', () => {
  test('is the same every time', async () => {
    expect(await plan(desk)).toEqual(await plan(desk))
  })

  test('conserves value: cash pays the fills exactly, and only the cost is lost', async () => {
    const { step, verdict, expectedCost, trades } = await plan(desk)
    expect(verdict.before.nav - verdict.after.nav).toBe(expectedCost)
    expect(sum(trades.map(({ cost }) => cost))).toBe(expectedCost)
    const paid = sum(trades.map(({ quantity, expectedFill }) => quantity * expectedFill))
    expect(sum(step.oldBook.cash) - sum(step.newBook.cash)).toBe(paid)
  })

  test('fills are never better than the mark', async () => {
    const { trades } = await plan(desk)
    expect(trades.length).toBeGreaterThan(0)
    for (const { slot, quantity, expectedFill } of trades) {
      const gap = expectedFill - desk.market.slots[slot]!.price
      expect(quantity > 0n ? gap : -gap).toBeGreaterThan(0n)
    }
  })

  test('lists every limit of the mandate before and after', async () => {
    const { limits, verdict } = await plan(desk)
    expect(limits.map(({ id }) => id)).toEqual(
      verdict.checks.filter(({ kind }) => kind !== 'identity').map(({ id }) => id),
    )
    const netLo = limits.find(({ id }) => id === 'net.lo')!
    expect(netLo.before.headroom).toBeLessThan(0n)
    expect(netLo.after.headroom).toBeGreaterThan(0n)
  })

  test('keeps its safety margin: free collateral is left 2 % of its limit, or what it had of that', async () => {
    const share = ({ headroom, bound }: LimitLine['after']) => Number(headroom) / Number(bound)
    const line = async (freeCollateralFloorBps: bigint) => {
      const { limits, outcome } = await plan({
        ...desk,
        mandate: { ...desk.mandate, freeCollateralFloorBps },
      })
      expect(outcome).toBe('trade')
      return limits.find(({ id }) => id === 'freeCollateral')!
    }
    const [roomy, tight] = [await line(8_000n), await line(8_200n)]
    expect(share(roomy.before)).toBeGreaterThan(0.02)
    expect(share(roomy.after)).toBeGreaterThan(0.0199)
    expect(share(tight.before)).toBeLessThan(0.02)
    expect(share(tight.after)).toBeGreaterThan(share(tight.before) - 1e-4)
  })

  test('moves a flow through its account and spends it on the target', async () => {
    const planned = await plan({ ...desk, netFlow: 10n ** 22n })
    expect(planned.step.flowSplit).toEqual([10n ** 22n, 0n, 0n, 0n])
    expect(planned.verdict.outcome).toBe('compliant')
    expect(planned.verdict.after.nav - planned.verdict.before.nav).toBe(-planned.expectedCost)
  })

  test('never trades a suspended slot', async () => {
    const suspended = slotOf('BTC-PERP')
    const slots = desk.market.slots.map((slot, i) => (i === suspended ? { ...slot, suspended: true } : slot))
    const { outcome, trades, verdict } = await plan({ ...desk, market: { ...desk.market, slots } })
    expect(outcome).toBe('trade')
    expect(verdict.outcome).toBe('compliant')
    expect(trades.map(({ slot }) => slot)).not.toContain(suspended)
  })

  test('trades no slot but the tradable ones, and leaves no other by its date', async () => {
    const spots = new Set([slotOf('BTC'), slotOf('ETH')])
    const i = slotOf('ETH-26JUN26-2600-P')
    const option = { ...desk.universe.instruments[i]!.option!, expiry: desk.market.time }
    const instruments = desk.universe.instruments.map((one, k) => (k === i ? { ...one, option } : one))
    const worthless = { price: 0n, delta: 0n, gamma: 0n, vega: 0n, marginBps: 0n, changes: Array(8).fill(0n) }
    const slots = desk.market.slots.map((slot, k) => (k === i ? { ...slot, ...worthless } : slot))
    const expired = { ...desk, universe: { instruments }, market: { ...desk.market, slots } }
    expect((await plan(expired)).trades.map(({ slot }) => slot)).toContain(i)
    const { outcome, trades } = await plan({ ...expired, tradable: spots })
    expect(outcome).toBe('trade')
    expect(trades.length).toBeGreaterThan(0)
    expect(trades.filter(({ slot }) => !spots.has(slot))).toEqual([])
  })

  test('closes an expired option at its settlement value', async () => {
    const i = slotOf('ETH-26JUN26-2600-P')
    const option = { ...desk.universe.instruments[i]!.option!, expiry: desk.market.time }
    const instruments = desk.universe.instruments.map((one, k) => (k === i ? { ...one, option } : one))
    const settled = { delta: 0n, gamma: 0n, vega: 0n, marginBps: 0n, changes: Array(8).fill(0n) }
    const slots = desk.market.slots.map((slot, k) => (k === i ? { ...slot, ...settled } : slot))
    const costs = desk.costs.map((cost, k) => (k === i ? { ...cost, halfSpreadBps: 0n, feeBps: 0n } : cost))
    const planned = await plan({
      ...desk,
      universe: { instruments },
      market: { ...desk.market, slots },
      costs,
    })
    expect(subjects(planned.reasons, 'expiry')).toEqual(['ETH-26JUN26-2600-P'])
    expect(planned.trades.find(({ slot }) => slot === i)).toMatchObject({
      quantity: -desk.book.quantities[i]!,
      expectedFill: slots[i]!.price,
      cost: 0n,
    })
  })

  test('moves cash, and nothing else, when only an account is short of margin', async () => {
    const first = deskPlanInput('2026-01-02')
    const cash = first.book.cash.map((c, a) => c + [1_000_000n, 0n, -1_000_000n, 0n][a]! * 10n ** 16n)
    const planned = await plan({ ...first, book: { ...first.book, cash } })
    expect(planned.outcome).toBe('hold')
    expect(planned.trades).toEqual([])
    expect(planned.step.newBook.cash[2]).toBeGreaterThan(cash[2]!)
    expect(sum(planned.step.newBook.cash)).toBe(sum(cash))
    expect(planned.verdict.outcome).toBe('compliant')
  })
})

describe('targets that do not fit', () => {
  test('beyond a group limit: infeasible, naming that limit alone', async () => {
    const targets = [{ of: { group: 0 }, targetBps: 3_200n, bandBps: 200n }]
    const { outcome, reasons, verdict } = await plan({ ...desk, targets })
    expect(outcome).toBe('infeasible')
    expect(subjects(reasons, 'limit_conflict')).toEqual(['group.netHi[0]'])
    expect(subjects(reasons, 'target_unreached')).toEqual(['group[0]'])
    expect(verdict.outcome).toBe('compliant')
  })

  test('two targets that contradict each other across a limit of the whole book', async () => {
    const targets = [
      { of: { group: 0 }, targetBps: 2_400n, bandBps: 100n },
      { of: { group: 1 }, targetBps: 1_900n, bandBps: 100n },
    ]
    const { outcome, reasons } = await plan({ ...desk, targets })
    expect(outcome).toBe('infeasible')
    expect(subjects(reasons, 'limit_conflict')).toEqual(['net.hi'])
  })

  test('a target nothing tradable can move: infeasible without a limit to blame', async () => {
    const slots = desk.market.slots.map((slot) => ({ ...slot, suspended: true }))
    const { outcome, reasons, trades } = await plan({ ...desk, market: { ...desk.market, slots } })
    expect(outcome).toBe('infeasible')
    expect(trades).toEqual([])
    expect(
      subjects(reasons, 'limit_conflict').length + subjects(reasons, 'target_unreached').length,
    ).toBeGreaterThan(0)
  })

  test('only the turnover cap in the way: goes as far as it allows', async () => {
    const planned = await plan({ ...desk, mandate: { ...desk.mandate, turnoverBps: 900n } })
    expect(planned.outcome).toBe('trade')
    expect(planned.verdict.outcome).toBe('compliant')
    const partial = await plan({
      ...desk,
      targets: [{ of: 'book', targetBps: 2_500n, bandBps: 100n }],
      mandate: { ...desk.mandate, turnoverBps: 900n },
    })
    expect(partial.outcome).toBe('trade')
    expect(subjects(partial.reasons, 'limit_conflict')).toEqual(['turnover'])
    expect(partial.trackingAfter).toBeLessThan(partial.trackingBefore)
  })

  test('a spent turnover budget: nothing can be traded, and the budget is named', async () => {
    const spent = { cost: 0n, gain: 0n, turnover: 2n * 10n ** 23n }
    const planned = await plan({ ...desk, budget: { window: 0n, current: spent, previous: spent } })
    expect(planned.trades).toEqual([])
    expect(subjects(planned.reasons, 'limit_conflict')).toEqual(['rolling.turnover'])
  })
})

describe('a book the market has broken', () => {
  test('where the mandate cannot be met in one step, the plan reduces what is out', async () => {
    const perp = slotOf('BTC-PERP')
    const broken = holding({ ...desk, targets: [] }, 'BTC-PERP', -95_00000000n)
    const cash = broken.book.cash.map((c, a) => (a === 1 ? c + 7_150n * 778n * 10n ** 16n : c))
    const planned = await plan({
      ...broken,
      book: { ...broken.book, cash },
      mandate: { ...desk.mandate, turnoverBps: 1_000n },
    })
    expect(planned.outcome).toBe('trade')
    expect(planned.verdict.outcome).toBe('reducing')
    expect(subjects(planned.reasons, 'limit_reduced')).toContain('net.lo')
    const trade = planned.trades.find(({ slot }) => slot === perp)
    expect(planned.verdict.after.net).toBeGreaterThan(planned.verdict.before.net)
    expect(trade === undefined || trade.quantity > 0n).toBe(true)
  })

  test('a book worth nothing has no plan', async () => {
    const cash = desk.book.cash.map((c) => c - 10n ** 24n)
    const { outcome, reasons, trades } = await plan({ ...desk, book: { ...desk.book, cash } })
    expect({ outcome, trades }).toEqual({ outcome: 'infeasible', trades: [] })
    expect(subjects(reasons, 'no_value')).toEqual(['nav'])
  })
})

describe('bad input', () => {
  test.each([
    ['a group beyond the tier', { group: 8 }],
    ['a slot beyond the universe', { slot: 16 }],
    ['a slot below 0', { slot: -1 }],
  ])('a target on %s names its place', async (_, of) => {
    const targets = [{ of, targetBps: 0n, bandBps: 0n }]
    await expect(plan({ ...desk, targets })).rejects.toThrowError(TargetError)
    await expect(plan({ ...desk, targets })).rejects.toThrowError('targets[0]')
  })
  test('the same target twice, a lot of nothing, a missing cost', async () => {
    const target = { of: 'book', targetBps: 0n, bandBps: 0n } as const
    await expect(plan({ ...desk, targets: [target, target] })).rejects.toThrowError('targets[1]')
    const costs = desk.costs.map((cost) => ({ ...cost, lot: 0n }))
    await expect(plan({ ...desk, costs })).rejects.toThrowError('costs[0].lot')
    await expect(plan({ ...desk, costs: desk.costs.slice(1) })).rejects.toThrowError('costs')
  })
})

/** The desk twice over, in the larger shape. */
function fundInput(): PlanInput {
  const twice = <T>(list: readonly T[]): T[] => [...list, ...list]
  const { instruments } = desk.universe
  const again = instruments.map((one) => ({ ...one, symbol: `${one.symbol}.B` }))
  return {
    ...desk,
    shape: shapeOf('fund'),
    universe: { instruments: [...instruments, ...again] },
    market: { ...desk.market, slots: twice(desk.market.slots) },
    mandate: { ...desk.mandate, slots: twice(desk.mandate.slots) },
    book: { ...desk.book, cash: desk.book.cash.map((c) => 2n * c), quantities: twice(desk.book.quantities) },
    costs: twice(desk.costs),
    changed: twice(desk.changed),
  }
}

test('32 slots are planned well under a second', async () => {
  await plan(desk)
  const input = fundInput()
  const started = performance.now()
  const { outcome, verdict } = await plan(input)
  const elapsed = performance.now() - started
  expect(outcome).toBe('trade')
  expect(verdict.outcome).toBe('compliant')
  expect(elapsed).toBeLessThan(1_000)
})
