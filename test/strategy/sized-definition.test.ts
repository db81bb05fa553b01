import { describe, expect, test } from 'vitest'
import {
  checkDefinition,
  resolveDefinition,
  type Situation,
  type StrategyDefinition,
} from '#strategy/definition.js'
import type { GivenRisk } from '#strategy/definition-risk.js'
import { plan } from '#strategy/planner.js'
import type { SizingRule } from '#strategy/sizing/sizing-rule.js'
import { COINS, EQUAL, INTENT, KELLY, nav, VOLATILITY } from './sizing/sized-desk.js'
import { dollars, free } from './weighing-desk.js'

const place = { universe: free.universe, mandate: free.mandate, shape: free.shape }
const situation: Situation = { ...place, market: free.market, book: free.book, netFlow: 0n, spent: 0n }
const RISK: GivenRisk = {
  kind: 'given',
  underlyings: [
    { name: 'BTC', annualVolBps: 4500 },
    { name: 'ETH', annualVolBps: 6500 },
  ],
  correlations: [{ between: ['ETH', 'BTC'], bps: 8000 }],
}
const OWN: StrategyDefinition = {
  targets: [],
  costs: free.costs,
  risk: RISK,
  sizing: { assets: COINS, bandBps: 50n, rule: EQUAL },
  requirePrices: false,
}
const DOLLARS: SizingRule = { kind: 'dollars', amounts: [nav / 10n, nav / 20n] }
const by = (rule: SizingRule, change: Partial<StrategyDefinition> = {}): StrategyDefinition => ({
  ...OWN,
  sizing: { ...OWN.sizing!, rule },
  ...change,
})
const refused = (definition: StrategyDefinition, field: string) =>
  expect(() => checkDefinition(definition, place)).toThrow(
    expect.objectContaining({ code: 'STRATEGY_DEFINITION', field: `strategy.${field}` }),
  )

describe('before it is kept', () => {
  test.each([DOLLARS, EQUAL, VOLATILITY, KELLY, INTENT].map((rule) => [rule.kind, rule] as const))(
    'a rule of %s is accepted, with a stress cap too',
    (_, rule) => {
      checkDefinition(by(rule), place)
      checkDefinition({ ...by(rule), sizing: { ...by(rule).sizing!, stressLossBps: 1_000n } }, place)
    },
  )

  test('amounts of dollars are not judged by what a book is worth', () => {
    for (const amount of [1n, dollars(10 ** 12)]) {
      checkDefinition(by({ kind: 'dollars', amounts: [amount, 0n] }), place)
    }
    checkDefinition(by({ kind: 'dollars', amounts: [0n, 0n] }), place)
  })

  test('what needs risk and has none is refused, as is risk that it cannot use', () => {
    const { risk: _, ...unsure } = OWN
    for (const rule of [EQUAL, VOLATILITY, KELLY])
      refused({ ...unsure, sizing: { ...OWN.sizing!, rule } }, 'risk')
    for (const rule of [DOLLARS, INTENT])
      checkDefinition({ ...unsure, sizing: { ...OWN.sizing!, rule } }, place)
    refused(
      by(EQUAL, { risk: { ...RISK, underlyings: RISK.underlyings.slice(1), correlations: [] } }),
      'risk.underlyings',
    )
  })

  test('targets stay beside it, each slot or group once', () => {
    const target = { targetBps: 0n, bandBps: 100n }
    checkDefinition(by(EQUAL, { targets: [{ of: { group: 4 }, ...target }] }), place)
    refused(by(EQUAL, { targets: [{ of: { group: 1 }, ...target }] }), 'sizing.assets[1]')
    refused({ ...OWN, sizing: { ...OWN.sizing!, assets: [{ group: 0 }, { group: 0 }] } }, 'sizing.assets[1]')
  })

  test('a trigger may name what is sized, and nothing else', () => {
    const threshold = (target: string) => ({ triggers: [{ kind: 'threshold', target }] as const })
    checkDefinition(by(EQUAL, threshold('group[1]')), place)
    refused(by(EQUAL, threshold('group[2]')), 'triggers[0].target')
  })

  test('costs are judged before anything is sized with them', () => {
    const impact = { dailyVolBps: 1n, dailyVolume: 0n }
    const costs = free.costs.with(0, { ...free.costs[0]!, impact })
    refused(by(INTENT, { costs }), 'costs.BTC.impact.dailyVolume')
  })

  test('drift is not asked of targets that are not known to be long and within the book', () => {
    const weighing = { riskAversion: 3, horizonDays: 30, gapsBy: 'drift' } as const
    checkDefinition(by(EQUAL, { weighing }), place)
    checkDefinition(by({ ...EQUAL, totalBps: 10_000n }, { weighing }), place)
    refused(by({ ...EQUAL, totalBps: 10_001n }, { weighing }), 'weighing.gapsBy')
    for (const rule of [DOLLARS, INTENT]) refused(by(rule, { weighing }), 'weighing.gapsBy')
    checkDefinition(by(INTENT, { weighing: { ...weighing, gapsBy: 'variance' } }), place)
  })

  test('a number of the rule is refused where the fund wrote it, and not repeated', () => {
    const rule = { ...KELLY, fractionBps: 7_654.321 }
    refused(by(rule), 'sizing.rule.fractionBps')
    expect(() => checkDefinition(by(rule), place)).not.toThrow('7654')
    refused({ ...OWN, sizing: { ...OWN.sizing!, destinationBps: 51n } }, 'sizing.destinationBps')
  })
})

describe('once it is kept', () => {
  test('its targets come after those of the fund, and are planned with', async () => {
    const targets = [{ of: { group: 4 }, targetBps: -2_500n, bandBps: 2_000n }]
    const { defined, sized } = resolveDefinition(by(DOLLARS, { targets }), situation)
    expect(defined.targets).toEqual([...targets, ...sized!.targets])
    const planned = await plan({ ...free, ...defined })
    expect(planned.outcome).toBe('trade')
    expect(planned.targets.after.map(({ label, inside }) => [label, inside])).toEqual(
      ['group[4]', 'group[0]', 'group[1]'].map((label) => [label, true]),
    )
    const [, btc, eth] = planned.targets.after
    expect(Math.abs(Number(btc!.exposure - nav / 10n)) / Number(nav)).toBeLessThan(0.0002)
    expect(Math.abs(Number(eth!.exposure - nav / 20n)) / Number(nav)).toBeLessThan(0.0002)
  })

  test('no strategy without a rule is sized', () => {
    const { sizing: _, ...unsized } = OWN
    const { defined, sized } = resolveDefinition(unsized, situation)
    expect([defined.targets, sized]).toEqual([[], undefined])
  })
})
