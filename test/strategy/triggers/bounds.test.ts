import { describe, expect, test } from 'vitest'
import { measure } from '#portfolio/check.js'
import { sum } from '#portfolio/units.js'
import type { Tracking } from '#strategy/targets.js'
import { evaluateTriggers } from '#strategy/triggers/evaluate-triggers.js'
import type { Firing } from '#strategy/triggers/firing.js'
import type { TriggerConfig } from '#strategy/triggers/trigger-config.js'
import type { TriggerContext } from '#strategy/triggers/trigger-context.js'
import { contextOf, DAY, NAV, roundDesk, slotOf, withCash, withSlots } from './trigger-desk.js'

const fires = (config: TriggerConfig, context: TriggerContext): readonly Firing[] =>
  evaluateTriggers([config], context).firings
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

describe('margin buffer', () => {
  const account = 2
  const { marginMultipleBps } = roundDesk.mandate.accounts[account]!
  const required = marginMultipleBps * base.verdict.before.accountMargin[account]!
  /** The desk with the equity of the account at `numerator`/1e8 1e-16 quote, rounded up, and `extra` on top. */
  const withEquity = (scaled: bigint, extra: bigint) => {
    const equity = (scaled + 10n ** 8n - 1n) / 10n ** 8n + extra
    const missing = equity - base.verdict.before.accountEquity[account]!
    return contextOf(withCash(roundDesk, (cash, a) => (a === account ? cash + missing : cash)))
  }
  const config = { kind: 'marginBuffer', bufferBps: 2_000 } as const
  const buffered = (required * 12_000n) / 10_000n
  test('below the buffer, not at it', () => {
    expect(fires(config, withEquity(buffered, 1n))).toEqual([])
    expect(fires(config, withEquity(buffered, 0n))).toEqual([])
    const [firing, ...rest] = fires(config, withEquity(buffered, -1n))
    expect(rest).toEqual([])
    expect(firing).toMatchObject({
      subject: 'account[2]',
      bound: 2_000,
      unit: 'marginBps',
      urgency: 'ordinary',
    })
    expect(firing!.value).toBeCloseTo(2_000, 4)
  })

  test('below the requirement itself it is forced, whether or not a transfer would do', () => {
    expect(fires(config, withEquity(required, 0n))).toMatchObject([{ urgency: 'ordinary' }])
    const short = withEquity(required, -1n)
    expect(fires(config, short)).toMatchObject([{ subject: 'account[2]', urgency: 'forced' }])
    expect(short.verdict.checks.find(({ id }) => id === 'margin[2]')!.status).toBe('holds')
  })

  test('an account that needs no margin must not be in debt', () => {
    const equity = base.verdict.before.accountEquity[0]!
    const moved = (extra: bigint) => (cash: bigint, a: number) =>
      a === 0 ? cash - equity + extra : a === 3 ? cash + equity - extra : cash
    const empty = (extra: bigint) => contextOf(withCash(roundDesk, moved(extra)))
    const only = { ...config, account: 0 }
    expect(fires(only, empty(0n))).toEqual([])
    expect(fires(only, empty(-BPS_OF_NAV))).toMatchObject([
      { value: -1, bound: 0, unit: 'navBps', urgency: 'forced' },
    ])
  })
})

describe('headroom', () => {
  const config = { kind: 'headroom', usedBps: 9_000, limits: ['leverage'] } as const
  const using = (value: bigint, bound: bigint): TriggerContext => {
    const check = measure({ id: 'leverage', rule: 5, kind: 'risk', value, bound })
    return { ...base, verdict: { ...base.verdict, checks: [check] } }
  }
  test.each([
    [8_999n, 10_000n, 0],
    [9_000n, 10_000n, 0],
    [9_001n, 10_000n, 1],
    // A floor of 10 000: 11 000 leaves a tenth of it.
    [-11_001n, -10_000n, 0],
    [-11_000n, -10_000n, 0],
    [-10_999n, -10_000n, 1],
    [1n, 0n, 0],
  ])('%d of a bound of %d: %d firings', (value, bound, count) => {
    expect(fires(config, using(value, bound))).toHaveLength(count)
  })

  test('the used part is what the plan calls its safety margin', () => {
    expect(fires(config, using(9_500n, 10_000n))).toMatchObject([
      { subject: 'leverage', value: 9_500, bound: 9_000, unit: 'limitBps' },
    ])
    expect(fires(config, using(-10_500n, -10_000n))).toMatchObject([{ value: 9_500 }])
  })
})

describe('redemption', () => {
  const config = { kind: 'redemption' } as const
  /** Cash in one account only; what the others hold cannot be paid out without a sale. */
  const leaving = (account: number, cash: bigint, netFlow: bigint) =>
    contextOf({ ...withCash(roundDesk, (_, a) => (a === account ? cash : 0n)), netFlow })
  const quote = 10n ** 16n
  test('more than the cash there is', () => {
    expect(fires(config, leaving(0, 100n * quote, -100n * quote + 1n))).toEqual([])
    expect(fires(config, leaving(0, 100n * quote, -100n * quote))).toEqual([])
    expect(fires(config, leaving(0, 100n * quote, -100n * quote - 1n))).toMatchObject([
      { subject: 'book', unit: 'navBps', urgency: 'forced' },
    ])
    expect(fires(config, leaving(0, 100n * quote, 200n * quote))).toEqual([])
  })

  test('an account pays only what its margin can spare', () => {
    const cash = 5_000_000n * quote
    const { accountEquity, accountMargin } = leaving(1, cash, 0n).verdict.before
    const required = roundDesk.mandate.accounts[1]!.marginMultipleBps * accountMargin[1]!
    const spare = accountEquity[1]! - (required + 10n ** 8n - 1n) / 10n ** 8n
    expect(spare).toBeGreaterThan(0n)
    expect(spare).toBeLessThan(cash)
    expect(fires(config, leaving(1, cash, -spare))).toEqual([])
    expect(fires(config, leaving(1, cash, -spare - 1n))).toHaveLength(1)
  })

  test('a reserve stays', () => {
    const context = leaving(0, 100n * quote, -50n * quote)
    const nav = context.verdict.before.nav
    const reserve = (paid: bigint) => (Number(paid * quote) / Number(nav)) * 1e4
    expect(fires({ ...config, reserveBps: reserve(49n) }, context)).toEqual([])
    expect(fires({ ...config, reserveBps: reserve(51n) }, context)).toHaveLength(1)
  })
})

describe('dates', () => {
  const closeBy = now + 10 * DAY
  test.each([
    [10 * DAY - 1, 0],
    [10 * DAY, 1],
    [10 * DAY + 1, 1],
  ])('a delisting with a notice of %d seconds: %d firings', (noticeSeconds, count) => {
    const config = { kind: 'delisting', symbol: 'ETH-PERP', closeBy, noticeSeconds } as const
    expect(fires(config, base)).toHaveLength(count)
    expect(fires({ ...config, symbol: 'BTC-PERP-2' }, base)).toEqual([])
  })

  test('an expiry within the horizon, of options that are held', () => {
    const option = roundDesk.universe.instruments[slotOf('BTC-26JUN26-80000-P')]!.option!
    const left = Number(option.expiry) - now
    const within = (horizonSeconds: number, context = base) =>
      fires({ kind: 'expiry', horizonSeconds }, context)
    expect(within(left - 1)).toEqual([])
    expect(within(left).map(({ subject }) => subject)).toEqual([
      'BTC-26JUN26-80000-P',
      'BTC-26JUN26-100000-C',
      'ETH-26JUN26-2600-P',
      'ETH-26JUN26-4000-C',
    ])
    expect(within(left + 1)).toHaveLength(4)
    const { book } = roundDesk
    const none = contextOf({ ...roundDesk, book: { ...book, quantities: book.quantities.map(() => 0n) } })
    expect(within(left, none)).toEqual([])
    expect(within(0, { ...base, now: now + left + 5 })[0]).toMatchObject({ value: -5, urgency: 'forced' })
  })
})

describe('limit breached', () => {
  const i = slotOf('BTC')
  const held = roundDesk.book.quantities[i]!
  const withLimit = (maxLong: bigint) => {
    const slots = roundDesk.mandate.slots.map((slot, k) => (k === i ? { ...slot, maxLong } : slot))
    const context = contextOf({ ...roundDesk, mandate: { ...roundDesk.mandate, slots } })
    return fires({ kind: 'limitBreached' }, context).filter(({ subject }) => subject === 'position.long[0]')
  }
  test('beyond the limit, not at it', () => {
    expect(withLimit(held + 1n)).toEqual([])
    expect(withLimit(held)).toEqual([])
    expect(withLimit(held - 1n)).toMatchObject([
      { value: 55, bound: 54.99999999, unit: 'units', urgency: 'forced' },
    ])
  })

  test('an amount comes as a share of net asset value', () => {
    const net = base.verdict.before.net
    const firing = fires({ kind: 'limitBreached' }, base).find(({ subject }) => subject === 'net.lo')
    expect(firing).toMatchObject({ bound: 0, unit: 'navBps' })
    expect(firing!.value).toBeCloseTo(Number(-net) / Number(BPS_OF_NAV), 5)
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
