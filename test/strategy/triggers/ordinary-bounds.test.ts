import { describe, expect, test } from 'vitest'
import { sum } from '#portfolio/units.js'
import type { Tracking } from '#strategy/targets.js'
import type { TriggerContext } from '#strategy/triggers/trigger-context.js'
import { contextOf, DAY, firesOf as fires, NAV, roundDesk, slotOf, withSlots } from './trigger-desk.js'

const base = contextOf(roundDesk)
const now = base.now
const BPS_OF_NAV = NAV / 10_000n

/** The two targets of the desk, both on target but the first, which is `off` 1e-16 quote from it. */
const offTarget = (off: bigint): TriggerContext => ({
  ...base,
  tracking: base.tracking.map((line, k): Tracking => {
    const distance = k === 0 ? (off < 0n ? -off : off) : 0n
    const exposure = line.wanted + (k === 0 ? off : 0n)
    return { ...line, exposure, distance, inside: distance <= line.band }
  }),
})

describe('time', () => {
  const config = { kind: 'time', everySeconds: DAY } as const
  test.each([
    [DAY - 1, 0],
    [DAY, 1],
    [DAY + 1, 1],
  ])('%d seconds after the last trade: %d firings', (idle, count) => {
    expect(fires(config, { ...base, lastTradeAt: now - idle })).toHaveLength(count)
  })

  test('on a schedule, the next moment after the last trade counts, however soon', () => {
    const schedule = { ...config, anchorAt: now - 10 * DAY }
    const at = (idle: number) => fires(schedule, { ...base, lastTradeAt: now - idle })
    expect(at(0)).toEqual([])
    expect(at(1)).toMatchObject([{ value: 1, bound: 1, unit: 'seconds', subject: 'book' }])
    expect(fires({ ...schedule, anchorAt: now + 1 }, { ...base, lastTradeAt: now - 1 })).toEqual([])
    expect(fires({ ...schedule, anchorAt: now + DAY }, { ...base, lastTradeAt: now - 1 })).toHaveLength(1)
  })

  test('a book that was never traded is due', () => {
    expect(fires(config, base)).toHaveLength(1)
  })
})

describe('threshold', () => {
  const config = { kind: 'threshold', bandBps: 200, destinationBps: 175 } as const
  test.each([1n, -1n])('on side %d of the target: beyond the band, not at it', (side) => {
    expect(fires(config, offTarget(side * (200n * BPS_OF_NAV - 1n)))).toEqual([])
    expect(fires(config, offTarget(side * 200n * BPS_OF_NAV))).toEqual([])
    expect(fires(config, offTarget(side * (200n * BPS_OF_NAV + 1n)))).toEqual([
      {
        trigger: 'threshold',
        subject: 'group[0]',
        value: 200,
        bound: 200,
        unit: 'navBps',
        urgency: 'ordinary',
        destinationBps: Number(side) * 175,
      },
    ])
  })

  test("without a band of its own it keeps to the target's, and asks for no destination", () => {
    const off = base.tracking[0]!.band
    expect(fires({ kind: 'threshold' }, offTarget(off))).toEqual([])
    const [firing] = fires({ kind: 'threshold' }, offTarget(off + 1n))
    expect(firing).toMatchObject({ subject: 'group[0]', bound: Number(roundDesk.targets[0]!.bandBps) })
    expect(firing).not.toHaveProperty('destinationBps')
  })

  test('relative to the target: 25 % of a target of 600 bp is 150 bp', () => {
    const relative = { ...config, of: 'target', bandBps: 2_500, destinationBps: 1_250 } as const
    expect(fires(relative, offTarget(150n * BPS_OF_NAV))).toEqual([])
    expect(fires(relative, offTarget(151n * BPS_OF_NAV))).toMatchObject([
      { value: 151, bound: 150, destinationBps: 75 },
    ])
  })

  test('only the target that is named', () => {
    const far = offTarget(500n * BPS_OF_NAV)
    expect(fires({ ...config, target: 'group[1]' }, far)).toEqual([])
    expect(fires({ ...config, target: 'group[0]' }, far)).toHaveLength(1)
  })
})

describe.each(['gamma', 'vega'] as const)('%s budget', (greek) => {
  const kind = `${greek}Budget` as const
  const option = slotOf('ETH-26JUN26-2600-P')
  /** A book with `net` of the Greek in one option alone; a whole number of slopes times its quantity. */
  const withNet = (net: bigint) => {
    const held = roundDesk.book.quantities[option]!
    return contextOf(withSlots(roundDesk, (_, i) => ({ [greek]: i === option ? net / held : 0n })))
  }
  const step = roundDesk.book.quantities[option]!
  const twenty = 20n * BPS_OF_NAV
  test('beyond either end, not at it', () => {
    const config = { kind, loBps: -20, hiBps: 20 }
    for (const side of [1n, -1n]) {
      expect(fires(config, withNet(side * (twenty - step)))).toEqual([])
      expect(fires(config, withNet(side * twenty))).toEqual([])
      const [firing] = fires(config, withNet(side * (twenty + step)))
      expect(firing).toMatchObject({ trigger: kind, subject: 'book', bound: Number(side) * 20 })
      expect(firing!.value).toBeCloseTo(Number(side) * 20, 5)
    }
  })

  test('of one underlying', () => {
    const config = { kind, loBps: -20, hiBps: 20 }
    const beyond = withNet(twenty + step)
    expect(fires({ ...config, underlying: 'ETH' }, beyond)).toMatchObject([{ subject: 'ETH' }])
    expect(fires({ ...config, underlying: 'BTC' }, beyond)).toEqual([])
  })
})

describe('tracking error', () => {
  const risk = {
    underlyings: ['ETH', 'BTC'],
    covariance: [
      [0.64 / 365, 0.32 / 365],
      [0.32 / 365, 0.25 / 365],
    ],
  }
  // 100 bp off in an underlying of 50 % volatility is 50 bp a year.
  const context = { ...offTarget(100n * BPS_OF_NAV), risk }
  test.each([
    [50.01, 0],
    [50, 0],
    [49.99, 1],
  ])('50 bp a year against a limit of %d: %d firings', (limitBps, count) => {
    expect(fires({ kind: 'trackingError', limitBps }, context)).toHaveLength(count)
  })

  test('correlated distances add up, opposite ones cancel', () => {
    const both = (second: bigint) => ({
      ...context,
      tracking: context.tracking.map((line, k) =>
        k === 1 ? { ...line, exposure: line.wanted + second * BPS_OF_NAV } : line,
      ),
    })
    const error = (second: bigint) => fires({ kind: 'trackingError', limitBps: 0 }, both(second))[0]!.value
    expect(error(100n)).toBeCloseTo(100 * Math.sqrt(0.25 + 0.64 + 2 * 0.32), 9)
    expect(error(-50n)).toBeCloseTo(Math.sqrt(0.25 * 1e4 + 0.64 * 2_500 - 2 * 0.32 * 5_000), 9)
  })
})

describe('volatility regime', () => {
  const config = { kind: 'volatilityRegime', ratio: 1.5, everySeconds: 3_600 } as const
  const turbulent = (short: number, idle = 3_600): TriggerContext => ({
    ...base,
    lastTradeAt: now - idle,
    underlyings: {
      BTC: { volatility: { short, long: 0.5 } },
      ETH: { volatility: { short: 0.5, long: 0.5 } },
    },
  })
  test.each([
    [0.74, 0],
    [0.75, 0],
    [0.76, 1],
  ])('a forecast of %d against 1.5 times 0.5: %d firings', (short, count) => {
    expect(fires(config, turbulent(short))).toHaveLength(count)
  })

  test('counts only once its own interval is over', () => {
    expect(fires(config, turbulent(1, 3_599))).toEqual([])
    expect(fires(config, turbulent(1, 3_600))).toMatchObject([{ subject: 'BTC', value: 2, bound: 1.5 }])
    expect(fires({ ...config, underlying: 'ETH' }, turbulent(1))).toEqual([])
  })
})

test('the round desk is worth exactly 100 million', () => {
  expect(base.verdict.before.nav).toBe(NAV)
  expect(sum(base.verdict.before.accountEquity)).toBe(NAV)
})
