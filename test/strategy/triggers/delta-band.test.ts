import { describe, expect, test } from 'vitest'
import { whalleyWilmott } from '#strategy/bands/whalley-wilmott.js'
import { adjustedVol, zakamouline } from '#strategy/bands/zakamouline.js'
import { black76 } from '#strategy/options/black-scholes.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import type { PlanInput } from '#strategy/plan.js'
import { adjustedDelta } from '#strategy/triggers/adjusted-delta.js'
import { type DeltaBandTrigger, deltaBand } from '#strategy/triggers/delta-band.js'
import { evaluateTriggers } from '#strategy/triggers/evaluate-triggers.js'
import { hedgeCost, optionBook } from '#strategy/triggers/hedged-options.js'
import type { TriggerContext } from '#strategy/triggers/trigger-context.js'
import { contextOf, desk, NAV, roundDesk, slotOf, withCash, withSlots } from './trigger-desk.js'

const FORWARD = 60_000
const VOL = 0.55
const DAYS = 30
const years = DAYS / 365

/** The round desk with one option alone, `held` coins of it, in a market of which everything is known. */
function oneOption(type: 'call' | 'put', strike: number, held: number): PlanInput {
  const i = slotOf('BTC-26JUN26-80000-P')
  const terms = {
    type,
    strikeE8: BigInt(strike) * 10n ** 8n,
    expiry: roundDesk.market.time + BigInt(DAYS) * 86_400n,
  }
  const { contractSizeE8 } = roundDesk.universe.instruments[i]!
  const slot = optionSlot({
    terms,
    spotE8: BigInt(FORWARD) * 10n ** 8n,
    forwardE8: BigInt(FORWARD) * 10n ** 8n,
    ivE8: 55_000_000n,
    now: roundDesk.market.time,
    contractSizeE8,
    spotShocksBps: [],
    volShocksBps: [],
    minMarginBps: 0n,
  })
  const { universe, market, book } = roundDesk
  const input: PlanInput = {
    ...roundDesk,
    universe: {
      instruments: universe.instruments.map((one, k) => (k === i ? { ...one, option: terms } : one)),
    },
    market: {
      ...market,
      slots: market.slots.map((old, k) => (k === i ? { ...slot, changes: old.changes } : old)),
    },
    book: {
      ...book,
      quantities: book.quantities.map((_, k) => (k === i ? BigInt(Math.round(held * 1e8)) : 0n)),
    },
    targets: [{ of: { group: 0 }, targetBps: 0n, bandBps: 0n }],
  }
  const missing = NAV - contextOf(input).verdict.before.nav
  return withCash(input, (cash, a) => (a === 0 ? cash + missing : cash))
}

const config = { kind: 'deltaBand', target: 'group[0]', rule: 'whalleyWilmott', riskAversion: 5 } as const
const quote = Number(NAV) / 1e16
const absolute = config.riskAversion / quote

/** The band a trigger has drawn, in coins around the target; from how it judges an exposure far on either side. */
function edges(input: PlanInput, trigger: DeltaBandTrigger): { lo: number; hi: number } {
  const context = contextOf(input)
  const edge = (side: bigint) => {
    const line = { ...context.tracking[0]!, exposure: side * NAV }
    const [candidate] = deltaBand(trigger, { ...context, tracking: [line] })
    return (candidate!.firing.destinationBps! / 1e4) * (quote / FORWARD)
  }
  return { lo: edge(-1n), hi: edge(1n) }
}

describe.each([
  ['short calls', 'call', 66_000, -400],
  ['long calls', 'call', 58_000, 250],
  ['short puts', 'put', 62_000, -300],
  ['long puts', 'put', 50_000, 700],
] as const)('%s', (_, type, strike, held) => {
  const input = oneOption(type, strike, held)
  const { delta, gamma } = black76({ type, forward: FORWARD, strike, vol: VOL, years })
  const cost = hedgeCost(input.targets[0]!, input)

  test('Whalley & Wilmott in fractions of NAV is the formula per coin', () => {
    const coins = whalleyWilmott({
      price: FORWARD,
      gamma: gamma * held,
      cost,
      riskAversion: absolute,
    })
    const { lo, hi } = edges(input, config)
    expect(hi / coins).toBeCloseTo(1, 6)
    expect(lo / coins).toBeCloseTo(-1, 6)
  })

  test('Zakamouline too, around the hedge at the adjusted volatility', () => {
    const { base, width, volAdjustment } = zakamouline({
      price: FORWARD,
      gamma: gamma * held,
      vol: VOL,
      years,
      cost,
      riskAversion: absolute,
    })
    const vol = adjustedVol(VOL, volAdjustment, held < 0 ? 'short' : 'long')
    const adjusted = black76({ type, forward: FORWARD, strike, vol, years }).delta
    // Hedged at the adjusted delta, what is measured at the market's is the difference.
    const centre = held * (delta - adjusted)
    const { lo, hi } = edges(input, { ...config, rule: 'zakamouline' })
    expect(Math.abs(centre)).toBeGreaterThan(0.05)
    expect((lo + hi) / 2).toBeCloseTo(centre, 4)
    expect((hi - lo) / 2 / (base + width)).toBeCloseTo(1, 6)
  })
})

describe('a delta band', () => {
  const input = oneOption('put', 60_000, 500)

  test('in fractions of NAV: (3/2·λ·(Γ$/NAV)²/γ)^(1/3)', () => {
    const { gamma } = optionBook(input.targets[0]!, input, NAV)
    const halfWidth = Math.cbrt((1.5 * hedgeCost(input.targets[0]!, input) * gamma ** 2) / 5)
    expect(edges(input, config).hi).toBeCloseTo(halfWidth * (quote / FORWARD), 6)
  })

  test('what it is computed from is read off the market: gamma, volatility, time', () => {
    const { gamma, vol, years: left } = optionBook(input.targets[0]!, input, NAV)
    const perCoin = black76({ type: 'put', forward: FORWARD, strike: 60_000, vol: VOL, years }).gamma
    expect(gamma / ((500 * perCoin * FORWARD ** 2) / quote)).toBeCloseTo(1, 6)
    expect(vol).toBeCloseTo(VOL, 6)
    expect(left).toBeCloseTo(years, 12)
  })

  test('the cheapest hedge of the target gives the cost, never an option', () => {
    const costs = input.costs.map((cost, i) => {
      const { kind } = input.universe.instruments[i]!
      return { ...cost, halfSpreadBps: kind === 'option' ? 0n : kind === 'perp' ? 1n : 9n, feeBps: 4n }
    })
    expect(hedgeCost(input.targets[0]!, { ...input, costs })).toBe(0.0005)
  })

  test.each([1n, -1n])('fires beyond its half-width on side %d, not at it', (side) => {
    const context = contextOf(input)
    const at = (off: bigint): TriggerContext => {
      const distance = off < 0n ? -off : off
      return { ...context, tracking: [{ ...context.tracking[0]!, exposure: off, distance }] }
    }
    const [far] = evaluateTriggers([config], at(side * NAV)).firings
    const band = BigInt(Math.round(far!.bound * 1e6)) * (NAV / 10n ** 10n)
    expect(evaluateTriggers([config], at(side * (band - 1n))).firings).toEqual([])
    expect(evaluateTriggers([config], at(side * band)).firings).toEqual([])
    const [firing] = evaluateTriggers([config], at(side * (band + NAV / 10n ** 10n))).firings
    expect(firing).toMatchObject({ subject: 'group[0]', unit: 'navBps', urgency: 'ordinary' })
    expect(firing!.destinationBps).toBe(Number(side) * firing!.bound)
  })

  test('without a gamma only the floor is left', () => {
    const bare = oneOption('put', 60_000, 0)
    for (const rule of ['whalleyWilmott', 'zakamouline'] as const) {
      expect(edges(bare, { ...config, rule, floorBps: 30 }).hi).toBeCloseTo((30 / 1e4) * (quote / FORWARD), 9)
      expect(edges(bare, { ...config, rule }).hi).toBe(0)
    }
  })

  test.each([
    ['no gamma', { gamma: 0n }],
    ['no vega', { vega: 0n }],
    ['neither', { gamma: 0n, vega: 0n }],
  ])('an option with %s, as far out as slots can say, counts for nothing', (_, flat) => {
    const far = withSlots(input, (_, i) => (i === slotOf('BTC-26JUN26-80000-P') ? flat : {}))
    expect(optionBook(far.targets[0]!, far, NAV)).toEqual({ lines: [], gamma: 0, vol: 0, years: 0 })
    expect(edges(far, { ...config, rule: 'zakamouline' }).hi).toBe(0)
  })

  test('an expired option counts for nothing', () => {
    const i = slotOf('BTC-26JUN26-80000-P')
    const { expiry } = input.universe.instruments[i]!.option!
    const at = (time: bigint) => ({ ...input, market: { ...input.market, time } })
    expect(optionBook(input.targets[0]!, at(expiry), NAV).lines).toEqual([])
    expect(optionBook(input.targets[0]!, at(expiry - 1n), NAV).lines).toHaveLength(1)
  })

  test('of options whose gammas cancel the band lies around the delta of the marks', () => {
    const none = { ...optionBook(input.targets[0]!, input, NAV), gamma: 0 }
    const { volAdjustment } = zakamouline({
      price: 1,
      gamma: 0,
      vol: VOL,
      years,
      cost: 0.0005,
      riskAversion: 5,
    })
    expect(adjustedDelta(none, volAdjustment, 'long')).toBe(0)
  })

  test('the floor widens a narrow band and leaves a wide one alone', () => {
    const { hi } = edges(input, config)
    expect(edges(input, { ...config, floorBps: 1 }).hi).toBe(hi)
    expect(edges(input, { ...config, floorBps: 5_000 }).hi).toBeCloseTo(0.5 * (quote / FORWARD), 9)
  })

  test('twice the book and twice the value: the same band', () => {
    const double: PlanInput = {
      ...desk,
      book: {
        ...desk.book,
        cash: desk.book.cash.map((c) => 2n * c),
        quantities: desk.book.quantities.map((q) => 2n * q),
      },
    }
    for (const rule of ['whalleyWilmott', 'zakamouline'] as const) {
      const trigger = { ...config, rule }
      expect(evaluateTriggers([trigger], contextOf(double))).toEqual(
        evaluateTriggers([trigger], contextOf(desk)),
      )
    }
  })
})
