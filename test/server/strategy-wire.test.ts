import { describe, expect, expectTypeOf, test } from 'vitest'
import { parseStrategy, type StrategyWire, strategyOf } from '#server/schemas/strategy.js'
import type { ParsedTrigger, TriggerWire } from '#server/schemas/trigger.js'
import { parseUniverse } from '#server/schemas/universe.js'
import { checkDefinition } from '#strategy/definition.js'
import type { TriggerConfig } from '#strategy/triggers/trigger-config.js'
import { DESK, deskMandate, deskUniverse } from '#test/examples/desk-example.js'
import { TINY_COSTS, TINY_TARGETS, TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'

const universe = parseUniverse(TINY_UNIVERSE)

/** One of each kind, with every field. */
const EVERY: { readonly [K in TriggerConfig['kind']]: readonly [TriggerWire, TriggerConfig] } = {
  time: [
    { kind: 'time', everySeconds: '60', anchorAt: '1767225600' },
    { kind: 'time', everySeconds: 60, anchorAt: 1767225600 },
  ],
  threshold: [
    { kind: 'threshold', target: 'group[0]', of: 'target', bandBps: '2.5', destinationBps: '1' },
    { kind: 'threshold', target: 'group[0]', of: 'target', bandBps: 2.5, destinationBps: 1 },
  ],
  deltaBand: [
    { kind: 'deltaBand', target: 'group[0]', rule: 'zakamouline', riskAversion: '3', floorBps: '5' },
    { kind: 'deltaBand', target: 'group[0]', rule: 'zakamouline', riskAversion: 3, floorBps: 5 },
  ],
  gammaBudget: [
    { kind: 'gammaBudget', loBps: '-1.5', hiBps: '0.5', underlying: 'BTC' },
    { kind: 'gammaBudget', loBps: -1.5, hiBps: 0.5, underlying: 'BTC' },
  ],
  vegaBudget: [
    { kind: 'vegaBudget', loBps: '-3', hiBps: '4' },
    { kind: 'vegaBudget', loBps: -3, hiBps: 4 },
  ],
  trackingError: [
    { kind: 'trackingError', limitBps: '20', targets: ['group[0]'] },
    { kind: 'trackingError', limitBps: 20, targets: ['group[0]'] },
  ],
  marginBuffer: [
    { kind: 'marginBuffer', account: 1, bufferBps: '500' },
    { kind: 'marginBuffer', account: 1, bufferBps: 500 },
  ],
  headroom: [
    { kind: 'headroom', limits: ['net.lo'], usedBps: '9000' },
    { kind: 'headroom', limits: ['net.lo'], usedBps: 9000 },
  ],
  redemption: [
    { kind: 'redemption', reserveBps: '100' },
    { kind: 'redemption', reserveBps: 100 },
  ],
  delisting: [
    { kind: 'delisting', symbol: 'ETH', closeBy: '1893456000', noticeSeconds: '86400' },
    { kind: 'delisting', symbol: 'ETH', closeBy: 1893456000, noticeSeconds: 86400 },
  ],
  expiry: [
    { kind: 'expiry', horizonSeconds: '0' },
    { kind: 'expiry', horizonSeconds: 0 },
  ],
  limitBreached: [{ kind: 'limitBreached' }, { kind: 'limitBreached' }],
  volatilityRegime: [
    { kind: 'volatilityRegime', underlying: 'BTC', ratio: '1.25', everySeconds: '60' },
    { kind: 'volatilityRegime', underlying: 'BTC', ratio: 1.25, everySeconds: 60 },
  ],
  liquidity: [
    { kind: 'liquidity', maxSpreadRatio: '3', minDepthRatio: '0.25' },
    { kind: 'liquidity', maxSpreadRatio: 3, minDepthRatio: 0.25 },
  ],
  cooling: [
    { kind: 'cooling', seconds: '3600' },
    { kind: 'cooling', seconds: 3600 },
  ],
}

const OWN: StrategyWire = {
  ...strategyOf(TINY_TARGETS, TINY_COSTS),
  weighing: { riskAversion: '3', horizonDays: '30' },
  risk: {
    kind: 'given',
    underlyings: [
      { name: 'BTC', annualVolBps: '4500' },
      { name: 'ETH', annualVolBps: '6500' },
    ],
    correlations: [{ between: ['BTC', 'ETH'], bps: '8000' }],
  },
  fixedCosts: { leg: '2', batch: '10.5' },
}

test('the form of a trigger is exactly what the planner takes', () => {
  expectTypeOf<ParsedTrigger>().toExtend<TriggerConfig>()
  expectTypeOf<TriggerConfig>().toExtend<ParsedTrigger>()
})

test('every kind of trigger is read, and means something to a desk', () => {
  const kinds = Object.values(EVERY)
  const triggers = kinds.map(([wire]) => wire)
  const desk = deskUniverse()
  const costs = Object.fromEntries(desk.instruments.map(({ symbol }) => [symbol, TINY_COSTS.BTC!]))
  const parsed = parseStrategy({ ...OWN, costs, triggers }, desk)
  expect(parsed.triggers).toEqual(kinds.map(([, config]) => config))
  checkDefinition(parsed, { universe: desk, mandate: { ...deskMandate(), gammaLoBps: -50n }, shape: DESK })
})

describe('a form that is none names the field and repeats nothing', () => {
  const trigger = (row: object) => ({ ...OWN, triggers: [row] })
  const SECRET = '31.41592653'
  const cases: [string, unknown, string, string][] = [
    ['another form', { ...OWN, version: 1 }, 'SERVER_WIRE', 'strategy.version'],
    ['an unknown field', { ...OWN, [SECRET]: '1' }, 'SERVER_WIRE', 'strategy'],
    ['no targets', { ...OWN, targets: undefined }, 'SERVER_WIRE', 'strategy.targets'],
    ['an unknown kind', trigger({ kind: SECRET }), 'SERVER_WIRE', 'strategy.triggers[0].kind'],
    [
      'a field of another kind',
      trigger({ kind: 'cooling', seconds: '1', bandBps: SECRET }),
      'SERVER_WIRE',
      'strategy.triggers[0]',
    ],
    [
      'a number of JSON',
      trigger({ kind: 'cooling', seconds: 31.41592653 }),
      'SERVER_WIRE',
      'strategy.triggers[0].seconds',
    ],
    [
      'an exponent',
      trigger({ kind: 'threshold', bandBps: '3e1' }),
      'PORTFOLIO_DECIMAL',
      'strategy.triggers[0].bandBps',
    ],
    [
      'too many decimals',
      trigger({ kind: 'threshold', bandBps: `${SECRET}0` }),
      'PORTFOLIO_DECIMAL',
      'strategy.triggers[0].bandBps',
    ],
    ['a part of a basis point', { ...OWN, safetyBps: '1.5' }, 'PORTFOLIO_DECIMAL', 'strategy.safetyBps'],
    [
      'infinity',
      { ...OWN, weighing: { riskAversion: 'Infinity', horizonDays: '1' } },
      'PORTFOLIO_DECIMAL',
      'strategy.weighing.riskAversion',
    ],
    [
      'an unknown instrument',
      { ...OWN, targets: [{ instrument: 'DOGE', targetBps: '0', bandBps: '1' }] },
      'PORTFOLIO_UNKNOWN_INSTRUMENT',
      'strategy.targets[0].instrument',
    ],
    [
      'two aims at once',
      { ...OWN, targets: [{ instrument: 'BTC', group: 0, targetBps: '0', bandBps: '1' }] },
      'SERVER_WIRE',
      'strategy.targets[0]',
    ],
    [
      'a cost of nothing',
      { ...OWN, costs: { ...TINY_COSTS, [SECRET]: TINY_COSTS.BTC } },
      'PORTFOLIO_UNKNOWN_INSTRUMENT',
      'strategy.costs',
    ],
    [
      'half an impact',
      { ...OWN, costs: { ...TINY_COSTS, BTC: { ...TINY_COSTS.BTC, impact: { dailyVolBps: '1' } } } },
      'SERVER_WIRE',
      'strategy.costs.BTC.impact.dailyVolume',
    ],
    [
      'a volatility as a word',
      { ...OWN, risk: { ...OWN.risk, underlyings: [{ name: 'BTC', annualVolBps: 'high' }] } },
      'PORTFOLIO_DECIMAL',
      'strategy.risk.underlyings[0].annualVolBps',
    ],
  ]
  test.each(cases)('%s', (_, input, code, field) => {
    const refused = () => parseStrategy(input, universe)
    expect(refused).toThrow(expect.objectContaining({ code, field }))
    expect(refused).not.toThrow(SECRET)
  })
})

test('the first form and the present one come to the same', () => {
  const { targets, costs, ...rest } = parseStrategy(strategyOf(TINY_TARGETS, TINY_COSTS), universe)
  expect(targets).toEqual([
    { of: { group: 0 }, targetBps: 4800n, bandBps: 300n },
    { of: { group: 1 }, targetBps: 2500n, bandBps: 500n },
  ])
  expect(costs[1]).toEqual({ halfSpreadBps: 1n, feeBps: 3n, lot: 100_000n, minimum: 1_000_000n })
  expect(rest).toEqual({ safetyBps: 200n, trackingWeightBps: 500n, requirePrices: false })
})

test('amounts are read in the units of the planner', () => {
  const impact = { dailyVolBps: '300', dailyVolume: '12.5' }
  const costs = { ...TINY_COSTS, BTC: { ...TINY_COSTS.BTC!, impact } }
  const targets = [{ instrument: 'ETH', targetBps: '-5', bandBps: '9', destinationBps: '3' }]
  const parsed = parseStrategy({ ...OWN, costs, targets }, universe)
  expect(parsed.costs[0]!.impact).toEqual({ dailyVolBps: 300n, dailyVolume: 1_250_000_000n })
  expect(parsed.targets).toEqual([{ of: { slot: 2 }, targetBps: -5n, bandBps: 9n, destinationBps: 3n }])
  expect(parsed.fixedCosts).toEqual({ leg: 2n * 10n ** 16n, batch: 105n * 10n ** 15n })
})
