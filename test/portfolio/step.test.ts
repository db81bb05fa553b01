import { describe, expect, test } from 'vitest'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import { exposureOf } from '#portfolio/exposure.js'
import { type Shape, shapeOf } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { OutOfRangeError, ShapeError, sum } from '#portfolio/units.js'
import { FLOW_KINDS, RISK_KINDS, ROLLING_KINDS } from '#test/helpers/arbitrary-mandate.js'
import { IDENTITY_KINDS, intentOf, kindOf, randomStep } from '#test/helpers/arbitrary-step.js'

const tiny = shapeOf('tiny')
/** A compliant step with a trade, a flow and a held position in slot 0. */
const [base] = Array.from({ length: 5_000 }, (_, seed) => seed)
  .filter((seed) => intentOf(seed) === 'compliant')
  .map((seed) => randomStep(seed, tiny))
  .filter(
    (step) => step.netFlow > 0n && step.fills[0]! > 0n && step.oldBook.quantities[0] !== 0n && !step.open,
  )
  .filter((step) => step.mandate.slots.length === 4) as [Step]
const refusedBy = (step: Step, shape: Shape = tiny) => evaluateStep(step, shape).refused.map(({ id }) => id)
const replaced = <T>(list: readonly T[], index: number, item: T): T[] =>
  list.map((x, i) => (i === index ? item : x))

test('the step the cases below start from is compliant', () => {
  expect(evaluateStep(base, tiny).outcome).toBe('compliant')
})

describe('identities', () => {
  test.each([
    ['universe.newBook', { newBook: { ...base.newBook, universeId: base.newBook.universeId + 1n } }],
    ['universe.market', { market: { ...base.market, universeId: base.market.universeId + 1n } }],
    ['universe.oldBook', { oldUniverse: base.oldUniverse + 1n }],
    ['changed[0]', { changed: [true, false, false, false] }],
    ['flowSplit.sum', { flowSplit: replaced(base.flowSplit, 0, base.flowSplit[0]! + 1n) }],
    [
      'conservation',
      { newBook: { ...base.newBook, cash: replaced(base.newBook.cash, 0, base.newBook.cash[0]! + 1n) } },
    ],
    ['window', { window: base.oldBudget.window - 1n }],
  ] as [string, Partial<Step>][])('%s', (id, change) => {
    expect(refusedBy({ ...base, ...change })).toContain(id)
    expect(evaluateStep({ ...base, ...change }, tiny).outcome).toBe('refused')
  })

  test('conservation holds to the last unit, either way', () => {
    for (const by of [-1n, 1n]) {
      const cash = replaced(base.newBook.cash, 1, base.newBook.cash[1]! + by)
      expect(refusedBy({ ...base, newBook: { ...base.newBook, cash } })).toContain('conservation')
    }
  })

  test('transfers between accounts are free', () => {
    const [a, b] = base.newBook.cash as [bigint, bigint]
    const cash = [a - 1n, b + 1n]
    expect(refusedBy({ ...base, newBook: { ...base.newBook, cash } })).not.toContain('conservation')
  })

  test('parts of a flow against its own sign are refused, in both directions', () => {
    const split = [base.netFlow + 5n, -5n]
    expect(refusedBy({ ...base, flowSplit: split })).toContain('flowSplit.sign')
    const none = { ...base, netFlow: 0n, flowSplit: [5n, -5n] }
    expect(refusedBy(none)).toContain('flowSplit.sign')
  })

  test('an open trade has no fee of its own', () => {
    const paid = { ...base, fee: 1n, open: true }
    expect(refusedBy(paid)).toContain('open.fee')
    expect(refusedBy({ ...paid, open: false })).not.toContain('open.fee')
  })
})

describe('suspended slots', () => {
  const suspend = (step: Step): Step => {
    const slots = replaced(step.market.slots, 0, { ...step.market.slots[0]!, suspended: true })
    return { ...step, market: { ...step.market, slots } }
  }

  test('cannot be traded', () => {
    expect(refusedBy(suspend(base))).toContain('suspended[0]')
  })

  test('count nothing when long and in full when short', () => {
    const { price } = base.market.slots[0]!
    for (const [q, worth] of [
      [7n, 0n],
      [-7n, -7n * price],
      [0n, 0n],
    ] as const) {
      const book = { ...base.newBook, quantities: replaced(base.newBook.quantities, 0, q) }
      const { market, mandate } = suspend(base)
      expect(exposureOf(book, market, mandate, tiny).values[0]).toBe(worth)
    }
  })
})

describe('padding slots', () => {
  test('can hold nothing', () => {
    const mandate = { ...base.mandate, slots: base.mandate.slots.slice(0, 3) }
    const quantities = replaced(base.newBook.quantities, 3, 1n)
    const refused = refusedBy({ ...base, mandate, newBook: { ...base.newBook, quantities } })
    expect(refused).toContain('position.long[3]')
    const short = replaced(base.newBook.quantities, 3, -1n)
    expect(refusedBy({ ...base, mandate, newBook: { ...base.newBook, quantities: short } })).toContain(
      'position.short[3]',
    )
  })
})

describe('opening', () => {
  const [opening] = Array.from({ length: 1_000 }, (_, seed) => seed)
    .filter((seed) => intentOf(seed) === 'opening')
    .map((seed) => randomStep(seed, tiny))
    .filter(({ newBook }) => newBook.quantities.some((q) => q > 0n)) as [Step]

  test('keeps the book, starts from the public budget and uses nothing', () => {
    expect(opening.newBook).toEqual(opening.oldBook)
    expect(opening.oldBudget).toEqual(OPENING_BUDGET)
    const { outcome, used, newBudget } = evaluateStep(opening, tiny)
    expect(outcome).toBe('compliant')
    expect(used).toEqual({ cost: 0n, gain: 0n, turnover: 0n })
    expect(newBudget.window).toBe(opening.window)
  })

  test('of a book outside a limit is reducing, never compliant', () => {
    const held = opening.newBook.quantities.findIndex((q) => q > 0n)
    const slots = replaced(opening.mandate.slots, held, { ...opening.mandate.slots[held]!, maxLong: 0n })
    expect(evaluateStep({ ...opening, mandate: { ...opening.mandate, slots } }, tiny).outcome).toBe(
      'reducing',
    )
  })
})

describe('net asset value', () => {
  const worth = (nav: bigint): Step => {
    const empty = { universeId: base.mandate.universeId, cash: [nav, 0n], quantities: [0n, 0n, 0n, 0n] }
    return {
      ...base,
      oldUniverse: empty.universeId,
      oldBook: empty,
      newBook: empty,
      fills: [0n, 0n, 0n, 0n],
      fee: 0n,
      carryGain: 0n,
      carryLoss: 0n,
      netFlow: 0n,
      flowSplit: [0n, 0n],
      changed: [false, false, false, false],
    }
  }
  test('of 1 may be compliant, of 0 never is, below 0 is refused', () => {
    const wide = (step: Step) => ({
      ...step,
      mandate: {
        ...step.mandate,
        accounts: step.mandate.accounts.map((account) => ({ ...account, venueCapBps: 10_000n })),
        netLoBps: 0n,
        netHiBps: 0n,
        groups: step.mandate.groups.map((group) => ({ ...group, netLoBps: 0n, netHiBps: 0n })),
      },
      oldBudget: OPENING_BUDGET,
    })
    expect(evaluateStep(wide(worth(1n)), tiny).outcome).toBe('compliant')
    expect(evaluateStep(wide(worth(0n)), tiny).outcome).toBe('reducing')
    expect(refusedBy(wide(worth(-1n)))).toContain('nav')
  })
})

describe('widths', () => {
  test.each([
    [
      'oldBook.quantities[0]',
      { oldBook: { ...base.oldBook, quantities: [1n << 63n, 0n, 0n, 0n] } },
      OutOfRangeError,
    ],
    ['newBook.cash[0]', { newBook: { ...base.newBook, cash: [1n << 126n, 0n] } }, OutOfRangeError],
    ['fills[0]', { fills: [-1n, 0n, 0n, 0n] }, OutOfRangeError],
    ['fills', { fills: [] }, ShapeError],
    ['fee', { fee: -1n }, OutOfRangeError],
    ['carryGain', { carryGain: -1n }, OutOfRangeError],
    ['carryLoss', { carryLoss: 1n << 126n }, OutOfRangeError],
    ['flowSplit[1]', { flowSplit: [0n, 1n << 126n] }, OutOfRangeError],
    ['flowSplit', { flowSplit: [0n] }, ShapeError],
    ['netFlow', { netFlow: 1n << 126n }, OutOfRangeError],
    ['changed', { changed: [] }, ShapeError],
    ['oldBudget.window', { oldBudget: { ...base.oldBudget, window: -1n } }, OutOfRangeError],
  ] as [string, Partial<Step>, new (...args: never[]) => Error][])('%s', (field, change, type) => {
    expect(() => evaluateStep({ ...base, ...change }, tiny)).toThrowError(type)
    expect(() => evaluateStep({ ...base, ...change }, tiny)).toThrowError(`${field} must be`)
  })
})

describe('random steps', () => {
  const SEEDS = 1_000
  const steps = Array.from({ length: SEEDS }, (_, seed) => randomStep(seed, tiny))
  const verdicts = steps.map((step) => evaluateStep(step, tiny))

  test('are the same for the same seed', () => {
    for (const seed of [0, 17, 999]) expect(randomStep(seed, tiny)).toEqual(steps[seed])
  })

  test(`seeds 0 to ${SEEDS - 1}: at least 40 % accepted, each limit the sole refusal of at least 1 %`, () => {
    expect(verdicts.filter(({ outcome }) => outcome !== 'refused').length).toBeGreaterThanOrEqual(0.4 * SEEDS)
    expect(verdicts.filter(({ outcome }) => outcome === 'reducing').length).toBeGreaterThanOrEqual(
      0.03 * SEEDS,
    )
    for (const kind of [...RISK_KINDS, ...FLOW_KINDS, ...ROLLING_KINDS, ...IDENTITY_KINDS]) {
      const sole = verdicts.filter(({ refused }) => refused.length === 1 && kindOf(refused[0]!.id) === kind)
      expect(sole.length, kind).toBeGreaterThanOrEqual(0.01 * SEEDS)
    }
  })

  test('reach every corner: both signs, options, suspension, padding, flows, windows, carry, fees, changes, heartbeats', () => {
    const some = (holds: (step: Step, i: number) => boolean) =>
      expect(
        steps.filter((step, i) => verdicts[i]!.outcome !== 'refused' && holds(step, i)).length,
      ).toBeGreaterThan(10)
    some((step) => step.newBook.quantities.some((q) => q < 0n) && step.newBook.quantities.some((q) => q > 0n))
    some(({ market, newBook }) =>
      market.slots.some((slot, i) => slot.vega !== 0n && newBook.quantities[i] !== 0n),
    )
    some(({ market, newBook }) =>
      market.slots.some((slot, i) => slot.suspended && newBook.quantities[i]! > 0n),
    )
    some(({ market, newBook }) =>
      market.slots.some((slot, i) => slot.suspended && newBook.quantities[i]! < 0n),
    )
    some(({ mandate }) => mandate.slots.length < tiny.slots)
    some(({ netFlow }) => netFlow > 0n)
    some(({ netFlow }) => netFlow < 0n)
    for (const ahead of [0n, 1n, 2n]) some(({ window, oldBudget }) => window - oldBudget.window === ahead)
    some(({ carryGain }) => carryGain > 0n)
    some(({ carryLoss }) => carryLoss > 0n)
    some(({ fee }) => fee > 0n)
    some(({ open }) => open)
    some(({ changed }) => changed.some(Boolean))
    some((_, i) => verdicts[i]!.trades.every((t) => t === 0n))
    some(({ market }) => market.slots.some(({ price }) => price > 1n << 46n))
  })

  test('conserve value: NAV after is NAV before less cost, plus gain and carry', () => {
    steps.forEach((step, i) => {
      const { before, after, used, refused } = verdicts[i]!
      // Skipped where the step breaks conservation, or trades what counts for nothing.
      if (refused.some(({ id }) => /conservation|suspended|changed|flowSplit/.test(id))) return
      expect(after.nav - before.nav).toBe(used.gain - used.cost)
      expect(sum(after.accountEquity)).toBe(after.nav)
      expect(step.window).toBe(verdicts[i]!.newBudget.window)
    })
  })

  test('the verdict follows from the checks', () => {
    for (const { outcome, checks, refused, after } of verdicts) {
      expect(refused).toEqual(checks.filter(({ status }) => status === 'refused'))
      const outright = checks.every(({ kind, value, bound }) => kind !== 'risk' || value <= bound)
      const expected = refused.length > 0 ? 'refused' : outright && after.nav > 0n ? 'compliant' : 'reducing'
      expect(outcome).toBe(expected)
      for (const { value, bound, headroom } of checks) expect(headroom).toBe(bound - value)
    }
  })

  test('no check has the same id twice', () => {
    for (const { checks } of verdicts.slice(0, 10)) {
      expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
    }
  })
})
