import { describe, expect, test } from 'vitest'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Plan, PlanInput } from '#strategy/plan.js'
import { plan } from '#strategy/planner.js'
import { bookOf, dollars, shape, TIME, target, traded } from './small-book.js'

const limits = (input: PlanInput, mandate: Partial<Mandate>): PlanInput => ({
  ...input,
  mandate: { ...input.mandate, ...mandate },
})
const conflicts = ({ reasons }: Plan) =>
  reasons.filter(({ code }) => code === 'limit_conflict').map(({ subject }) => subject)

describe('no account buys on credit', () => {
  test('a purchase brings its cash along from another account', async () => {
    const input = bookOf([{ held: 6_000 }, { price: 50, account: 1 }], [50_000, 350_000])
    const planned = await plan({ ...input, targets: [target(0, 7_000, 50)] })
    expect(traded(planned).S0).toBeGreaterThan(900)
    for (const cash of planned.step.newBook.cash) expect(cash).toBeGreaterThanOrEqual(0n)
  })

  test('coins beyond a cap on their venue are sold, not borrowed against', async () => {
    const input = bookOf([{ held: 6_000 }], [50_000, 350_000])
    const accounts = input.mandate.accounts.map((account, a) =>
      a === 0 ? { ...account, venueCapBps: 4_000n } : account,
    )
    const planned = await plan(limits(input, { accounts }))
    expect(planned.verdict.outcome).toBe('compliant')
    for (const cash of planned.step.newBook.cash) expect(cash).toBeGreaterThanOrEqual(0n)
  })

  test('what is paid out and not there in cash is sold for', async () => {
    const planned = await plan({ ...bookOf([{ held: 9_000 }], [100_000]), netFlow: -dollars(200_000) })
    expect(traded(planned).S0).toBeLessThan(-1_000)
    expect(planned.step.newBook.cash[0]).toBeGreaterThanOrEqual(0n)
  })
})

describe('whole lots', () => {
  test('the rounding that reaches the target is taken, not the first one allowed', async () => {
    const input = bookOf([{ price: 40_000, lot: 1 }], [1_000_000], { targets: [target(0, 790, 200)] })
    const planned = await plan(input)
    expect(traded(planned)).toEqual({ S0: 2 })
    expect(planned.targets.after[0]!.inside).toBe(true)
  })

  test('a position of more digits than a float holds is closed to the last unit', async () => {
    for (const maxShort of [0n, 1n << 50n]) {
      const input = bookOf([{ price: 0.01, held: 33_333_333.33333333, lot: 1e-8 }], [1_000_000])
      const slots = input.mandate.slots.map((slot) => ({ ...slot, maxShort }))
      const planned = await plan({ ...limits(input, { slots }), targets: [target(0, 0, 0)] })
      expect(planned.step.newBook.quantities[0]).toBe(0n)
    }
  })
})

describe('limits', () => {
  test('a slot bought and sold at once makes no room under the cap on cost: the cap is named', async () => {
    const input = bookOf(
      [
        { held: 1_000, halfSpread: 60 },
        { price: 50, halfSpread: 1 },
      ],
      [900_000],
    )
    const targets = [target(0, 1_500, 50), target(1, 0, 0)]
    const planned = await plan({ ...limits(input, { costBps: 40n }), targets })
    expect(planned.verdict.outcome).toBe('compliant')
    expect(conflicts(planned)).toEqual(['cost'])
  })

  test('a target inside the last part of a limit is reached, into the margin of safety', async () => {
    const input = bookOf([{ held: 2_000, cap: 2_500 }], [800_000], { targets: [target(0, 2_490, 10)] })
    const planned = await plan(input)
    expect(planned.verdict.outcome).toBe('compliant')
    expect(planned.targets.after[0]!.inside).toBe(true)
  })

  test('what has used its margin of safety is not traded for its sake', async () => {
    const lines = [
      { held: 2_490, cap: 2_500, halfSpread: 40 },
      { price: 50, held: 2_000 },
    ]
    const planned = await plan(bookOf(lines, [651_000], { targets: [target(1, 1_100, 50)] }))
    expect(Object.keys(traded(planned))).toEqual(['S1'])
  })

  test('a suspended slot near its cap takes no safety from the other limits', async () => {
    const lines = [
      { held: -2_490, cap: 2_500, suspended: true },
      { price: 50, held: 2_000 },
    ]
    const input = limits(bookOf(lines, [1_149_000], { targets: [target(1, 3_000, 50)] }), { netHiBps: 500n })
    const { after } = (await plan(input)).limits.find(({ id }) => id === 'net.hi')!
    expect(Number(after.headroom) / Number(after.bound)).toBeGreaterThan(0.019)
  })

  test('the last part of a rolling budget may be used', async () => {
    const used = { cost: 0n, gain: 0n, turnover: dollars(1_970_000) }
    const input = bookOf([{ held: 1_000 }], [900_000], { targets: [target(0, 1_050, 20)] })
    const budget = { ...OPENING_BUDGET, current: used }
    const planned = await plan({ ...limits(input, { rollingTurnoverBps: 20_000n }), budget })
    expect(planned.targets.after[0]!.inside).toBe(true)
  })
})

test('an option that expired worthless is closed, for nothing', async () => {
  const option = { type: 'call', strikeE8: 1n, expiry: TIME - 1n } as const
  const input = bookOf([{ held: -400, option }, { held: 100 }], [900_000])
  const slots = input.market.slots.map((slot, i) =>
    i === 0 ? { ...slot, price: 0n, delta: 0n, changes: slot.changes.map(() => 0n) } : slot,
  )
  const planned = await plan({ ...input, market: { ...input.market, slots } })
  expect(traded(planned)).toEqual({ S0: 400 })
  expect(planned.expectedCost).toBe(0n)
})

test.each<[string, Partial<PlanInput>]>([
  ['flowAccount', { flowAccount: 9 }],
  ['trackingWeightBps', { trackingWeightBps: -1n }],
  ['safetyBps', { safetyBps: 10_000n }],
  ['safetyBps', { safetyBps: -1n }],
  ['market.slots', { market: { universeId: 7n, time: TIME, slots: [] } }],
  ['book.cash', { book: { universeId: 7n, cash: [], quantities: Array(shape.slots).fill(0n) } }],
  ['fixedCosts.leg', { fixedCosts: { leg: -1n, batch: 0n } }],
])('a wrong %s is refused by name', async (field, wrong) => {
  await expect(plan(bookOf([{ held: 1 }], [1_000], wrong))).rejects.toThrowError(field)
})

test('of two legs, the one that saves less than a leg costs is dropped and the other is done', async () => {
  // A tenth of a million off target is worth 5000, a thousandth 50.
  const input = bookOf([{}, {}], [1_000_000], { targets: [target(0, 1_000, 0), target(1, 10, 0)] })
  const done = async (leg: number) =>
    Object.keys(traded(await plan({ ...input, fixedCosts: { leg: dollars(leg), batch: 0n } })))
  expect([await done(40), await done(60), await done(6_000)]).toEqual([['S0', 'S1'], ['S0'], []])
})

describe('what may not move', () => {
  const two = bookOf([{ held: 1_000 }, { held: 1_000 }], [800_000], {
    targets: [target(0, 2_000, 50), target(1, 2_000, 50)],
    tradable: new Set([0]),
  })

  test('is a target out of reach, which keeps no other from being reached', async () => {
    const planned = await plan(two)
    expect(planned.outcome).toBe('trade')
    expect(planned.targets.after.map(({ inside }) => inside)).toEqual([true, false])
    const { reasons } = await plan({ ...two, tradable: new Set([0, 1]) })
    expect(reasons.map(({ code }) => code)).toEqual(['threshold', 'threshold'])
  })

  test('leaves a cap on one step that holds the other target back to be named, and the next step to go on', async () => {
    const planned = await plan(limits(two, { turnoverBps: 500n }))
    expect([planned.outcome, conflicts(planned)]).toEqual(['trade', ['turnover']])
  })

  test('is not forced by its date, nor is anything else', async () => {
    const date = { kind: 'delisting', symbol: 'S1', closeBy: Number(TIME), noticeSeconds: 60 } as const
    const planned = (tradable: readonly number[]) =>
      plan({
        ...two,
        targets: [target(0, 2_000, 50)],
        triggers: [{ kind: 'threshold' }, date],
        fixedCosts: { leg: 0n, batch: dollars(10_000) },
        tradable: new Set(tradable),
      })
    const kept = await planned([0])
    expect(kept.reasons.map(({ code }) => code)).toEqual(['threshold', 'delisting', 'not_worth_cost'])
    expect([kept.outcome, kept.trades]).toEqual(['hold', []])
    const left = await planned([0, 1])
    expect([left.outcome, traded(left).S1, left.weighed]).toEqual(['trade', -1_000, undefined])
  })
})
