import { describe, expect, test } from 'vitest'
import { type Book, bookElements, checkBook } from '#portfolio/book.js'
import { budgetElements, OPENING_BUDGET } from '#portfolio/budget.js'
import { MANDATE_RANGES } from '#portfolio/layout.js'
import { checkMandate, type Mandate, mandateVector, slotMask } from '#portfolio/mandate.js'
import {
  checkMarket,
  linearSlot,
  type Market,
  marketVector,
  paddingSlot,
  turnoverWeight,
  unitPrice,
} from '#portfolio/market.js'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import { OutOfRangeError, ShapeError } from '#portfolio/units.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'

const TIER_NAMES: Tier[] = ['tiny', 'desk', 'fund']
const tiny = shapeOf('tiny')
const mandateOf = (shape: Shape, listed = shape.slots): Mandate =>
  openMandate(
    Array.from({ length: listed }, (_, i) => ({ groups: [i % shape.groups], account: i % shape.accounts })),
    7n,
    shape,
  )
const marketOf = (shape: Shape): Market => ({
  universeId: 7n,
  time: 1_767_388_583n,
  slots: Array.from({ length: shape.slots }, (_, i) =>
    linearSlot(BigInt(i + 1), 100n, Array(shape.scenarios).fill(-100n)),
  ),
})

describe.each(TIER_NAMES)('tier %s', (tier) => {
  const shape = shapeOf(tier)
  const { slots: n, groups: g, accounts: a, scenarios: s } = shape

  test('lengths: market 2 + N(8 + S), mandate 1 + 4N + 3G + 7 + S + 2A + 8, book 1 + A + N, budget 7', () => {
    expect(marketVector(marketOf(shape)).length).toBe(2 + n * (8 + s))
    expect(mandateVector(mandateOf(shape), shape).length).toBe(1 + 4 * n + 3 * g + 7 + s + 2 * a + 8)
    const book: Book = { universeId: 7n, cash: Array(a).fill(0n), quantities: Array(n).fill(0n) }
    expect(bookElements(book).length).toBe(1 + a + n)
    expect(budgetElements(OPENING_BUDGET)).toEqual(Array(7).fill(0n))
  })

  test('a shorter list of slots is padded with zeros, in place', () => {
    const whole = mandateVector(mandateOf(shape, n - 1), shape)
    expect(whole.length).toBe(mandateVector(mandateOf(shape), shape).length)
    expect(whole.slice(1 + 4 * (n - 1), 1 + 4 * n)).toEqual([0n, 0n, 0n, 0n])
    expect(marketVector({ ...marketOf(shape), slots: Array(n).fill(paddingSlot(shape)) }).slice(2)).toEqual(
      Array(n * (8 + s)).fill(0n),
    )
  })

  test('random steps have a market and a mandate that registration accepts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const step = randomStep(seed, shape)
      checkMarket(step.market, shape)
      checkMandate(step.mandate, shape)
    }
  })
})

describe('market', () => {
  test('one slot of the vector, in order', () => {
    const slot = {
      price: 5n,
      delta: -9n,
      gamma: 3n,
      vega: -2n,
      marginBps: 70n,
      suspended: true,
      changes: [-1n, 4n],
    }
    const slots = [slot, ...Array(3).fill(paddingSlot(tiny))]
    const vector = marketVector({ universeId: 1n, time: 2n, slots })
    expect(vector.slice(0, 12)).toEqual([1n, 2n, 5n, -9n, 9n, 3n, -2n, 70n, 9n, 1n, -1n, 4n])
  })

  test('a linear slot moves with its price, each change rounded away from zero', () => {
    const slot = linearSlot(10_001n, 500n, [-1_000n, 1_000n, 0n])
    expect(slot).toMatchObject({ price: 10_001n, delta: 10_001n, gamma: 0n, vega: 0n })
    expect(slot.changes).toEqual([-1_001n, 1_001n, 0n])
  })

  test('a unit price is floored, a turnover weight is the larger of price and |delta|', () => {
    expect(unitPrice(199_999_999n, 50_000_000n)).toBe(99_999_999n)
    const slot = paddingSlot(tiny)
    expect(turnoverWeight({ ...slot, price: 3n, delta: -8n })).toBe(8n)
    expect(turnoverWeight({ ...slot, price: 3n, delta: 2n })).toBe(3n)
  })

  const good = marketOf(tiny)
  const withSlot = (change: object) => ({
    ...good,
    slots: good.slots.map((s, i) => (i === 1 ? { ...s, ...change } : s)),
  })
  test.each([
    ['market.slots', { ...good, slots: good.slots.slice(1) }, ShapeError],
    ['market.time', { ...good, time: 1n << 40n }, OutOfRangeError],
    ['market.slots[1].price', withSlot({ price: -1n }), OutOfRangeError],
    ['market.slots[1].delta', withSlot({ delta: -(1n << 63n) }), OutOfRangeError],
    ['market.slots[1].gamma', withSlot({ gamma: 1n << 63n }), OutOfRangeError],
    ['market.slots[1].marginBps', withSlot({ marginBps: 1_000_001n }), OutOfRangeError],
    ['market.slots[1].changes', withSlot({ changes: [0n] }), ShapeError],
    ['market.slots[1].changes[0]', withSlot({ changes: [1n << 63n, 0n] }), OutOfRangeError],
  ] as const)('refuses a bad %s', (field, market, type) => {
    expect(() => checkMarket(market, tiny)).toThrowError(type)
    expect(() => checkMarket(market, tiny)).toThrowError(`${field} must be`)
  })
})

describe('mandate', () => {
  const good = mandateOf(tiny)
  const withSlot = (change: object) => ({
    ...good,
    slots: good.slots.map((s, i) => (i === 1 ? { ...s, ...change } : s)),
  })

  test('group bits come first, then one account bit', () => {
    const slot = { ...good.slots[0]!, groups: [0, 1], account: 1 }
    expect(slotMask(slot, tiny)).toBe(0b1011n)
    expect(slotMask({ ...slot, groups: [7], account: 3 }, shapeOf('desk'))).toBe((1n << 7n) | (1n << 11n))
  })

  test.each(Object.entries(MANDATE_RANGES))(
    '%s: both ends of its range pass, one beyond is refused',
    (name, [lo, hi]) => {
      const put = (x: bigint): Mandate => {
        // A net limit has to stay on its own side of the other one.
        const pair =
          name === 'netLoBps' ? { netHiBps: 100_000n } : name === 'netHiBps' ? { netLoBps: -100_000n } : {}
        if (name in good && name !== 'maxLossBps') return { ...good, ...pair, [name]: x }
        if (name === 'maxLossBps') return { ...good, maxLossBps: [x, 1n] }
        if (name === 'concentrationBps') return withSlot({ concentrationBps: x })
        const groups = good.groups.map((group) => ({ ...group, ...pair, [name]: x }))
        const accounts = good.accounts.map((account) => ({ ...account, [name]: x }))
        return name in good.groups[0]! ? { ...good, groups } : { ...good, accounts }
      }
      expect(() => checkMandate(put(lo), tiny)).not.toThrow()
      expect(() => checkMandate(put(hi), tiny)).not.toThrow()
      expect(() => checkMandate(put(lo - 1n), tiny)).toThrowError(new RegExp(`${name}(\\[0\\])? must be`))
      expect(() => checkMandate(put(hi + 1n), tiny)).toThrowError(OutOfRangeError)
    },
  )

  test.each([
    ['mandate.slots', { ...good, slots: [] }],
    ['mandate.groups', { ...good, groups: good.groups.slice(1) }],
    ['mandate.accounts', { ...good, accounts: [] }],
    ['mandate.maxLossBps', { ...good, maxLossBps: [1n] }],
    ['mandate.slots[1].groups', withSlot({ groups: [2] })],
    ['mandate.slots[1].groups', withSlot({ groups: [0, 0] })],
    ['mandate.slots[1].account', withSlot({ account: 2 })],
    ['mandate.slots[1].account', withSlot({ account: 0.5 })],
    ['mandate.slots[1].maxLong', withSlot({ maxLong: 1n << 63n })],
    ['mandate.slots[1].maxShort', withSlot({ maxShort: -1n })],
    ['mandate.netLoBps', { ...good, netLoBps: 1n, netHiBps: 0n }],
    [
      'mandate.groups[0].netLoBps',
      { ...good, groups: good.groups.map((g) => ({ ...g, netLoBps: 1n, netHiBps: 0n })) },
    ],
  ])('refuses a bad %s', (field, mandate) => {
    expect(() => checkMandate(mandate, tiny)).toThrowError(`${field} must be`)
  })
})

describe('book', () => {
  const good: Book = { universeId: 1n, cash: [0n, 0n], quantities: [0n, 0n, 0n, 0n] }
  test.each([
    ['book.cash', { ...good, cash: [0n] }],
    ['book.quantities', { ...good, quantities: [0n] }],
    ['book.cash[1]', { ...good, cash: [0n, 1n << 126n] }],
    ['book.quantities[3]', { ...good, quantities: [0n, 0n, 0n, (1n << 63n) * -1n - 1n] }],
  ])('refuses a bad %s without repeating the amount', (field, book) => {
    const { message } = (() => {
      try {
        checkBook(book, tiny)
        return { message: 'nothing was refused' }
      } catch (error) {
        return error as Error
      }
    })()
    expect(message).toContain(`${field} must be`)
    expect(message).not.toMatch(/\d{10}/)
  })
})
