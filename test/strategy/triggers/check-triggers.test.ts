import { describe, expect, test } from 'vitest'
import { RiskModelError } from '#strategy/risk-model.js'
import { evaluateTriggers } from '#strategy/triggers/evaluate-triggers.js'
import type { TriggerConfig } from '#strategy/triggers/trigger-config.js'
import type { TriggerContext } from '#strategy/triggers/trigger-context.js'
import { TriggerError } from '#strategy/triggers/trigger-error.js'
import { contextOf, DAY, desk } from './trigger-desk.js'

const base = contextOf(desk)
const fieldOf = (configs: readonly TriggerConfig[], context: TriggerContext = base): string | undefined => {
  try {
    evaluateTriggers(configs, context)
  } catch (error) {
    expect(error).toBeInstanceOf(TriggerError)
    expect((error as TriggerError).code).toBe('STRATEGY_TRIGGER')
    return (error as TriggerError).field
  }
  return undefined
}

const time = { kind: 'time', everySeconds: DAY } as const
const threshold = { kind: 'threshold', bandBps: 200 } as const
const band = { kind: 'deltaBand', target: 'group[0]', rule: 'whalleyWilmott', riskAversion: 5 } as const
const gamma = { kind: 'gammaBudget', loBps: -10, hiBps: 100 } as const
const delisting = { kind: 'delisting', symbol: 'BTC', closeBy: 2e9, noticeSeconds: DAY } as const
const regime = { kind: 'volatilityRegime', ratio: 1.5, everySeconds: DAY } as const

describe('a trigger that cannot be meant names its field', () => {
  test.each<[string, TriggerConfig]>([
    ['everySeconds', { ...time, everySeconds: 0 }],
    ['everySeconds', { ...time, everySeconds: Number.NaN }],
    ['anchorAt', { ...time, anchorAt: Infinity }],
    ['bandBps', { ...threshold, bandBps: -1 }],
    ['bandBps', { ...threshold, bandBps: Infinity }],
    ['destinationBps', { ...threshold, destinationBps: 201 }],
    ['destinationBps', { kind: 'threshold', destinationBps: 201 }],
    ['bandBps', { kind: 'threshold', of: 'target' }],
    ['target', { ...threshold, target: 'group[7]' }],
    ['target', { ...band, target: 'slot[0]' }],
    ['riskAversion', { ...band, riskAversion: 0 }],
    ['floorBps', { ...band, floorBps: -1 }],
    ['loBps', { ...gamma, loBps: -51 }],
    ['hiBps', { ...gamma, hiBps: 151 }],
    ['loBps', { ...gamma, loBps: 101 }],
    ['hiBps', { ...gamma, kind: 'vegaBudget', hiBps: 61 }],
    ['underlying', { ...gamma, underlying: 'SOL' }],
    ['limitBps', { kind: 'trackingError', limitBps: Number.NaN }],
    ['targets[1]', { kind: 'trackingError', limitBps: 1, targets: ['group[0]', 'book'] }],
    ['targets', { kind: 'trackingError', limitBps: 1, targets: [] }],
    ['limits', { kind: 'headroom', usedBps: 1, limits: [] }],
    ['account', { kind: 'marginBuffer', account: 4, bufferBps: 1 }],
    ['account', { kind: 'marginBuffer', account: 0.5, bufferBps: 1 }],
    ['bufferBps', { kind: 'marginBuffer', bufferBps: -1 }],
    ['usedBps', { kind: 'headroom', usedBps: 10_001 }],
    ['limits[0]', { kind: 'headroom', usedBps: 1, limits: ['turnover'] }],
    ['reserveBps', { kind: 'redemption', reserveBps: -1 }],
    ['symbol', { ...delisting, symbol: 'SOL' }],
    ['closeBy', { ...delisting, closeBy: Number.NaN }],
    ['noticeSeconds', { ...delisting, noticeSeconds: -1 }],
    ['horizonSeconds', { kind: 'expiry', horizonSeconds: -1 }],
    ['ratio', { ...regime, ratio: -1 }],
    ['underlying', { ...regime, underlying: 'SOL' }],
    ['maxSpreadRatio', { kind: 'liquidity' }],
    ['minDepthRatio', { kind: 'liquidity', minDepthRatio: -1 }],
    ['seconds', { kind: 'cooling', seconds: 0 }],
  ])('%s of %j', (field, config) => {
    expect(fieldOf([time, config])).toBe(`triggers[1].${field}`)
  })

  test('a kind and a rule nobody knows, a number that is missing', () => {
    // Configurations arrive as JSON; the types stop what these lines ask for.
    expect(fieldOf([{ kind: 'moon' } as unknown as TriggerConfig])).toBe('triggers[0].kind')
    expect(fieldOf([{ kind: 'toString' } as unknown as TriggerConfig])).toBe('triggers[0].kind')
    expect(fieldOf([{ ...band, rule: 'x' } as unknown as TriggerConfig])).toBe('triggers[0].rule')
    expect(fieldOf([{ ...threshold, of: 'x' } as unknown as TriggerConfig])).toBe('triggers[0].of')
    expect(fieldOf([{ kind: 'time' } as unknown as TriggerConfig])).toBe('triggers[0].everySeconds')
  })

  test('a target of 0 has no relative band, one of the book no underlying', () => {
    const context = contextOf({ ...desk, targets: [{ of: 'book', targetBps: 0n, bandBps: 100n }] })
    expect(fieldOf([{ ...threshold, of: 'target' }], context)).toBe('triggers[0].of')
    expect(fieldOf([{ ...band, target: 'book' }], context)).toBe('triggers[0].target')
    expect(fieldOf([{ kind: 'trackingError', limitBps: 1 }], context)).toBe('triggers[0].targets')
  })

  test('two targets of one underlying have no tracking error between them', () => {
    const targets = [...desk.targets, { of: { slot: 0 }, targetBps: 0n, bandBps: 100n }]
    const context = contextOf({ ...desk, targets })
    expect(fieldOf([{ kind: 'trackingError', limitBps: 1 }], context)).toBe('triggers[0].targets')
  })

  test('an option alone cannot be hedged with itself', () => {
    const targets = [{ of: { slot: 4 }, targetBps: 0n, bandBps: 100n }]
    expect(fieldOf([{ ...band, target: 'slot[4]' }], contextOf({ ...desk, targets }))).toBe(
      'triggers[0].target',
    )
  })

  test('a destination may be the edge itself, and one hedge is enough', () => {
    expect(fieldOf([{ ...threshold, destinationBps: 200 }])).toBeUndefined()
    const targets = [{ of: { slot: 0 }, targetBps: 0n, bandBps: 100n }]
    expect(fieldOf([{ ...band, target: 'slot[0]' }], contextOf({ ...desk, targets }))).toBeUndefined()
  })

  test('a private budget of one underlying has no limit of the mandate above it', () => {
    expect(fieldOf([{ ...gamma, underlying: 'ETH', hiBps: 500 }])).toBeUndefined()
  })

  test('no message tells a number that was given', () => {
    expect(() => evaluateTriggers([{ ...threshold, destinationBps: 987 }], base)).toThrowError(
      /^triggers\[0\]\.destinationBps must be inside the band\.$/,
    )
  })
})

describe('what a configured trigger needs and the context lacks is refused, not skipped', () => {
  const tracked = { kind: 'trackingError', limitBps: 1 } as const
  test('a covariance that no returns could have', () => {
    const covariance = [
      [1, 2],
      [2, 1],
    ]
    const wrong = { ...base, risk: { underlyings: ['BTC', 'ETH'], covariance } }
    expect(() => evaluateTriggers([tracked], wrong)).toThrowError(RiskModelError)
  })

  test.each<[string, TriggerConfig, Partial<TriggerContext>]>([
    ['context.now', time, { now: Number.NaN }],
    ['context.lastTradeAt', time, { lastTradeAt: base.now + 1 }],
    ['context.lastTradeAt', time, { lastTradeAt: -1 }],
    ['context.tracking', time, { tracking: [] }],
    ['context.risk', tracked, {}],
    ['context.risk.underlyings', tracked, { risk: { underlyings: ['BTC'], covariance: [[1]] } }],
    ['context.underlyings.BTC.volatility', regime, {}],
    [
      'context.underlyings.BTC.volatility',
      regime,
      { underlyings: { BTC: { volatility: { short: 1, long: 0 } } } },
    ],
    [
      'context.underlyings.BTC.volatility',
      regime,
      { underlyings: { BTC: { volatility: { short: Infinity, long: 1 } } } },
    ],
    [
      'context.underlyings.BTC.volatility',
      regime,
      { underlyings: { BTC: { volatility: { short: 1, long: Infinity } } } },
    ],
    [
      'context.underlyings.ETH.spreadRatio',
      { kind: 'liquidity', maxSpreadRatio: 2 },
      { underlyings: { BTC: { spreadRatio: 1 } } },
    ],
    [
      'context.underlyings.BTC.depthRatio',
      { kind: 'liquidity', minDepthRatio: 0.5 },
      { underlyings: { BTC: { depthRatio: Number.NaN } } },
    ],
  ])('%s', (field, config, rest) => {
    expect(fieldOf([config], { ...base, ...rest })).toBe(field)
  })

  test('a forecast of 0 is one', () => {
    const still = { volatility: { short: 0, long: 1 } }
    expect(fieldOf([regime], { ...base, underlyings: { BTC: still, ETH: still } })).toBeUndefined()
  })

  test('a book worth nothing', () => {
    const cash = desk.book.cash.map((c) => c - 10n ** 24n)
    expect(fieldOf([time], contextOf({ ...desk, book: { ...desk.book, cash } }))).toBe('context.verdict')
  })
})
