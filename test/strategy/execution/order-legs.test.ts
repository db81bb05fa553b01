import { describe, expect, test } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { sum } from '#portfolio/units.js'
import { orderLegs } from '#strategy/execution/order-legs.js'
import { type Leg, stepLegs } from '#strategy/execution/step-legs.js'
import { plan } from '#strategy/planner.js'
import { deskPlanInput } from '#test/examples/desk-example.js'
import { randomStep } from '../../helpers/arbitrary-step.js'
import { caseStep, E8, E16, pathSafe, randomCase, shortfalls } from './leg-cases.js'

const legsOf = (order: ReturnType<typeof orderLegs>): readonly Leg[] => {
  if ('refused' in order) throw new Error(`refused for account ${order.refused.account}`)
  return order.legs
}

describe('one protocol and another', () => {
  // Account 1 is short 10 at 100 with margin 100; it closes 8 and sends 150 of its 250 equity to account 0, which buys.
  const { step, shape } = caseStep(
    [
      { account: 0, factor: 0, price: 100n, before: 2n, after: 4n },
      { account: 1, factor: 0, price: 100n, before: -10n, after: -2n },
    ],
    [-150n, 1_250n],
    [150n, -150n],
  )
  const stressBps = [500n, 500n]

  test('a withdrawal that would trip the account it leaves waits until that account has released margin', () => {
    const legs = legsOf(orderLegs({ step, shape, stressBps }))
    expect(legs).toEqual([
      { kind: 'trade', slot: 1, account: 1, quantity: 8n * E8, fill: 100n * E8 },
      { kind: 'transfer', from: 1, to: 0, amount: 150n * E16 },
      { kind: 'trade', slot: 0, account: 0, quantity: 2n * E8, fill: 100n * E8 },
    ])
    expect(pathSafe(shortfalls(step, shape, legs, stressBps, [0, 1]))).toBe(true)
    const early = [legs[1]!, legs[0]!, legs[2]!]
    expect(pathSafe(shortfalls(step, shape, early, stressBps, [0, 1]))).toBe(false)
  })

  test('an account short at the end is named with what it lacks', () => {
    // 40 of margin × 1.05 and a loss of 20 against 15 less than before: 250 − 150 − 85 = 15 of equity.
    const cash = step.newBook.cash.map((c, a) => c + (a === 1 ? -85n : 85n) * E16)
    const drained = { ...step, newBook: { ...step.newBook, cash } }
    expect(orderLegs({ step: drained, shape, stressBps })).toEqual({
      refused: { account: 1, shortfall: (20n * 105n * E16) / 100n + 10n * E16 - 15n * E16 },
    })
  })

  test('an account below its margin before the first leg only improves', () => {
    const cash = step.oldBook.cash.map((c, a) => (a === 1 ? c - 200n * E16 : c))
    const newCash = step.newBook.cash.map((c, a) => (a === 1 ? c - 50n * E16 : c - 150n * E16))
    const below = {
      ...step,
      oldBook: { ...step.oldBook, cash },
      newBook: { ...step.newBook, cash: newCash, quantities: [2n * E8, -2n * E8] },
      fills: [0n, step.fills[1]!],
    }
    const legs = legsOf(orderLegs({ step: below, shape, stressBps }))
    const states = shortfalls(below, shape, legs, stressBps, [0, 1])
    expect(states[0]![1]).toBeGreaterThan(0n)
    expect(states[states.length - 1]![1]).toBeLessThan(states[0]![1]!)
    expect(pathSafe(states)).toBe(true)
    const worse = { ...below, newBook: { ...below.newBook, quantities: [2n * E8, -11n * E8] } }
    expect(orderLegs({ step: worse, shape, stressBps })).toMatchObject({ refused: { account: 1 } })
  })
})

describe('a hedge in one account', () => {
  // Long 10 and short 10 of the same coin, both closed: either alone leaves the other naked.
  const { step, shape, factors } = caseStep(
    [
      { account: 0, factor: 0, price: 100n, before: 10n, after: 0n },
      { account: 0, factor: 0, price: 100n, before: -10n, after: 0n },
    ],
    [260n],
    [0n],
  )
  const input = { step, shape, stressBps: [2_000n, 2_000n], factors }

  test('is taken down in slices where it cannot be at once', () => {
    const order = orderLegs(input)
    const legs = legsOf(order)
    expect(order).toMatchObject({ slices: 4 })
    expect(legs.length).toBe(8)
    expect(pathSafe(shortfalls(step, shape, legs, input.stressBps, factors))).toBe(true)
  })

  test('in whole lots', () => {
    const legs = legsOf(orderLegs({ ...input, lots: [2n * E8, 2n * E8] }))
    const sold = legs.flatMap((leg) => (leg.kind === 'trade' && leg.slot === 0 ? [leg.quantity] : []))
    expect(sum(sold)).toBe(-10n * E8)
    for (const quantity of sold.slice(0, -1)) expect(quantity % (2n * E8)).toBe(0n)
  })

  test('is refused with too few slices, naming the account', () => {
    const order = orderLegs({ ...input, slicesMax: 1 })
    // After one leg: margin 100 × 1.2 and a loss of 200 against 260.
    expect(order).toEqual({ refused: { account: 0, shortfall: 60n * E16 } })
  })
})

test('700 random steps: every prefix of an order is safe, and what is refused has no order at all', () => {
  const seen = { whole: 0, sliced: 0, end: 0, stuck: 0 }
  for (let seed = 0; seed < 700; seed++) {
    const { step, shape, stressBps, factors } = randomCase(seed)
    const order = orderLegs({ step, shape, stressBps, factors })
    if (!('refused' in order)) {
      const states = shortfalls(step, shape, order.legs, stressBps, factors)
      expect(pathSafe(states), `seed ${seed}`).toBe(true)
      expectSameStep(seed, step, order.legs)
      seen[order.slices > 1 ? 'sliced' : 'whole']++
    }
    const whole = orderLegs({ step, shape, stressBps, factors, slicesMax: 1 })
    if (!('refused' in whole)) continue
    const { trades, transfers } = stepLegs(step, shape)
    const legs = [...trades.flat(), ...transfers]
    const ends = shortfalls(step, shape, legs, stressBps, factors)
    const endsWell = pathSafe([ends[0]!, ends[ends.length - 1]!])
    seen[endsWell ? 'stuck' : 'end']++
    if (!endsWell) {
      const { account } = whole.refused
      expect(ends[ends.length - 1]![account]).toBeGreaterThan(0n)
    } else if (legs.length <= 5) {
      const some = permutations(legs).some((one) =>
        pathSafe(shortfalls(step, shape, one, stressBps, factors)),
      )
      expect(some, `seed ${seed} has an order`).toBe(false)
    }
  }
  console.log('leg orders', seen)
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
})

test('steps of the reference model, options and suspended slots among them', () => {
  const shape = shapeOf('desk')
  const factors = Array.from({ length: shape.slots }, (_, i) => i % 4)
  let ordered = 0
  for (let seed = 0; seed < 60; seed++) {
    const step = randomStep(seed, shape)
    const stressBps = factors.map((_, i) => BigInt((seed * 7 + i * 3) % 50))
    const order = orderLegs({ step, shape, stressBps, factors })
    if ('refused' in order) continue
    ordered++
    expect(pathSafe(shortfalls(step, shape, order.legs, stressBps, factors)), `seed ${seed}`).toBe(true)
    expectSameStep(seed, step, order.legs)
  }
  expect(ordered).toBeGreaterThan(15)
})

test('the legs of a plan of the desk have an order, and always the same', async () => {
  const input = deskPlanInput('2026-04-27')
  const { step } = await plan(input)
  const stressBps = step.market.slots.map(() => 100n)
  const factors = stressBps.map((_, i) => i)
  const order = orderLegs({ step, shape: input.shape, stressBps })
  expect(legsOf(order).length).toBeGreaterThan(1)
  expect(pathSafe(shortfalls(step, input.shape, legsOf(order), stressBps, factors))).toBe(true)
  expect(orderLegs({ step, shape: input.shape, stressBps })).toEqual(order)
})

test('lists of another length, stress beyond the price and no slices at all are refused by name', () => {
  const { step, shape, stressBps } = randomCase(1)
  expect(() => orderLegs({ step, shape, stressBps: [] })).toThrowError('stressBps')
  expect(() => orderLegs({ step, shape, stressBps: stressBps.map(() => 10_001n) })).toThrowError(
    'stressBps[0]',
  )
  expect(() => orderLegs({ step, shape, stressBps, factors: [] })).toThrowError('factors')
  expect(() => orderLegs({ step, shape, stressBps, slicesMax: 0 })).toThrowError('slicesMax')
  expect(() => orderLegs({ step, shape, stressBps, lots: stressBps.map(() => 0n) })).toThrowError('lots[0]')
})

/** The legs together do the step: its trades, and its cash but for flows, fee and carry. */
function expectSameStep(seed: number, step: ReturnType<typeof randomStep>, legs: readonly Leg[]): void {
  const traded = step.oldBook.quantities.map((_, i) =>
    sum(legs.flatMap((leg) => (leg.kind === 'trade' && leg.slot === i ? [leg.quantity] : []))),
  )
  expect(traded, `seed ${seed}`).toEqual(
    step.newBook.quantities.map((q, i) => q - step.oldBook.quantities[i]!),
  )
  const moved = step.oldBook.cash.map((c, a) => {
    const paid = sum(
      legs.flatMap((leg) => (leg.kind === 'trade' && leg.account === a ? [leg.quantity * leg.fill] : [])),
    )
    const sent = sum(
      legs.flatMap((leg) =>
        leg.kind !== 'transfer' ? [] : leg.to === a ? [leg.amount] : leg.from === a ? [-leg.amount] : [],
      ),
    )
    return step.newBook.cash[a]! - c - step.flowSplit[a]! + paid - sent
  })
  for (const leg of legs) if (leg.kind === 'transfer') expect(leg.amount).toBeGreaterThan(0n)
  const signs = new Set(moved.filter((x) => x !== 0n).map((x) => x > 0n))
  expect(signs.size, `seed ${seed}`).toBeLessThanOrEqual(1)
}

const permutations = <T>(list: readonly T[]): T[][] =>
  list.length === 0
    ? [[]]
    : list.flatMap((x, i) => permutations(list.filter((_, k) => k !== i)).map((rest) => [x, ...rest]))
