import { describe, expect, test } from 'vitest'
import { measure } from '#portfolio/check.js'
import type { TriggerContext } from '#strategy/triggers/trigger-context.js'
import { contextOf, DAY, firesOf as fires, NAV, roundDesk, slotOf, withCash } from './trigger-desk.js'

const base = contextOf(roundDesk)
const now = base.now
const BPS_OF_NAV = NAV / 10_000n

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
    // Paid through that very account, whose measured equity then has the flow in it.
    const through = (netFlow: bigint) => contextOf({ ...leaving(1, cash, netFlow).input, flowAccount: 1 })
    expect(fires(config, through(-spare))).toEqual([])
    expect(fires(config, through(-spare - 1n))).toHaveLength(1)
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
