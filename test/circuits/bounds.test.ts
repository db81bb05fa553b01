import { beforeAll, describe, expect, test } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import type { Check } from '#portfolio/check.js'
import type { Mandate } from '#portfolio/mandate.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { ROUND_NAV, ROUND_SHAPE, roundStep, WIDE_MANDATE, withCash } from '../fixtures/round-step.js'
import { loadCircuit, loadTwin, type TestCircuit } from '../helpers/circuit.js'
import { pathOf } from '../helpers/limit-paths.js'
import { statementOf } from '../helpers/statement.js'

const BPS = 10_000n
const E16 = 10n ** 16n

let circuit: TestCircuit
let whole: TestCircuit
let unchecked: TestCircuit
beforeAll(async () => {
  circuit = await loadCircuit('rebalance', 'tiny')
  whole = await loadCircuit('rebalance', 'tiny', 'O0')
  unchecked = await loadTwin(circuitOf('rebalance', 'tiny'), 'unchecked')
})

const checkOf = (step: Step, id: string): Check =>
  evaluateStep(step, ROUND_SHAPE).checks.find((check) => check.id === id)!

async function expectAtBound(step: Step, id: string): Promise<void> {
  const { input, verdict } = await statementOf(step, ROUND_SHAPE)
  expect(verdict.outcome).toBe('compliant')
  expect(checkOf(step, id).headroom).toBe(0n)
  expect(circuit.accepts(input)).toBe(true)
}

/** Refused by the model for this one reason, by the generator, and by exactly that constraint on a forged witness. */
async function expectBeyond(step: Step, id: string): Promise<void> {
  const { input, verdict } = await statementOf(step, ROUND_SHAPE, 'reducing')
  expect(verdict.refused.map((check) => check.id)).toEqual([id])
  expect(circuit.accepts(input)).toBe(false)
  expect(whole.broken(whole.adopt(unchecked.calculate(input), unchecked))).toEqual([pathOf(id)])
}

type Limit = {
  readonly id: string
  readonly side?: 1n | -1n
  readonly step?: Step
  /** The mandate whose limit `bps` (or quantity) is the one under test. */
  readonly limit: (bps: bigint) => Partial<Mandate>
}

const slots = (index: number, change: Partial<Mandate['slots'][number]>) => ({
  slots: WIDE_MANDATE.slots.map((slot, i) => (i === index ? { ...slot, ...change } : slot)),
})
const groups = (index: number, change: Partial<Mandate['groups'][number]>) => ({
  groups: WIDE_MANDATE.groups.map((group, g) => (g === index ? { ...group, ...change } : group)),
})
const accounts = (index: number, change: Partial<Mandate['accounts'][number]>) => ({
  accounts: WIDE_MANDATE.accounts.map((account, a) => (a === index ? { ...account, ...change } : account)),
})

/** Limits that are a share of the net asset value: met exactly, then missed because one 1e-16 quote of cash is gone. */
const SHARES: readonly Limit[] = [
  { id: 'concentration[0]', limit: (bps) => slots(0, { concentrationBps: bps }) },
  { id: 'concentration[1]', limit: (bps) => slots(1, { concentrationBps: bps }) },
  { id: 'group.netHi[0]', limit: (bps) => groups(0, { netHiBps: bps }) },
  { id: 'group.netLo[0]', side: -1n, limit: (bps) => groups(0, { netLoBps: -bps }) },
  { id: 'group.netLo[1]', limit: (bps) => groups(1, { netLoBps: -bps }) },
  { id: 'group.gross[1]', limit: (bps) => groups(1, { grossBps: bps }) },
  { id: 'net.hi', limit: (bps) => ({ netHiBps: bps }) },
  { id: 'net.lo', side: -1n, limit: (bps) => ({ netLoBps: -bps }) },
  { id: 'leverage', limit: (bps) => ({ leverageBps: bps }) },
  { id: 'gamma.hi', limit: (bps) => ({ gammaHiBps: bps }) },
  { id: 'gamma.lo', side: -1n, limit: (bps) => ({ gammaLoBps: -bps }) },
  { id: 'vega.hi', limit: (bps) => ({ vegaHiBps: bps }) },
  { id: 'vega.lo', side: -1n, limit: (bps) => ({ vegaLoBps: -bps }) },
  { id: 'loss[0]', limit: (bps) => ({ maxLossBps: [bps, 10_000n] }) },
  { id: 'loss[1]', side: -1n, limit: (bps) => ({ maxLossBps: [10_000n, bps] }) },
  { id: 'freeCollateral', limit: (bps) => ({ freeCollateralFloorBps: BPS - bps }) },
  { id: 'turnover', limit: (bps) => ({ turnoverBps: bps }) },
  { id: 'rolling.turnover', limit: (bps) => ({ rollingTurnoverBps: bps }) },
  { id: 'carry.gain', step: roundStep({ carry: 1_000n * E16 }), limit: (bps) => ({ carryBps: bps }) },
  { id: 'carry.loss', step: roundStep({ carry: -1_000n * E16 }), limit: (bps) => ({ carryBps: bps }) },
  { id: 'rolling.gain', step: roundStep({ carry: 1_000n * E16 }), limit: (bps) => ({ rollingGainBps: bps }) },
  {
    id: 'rolling.cost',
    step: roundStep({ carry: -1_000n * E16 }),
    limit: (bps) => ({ rollingCostBps: bps }),
  },
]

describe.each(SHARES)(
  '$id as a share of the net asset value',
  ({ id, side = 1n, step = roundStep({ side }), limit }) => {
    const check = checkOf(step, id)
    const bps = check.value / ROUND_NAV
    const limited = { ...step, mandate: { ...step.mandate, ...limit(bps) } }

    test('is met to the last unit', async () => {
      expect(bps * ROUND_NAV).toBe(check.value)
      await expectAtBound(limited, id)
    })

    test('is missed by one unit', async () => {
      await expectBeyond(withCash(limited, 0, -1n), id)
    })
  },
)

describe.each([
  { id: 'position.long[0]', side: 1n, limit: (q: bigint) => slots(0, { maxLong: q }) },
  { id: 'position.short[1]', side: 1n, limit: (q: bigint) => slots(1, { maxShort: q }) },
  { id: 'position.long[1]', side: -1n, limit: (q: bigint) => slots(1, { maxLong: q }) },
  { id: 'position.short[0]', side: -1n, limit: (q: bigint) => slots(0, { maxShort: q }) },
])('$id as a quantity', ({ id, side, limit }) => {
  const step = roundStep({ side })
  const quantity = checkOf(step, id).value
  const limited = (most: bigint) => ({ ...step, mandate: { ...step.mandate, ...limit(most) } })

  test('is met to the last unit', async () => {
    await expectAtBound(limited(quantity), id)
  })

  test('is missed by one unit', async () => {
    await expectBeyond(limited(quantity - 1n), id)
  })
})

describe('margin of an account', () => {
  // Equity of account 1 is brought down to exactly what the margin asks for; the rest of the cash sits in account 0.
  const step = roundStep()
  const spare = -checkOf(step, 'margin[1]').value / (BPS * BPS)
  const tight = withCash(withCash(step, 1, -spare), 0, spare)

  test('is met to the last unit', async () => {
    await expectAtBound(tight, 'margin[1]')
  })

  test('is missed by one unit', async () => {
    await expectBeyond(withCash(withCash(tight, 1, -1n), 0, 1n), 'margin[1]')
  })
})

describe('venue cap of an account', () => {
  // The old book keeps less at the venue, so that the step adds risk there; then one unit more is moved to it.
  const cash = (step: Step, book: 'oldBook' | 'newBook', toVenue: bigint): Step => {
    const [venue = 0n, rest = 0n] = step[book].cash
    return { ...step, [book]: { ...step[book], cash: [venue + toVenue, rest - toVenue] } }
  }
  const round = roundStep()
  const equity = evaluateStep(round, ROUND_SHAPE).after.accountEquity[0]!
  const even = cash(cash(round, 'newBook', ROUND_NAV / 2n - equity), 'oldBook', -300_000n * E16)
  const step = { ...even, mandate: { ...even.mandate, ...accounts(0, { venueCapBps: 5_000n }) } }

  test('is met to the last unit', async () => {
    await expectAtBound(step, 'venue[0]')
  })

  test('is missed by one unit', async () => {
    await expectBeyond(cash(step, 'newBook', 1n), 'venue[0]')
  })
})

describe.each([
  { id: 'cost', sign: 1n, limit: { costBps: 100n } },
  { id: 'gain', sign: -1n, limit: { gainBps: 100n } },
])('$id of the fills against the mark', ({ id, sign, limit }) => {
  // Every fill is one percent off the mark, spot and option at 100, the perp at 50.
  const at = (extra: bigint): Step => {
    const round = roundStep()
    const fills = round.fills.map((fill, i) => {
      if (fill === 0n) return fill
      const buying = round.newBook.quantities[i]! > round.oldBook.quantities[i]!
      return buying ? fill + sign * (fill / 100n + (i === 0 ? extra : 0n)) : fill - (sign * fill) / 100n
    })
    const paid = (prices: readonly bigint[]) =>
      prices.reduce(
        (sum, p, i) => sum + (round.newBook.quantities[i]! - round.oldBook.quantities[i]!) * p,
        0n,
      )
    const oldCash = round.oldBook.cash.map((c, a) => (a === 0 ? c + paid(fills) - paid(round.fills) : c))
    return {
      ...round,
      fills,
      oldBook: { ...round.oldBook, cash: oldCash },
      mandate: { ...round.mandate, ...limit },
    }
  }

  test('is met to the last unit', async () => {
    await expectAtBound(at(0n), id)
  })

  test('is missed by one unit of one fill', async () => {
    await expectBeyond(at(1n), id)
  })
})

describe('net asset value', () => {
  const cashOnly = (nav: bigint): Step => {
    const step = roundStep()
    const book = { ...step.oldBook, cash: [nav, 0n], quantities: [0n, 0n, 0n, 0n] }
    return { ...step, oldBook: book, newBook: book, fills: [0n, 0n, 0n, 0n] }
  }

  test('of one unit may be called compliant', async () => {
    const { input, verdict } = await statementOf(cashOnly(1n), ROUND_SHAPE)
    expect(verdict.outcome).toBe('compliant')
    expect(circuit.accepts(input)).toBe(true)
  })

  test('of nothing is provable but not compliant', async () => {
    const { input, verdict } = await statementOf(cashOnly(0n), ROUND_SHAPE)
    expect(verdict.outcome).toBe('reducing')
    expect(circuit.accepts(input)).toBe(true)

    const claimed = await statementOf(cashOnly(0n), ROUND_SHAPE, 'compliant')
    expect(circuit.accepts(claimed.input)).toBe(false)
    expect(whole.broken(whole.adopt(unchecked.calculate(claimed.input), unchecked))).toEqual([
      'navRange.digits',
    ])
  })

  test('below nothing is refused', async () => {
    // Everything but the net asset value is only reduced, so it is the sole cause.
    const { input, verdict } = await statementOf(cashOnly(-1n), ROUND_SHAPE, 'reducing')
    expect(verdict.refused.map((check) => check.id)).toContain('nav')
    expect(whole.broken(whole.adopt(unchecked.calculate(input), unchecked))).toContain('navRange.digits')
    expect(circuit.accepts(input)).toBe(false)
  })
})

describe('limit or reduce', () => {
  // Half of what the round step holds is still outside this limit.
  const limited = (step: Step): Step => ({ ...step, mandate: { ...step.mandate, leverageBps: 100n } })
  const heartbeat = (step: Step): Step => ({
    ...step,
    oldBook: step.newBook,
    fills: step.fills.map(() => 0n),
  })

  test('lets an unchanged book outside a limit stay, but not be called compliant', async () => {
    const step = limited(heartbeat(roundStep()))
    const { input, verdict } = await statementOf(step, ROUND_SHAPE)
    expect(verdict.outcome).toBe('reducing')
    expect(circuit.accepts(input)).toBe(true)

    const claimed = await statementOf(step, ROUND_SHAPE, 'compliant')
    expect(circuit.accepts(claimed.input)).toBe(false)
    expect(whole.broken(whole.adopt(unchecked.calculate(claimed.input), unchecked))).toEqual([
      'compliant risk.reducing',
    ])
  })

  test('lets a smaller book through and refuses one that is larger by a single unit', async () => {
    const step = limited(heartbeat(roundStep()))
    const moved = (by: bigint): Step => ({
      ...step,
      newBook: { ...step.newBook, quantities: step.newBook.quantities.map((q, i) => (i === 0 ? q + by : q)) },
      fills: [step.market.slots[0]!.price, 0n, 0n, 0n],
    })
    const paid = (by: bigint): Step => {
      const next = moved(by)
      const cash = next.newBook.cash.map((c, a) => (a === 0 ? c - by * next.fills[0]! : c))
      return { ...next, newBook: { ...next.newBook, cash } }
    }
    const smaller = await statementOf(paid(-1n), ROUND_SHAPE)
    expect(smaller.verdict.outcome).toBe('reducing')
    expect(circuit.accepts(smaller.input)).toBe(true)
    const larger = await statementOf(paid(1n), ROUND_SHAPE, 'reducing')
    expect(larger.verdict.refused.map((check) => check.id)).toEqual(['leverage'])
    expect(whole.broken(whole.adopt(unchecked.calculate(larger.input), unchecked))).toEqual([
      pathOf('leverage'),
    ])
  })

  test('refuses the claim of the wrong branch, either way', async () => {
    // Twins whose generator always makes one claim; the step below is lawful only by the other.
    const claiming = (bit: 0 | 1) =>
      loadTwin(circuitOf('rebalance', 'tiny'), `claims-${bit}`, [
        {
          file: 'gadgets/limit-or-reduce.circom',
          find: 'reducing <-- risk > bound ? 1 : 0',
          replace: `reducing <-- ${bit}`,
        },
      ])
    const outside = await statementOf(limited(heartbeat(roundStep())), ROUND_SHAPE)
    expect(outside.verdict.outcome).toBe('reducing')
    const outright = await claiming(0)
    expect(whole.broken(whole.adopt(outright.calculate(outside.input), outright))).toEqual([
      pathOf('leverage'),
    ])

    const growing = await statementOf(roundStep(), ROUND_SHAPE, 'reducing')
    const reduced = await claiming(1)
    const broken = whole.broken(whole.adopt(reduced.calculate(growing.input), reduced))
    expect(broken).toContain(pathOf('leverage'))
    expect(broken).toContain(pathOf('position.long[0]'))
  })
})
