import { describe, expect, test } from 'vitest'
import { checkDefinition, resolveDefinition, type StrategyDefinition } from '#strategy/definition.js'
import type { GivenRisk } from '#strategy/definition-risk.js'
import { plan } from '#strategy/planner.js'
import { DESK, deskPlanInput } from '#test/examples/desk-example.js'

const desk = deskPlanInput('2026-04-27')
const { universe, mandate, targets, costs } = desk
const place = { universe, mandate, shape: DESK }
const RISK: GivenRisk = {
  kind: 'given',
  underlyings: [
    { name: 'BTC', annualVolBps: 4500 },
    { name: 'ETH', annualVolBps: 6500 },
  ],
  correlations: [{ between: ['ETH', 'BTC'], bps: 8000 }],
}
const WEIGHING = { riskAversion: 3, horizonDays: 30 }
const OWN: StrategyDefinition = { targets, costs, risk: RISK, weighing: WEIGHING, requirePrices: false }

const resolved = (definition: StrategyDefinition) =>
  resolveDefinition(definition, { ...place, market: desk.market, book: desk.book, netFlow: 0n, spent: 0n })
    .defined

const three = (bps: readonly number[]): GivenRisk => ({
  kind: 'given',
  underlyings: ['BTC', 'ETH', 'SOL'].map((name) => ({ name, annualVolBps: 5000 })),
  correlations: [
    ['BTC', 'ETH'],
    ['ETH', 'SOL'],
    ['SOL', 'BTC'],
  ].map(([a, b], k) => ({ between: [a!, b!], bps: bps[k]! })),
})

describe('a strategy that the planner would refuse is refused by the field', () => {
  const cases: [string, Partial<StrategyDefinition>, string][] = [
    ['targets[0]', { targets: [{ of: { group: 31 }, targetBps: 0n, bandBps: 0n }] }, 'strategy.targets[0]'],
    [
      'a destination outside the band',
      { targets: [{ ...targets[0]!, destinationBps: targets[0]!.bandBps + 1n }] },
      'strategy.targets[0].destinationBps',
    ],
    ['a lot of 0', { costs: costs.with(1, { ...costs[1]!, lot: 0n }) }, 'strategy.costs.ETH.lot'],
    ['a safety margin of all', { safetyBps: 10_000n }, 'strategy.safetyBps'],
    ['a negative fixed cost', { fixedCosts: { leg: 0n, batch: -1n } }, 'strategy.fixedCosts.batch'],
    [
      'drift of targets that are not long',
      {
        targets: targets.with(0, { ...targets[0]!, targetBps: -100n }),
        weighing: { ...WEIGHING, gapsBy: 'drift' },
      },
      'strategy.weighing.gapsBy',
    ],
    ['no risk aversion', { weighing: { ...WEIGHING, riskAversion: 0 } }, 'strategy.weighing.riskAversion'],
    [
      'gaps by drift from a short target',
      {
        targets: [{ ...targets[0]!, targetBps: -1n }],
        weighing: { ...WEIGHING, gapsBy: 'drift' },
      },
      'strategy.weighing.gapsBy',
    ],
    [
      'an unknown target',
      { triggers: [{ kind: 'threshold', target: 'slot[9]' }] },
      'strategy.triggers[0].target',
    ],
    [
      'a band out of range',
      { triggers: [{ kind: 'limitBreached' }, { kind: 'threshold', bandBps: -1 }] },
      'strategy.triggers[1].bandBps',
    ],
    [
      'an unknown limit',
      { triggers: [{ kind: 'headroom', usedBps: 1, limits: ['x'] }] },
      'strategy.triggers[0].limits[0]',
    ],
    [
      'a private budget wider than the mandate',
      { triggers: [{ kind: 'vegaBudget', loBps: -31, hiBps: 0 }] },
      'strategy.triggers[0].loBps',
    ],
    [
      'a model without a coin of the targets',
      { risk: { ...RISK, underlyings: RISK.underlyings.slice(1), correlations: [] } },
      'strategy.risk.underlyings',
    ],
    ['a pair without a correlation', { risk: { ...RISK, correlations: [] } }, 'strategy.risk.correlations'],
    [
      'a pair given twice',
      { risk: { ...RISK, correlations: [...RISK.correlations, { between: ['BTC', 'ETH'], bps: 1 }] } },
      'strategy.risk.correlations[1].between',
    ],
    [
      'a correlation above 1',
      { risk: { ...RISK, correlations: [{ between: ['BTC', 'ETH'], bps: 10_001 }] } },
      'strategy.risk.correlations[0].bps',
    ],
    [
      'no volatility',
      { risk: { ...RISK, underlyings: [{ name: 'BTC', annualVolBps: 0 }] } },
      'strategy.risk.underlyings[0].annualVolBps',
    ],
    [
      'correlations no returns could have',
      { risk: three([9_000, 9_000, -9_000]) },
      'strategy.risk.correlations',
    ],
  ]
  test.each(cases)('%s', (_, change, field) => {
    expect(() => checkDefinition({ ...OWN, ...change }, place)).toThrow(
      expect.objectContaining({ code: 'STRATEGY_DEFINITION', field }),
    )
  })

  test('risk that weighing or a tracking error needs', () => {
    const { risk: _, ...unsure } = OWN
    expect(() => checkDefinition(unsure, place)).toThrow(
      expect.objectContaining({ field: 'strategy.risk.underlyings' }),
    )
    const triggers = [{ kind: 'trackingError', limitBps: 1 }] as const
    const { weighing: __, ...bare } = unsure
    expect(() => checkDefinition({ ...bare, triggers }, place)).toThrow(
      expect.objectContaining({ field: 'strategy.risk' }),
    )
    checkDefinition({ ...bare, risk: RISK, triggers }, place)
  })
})

test('what a request tells of the market is not asked of the strategy', () => {
  const triggers = [
    { kind: 'volatilityRegime', ratio: 2, everySeconds: 60 },
    { kind: 'liquidity', maxSpreadRatio: 3, minDepthRatio: 0.3 },
  ] as const
  checkDefinition({ ...OWN, triggers, risk: three([9_000, 9_000, 9_000]) }, place)
})

test('risk in words is a covariance per day', () => {
  const { risk } = resolved(OWN)
  expect(risk!.underlyings).toEqual(['BTC', 'ETH'])
  const perYear = risk!.covariance.map((row) => row.map((x) => x * 365))
  expect(perYear[0]![0]).toBeCloseTo(0.2025, 12)
  expect(perYear[1]![1]).toBeCloseTo(0.4225, 12)
  expect(perYear[0]![1]).toBeCloseTo(0.8 * 0.45 * 0.65, 12)
  expect(perYear[1]![0]).toBe(perYear[0]![1])
})

describe('risk from closes', () => {
  /** Two coins that go up and down together by e^±0.03 and e^±0.06, `days` of them. */
  const closes = (days: number): StrategyDefinition['risk'] => ({
    kind: 'closes',
    underlyings: [0.03, 0.06].map((move, k) => ({
      name: ['BTC', 'ETH'][k]!,
      closes: Array.from({ length: days }, (_, t) => (t % 2 === 0 ? 100 : 100 * Math.exp(move))),
    })),
  })

  test('is the covariance of their daily returns, whatever their level', () => {
    const { risk } = resolved({ ...OWN, risk: closes(400)! })
    const expected = [0.0009, 0.0018, 0.0018, 0.0036]
    risk!.covariance.flat().forEach((x, k) => {
      expect(x).toBeCloseTo(expected[k]!, 12)
    })
    checkDefinition({ ...OWN, risk: closes(400)! }, place)
  })

  test.each([
    [30, 'strategy.risk.underlyings[0].closes'],
    [31, undefined],
    [2_000, undefined],
    [2_001, 'strategy.risk.underlyings[0].closes'],
  ])('%i days', (days, field) => {
    const check = () => checkDefinition({ ...OWN, risk: closes(days)! }, place)
    if (field === undefined) check()
    else expect(check).toThrow(expect.objectContaining({ code: 'STRATEGY_DEFINITION', field }))
  })

  test('of other lengths, or at 0, is refused by the field', () => {
    const good = Array(40).fill(1)
    const of = (list: number[]): StrategyDefinition['risk'] => ({
      kind: 'closes',
      underlyings: [
        { name: 'BTC', closes: good },
        { name: 'ETH', closes: list },
      ],
    })
    const refused = (list: number[]) => () => checkDefinition({ ...OWN, risk: of(list)! }, place)
    const at = 'strategy.risk.underlyings[1].closes'
    expect(refused(good.slice(1))).toThrow(expect.objectContaining({ field: at }))
    expect(refused(good.with(7, 0))).toThrow(expect.objectContaining({ field: `${at}[7]` }))
  })
})

test('what is accepted is planned with', async () => {
  const planned = await plan({ ...desk, ...resolved(OWN) })
  expect(planned.outcome).toBe('trade')
})
