import { describe, expect, test } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { parseMandate } from '#server/schemas/mandate.js'
import { parseStrategy } from '#server/schemas/strategy.js'
import { parseUniverse } from '#server/schemas/universe.js'
import { checkDefinition } from '#strategy/definition.js'
import type { SizingRule } from '#strategy/sizing/sizing-rule.js'
import { TINY_MANDATE, TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'
import { FIRST, RISK } from './tiny-strategy.js'

const universe = parseUniverse(TINY_UNIVERSE)

/** One of each kind of rule, with every field. */
const RULES: { readonly [K in SizingRule['kind']]: readonly [object, SizingRule] } = {
  dollars: [
    { kind: 'dollars', amounts: ['1000.5', '-0.0000000000000001'] },
    { kind: 'dollars', amounts: [10_005_000_000_000_000_000n, -1n] },
  ],
  equalRisk: [
    { kind: 'equalRisk', totalBps: '5000', lowerBps: ['0', '1'], upperBps: ['4000', '3000'] },
    { kind: 'equalRisk', totalBps: 5_000n, lowerBps: [0n, 1n], upperBps: [4_000n, 3_000n] },
  ],
  volatility: [
    { kind: 'volatility', weightsBps: ['6000.5', '-4000'], targetVolBps: '1500.25', leverageMaxBps: '20000' },
    { kind: 'volatility', weightsBps: [6_000.5, -4_000], targetVolBps: 1_500.25, leverageMaxBps: 20_000n },
  ],
  kelly: [
    { kind: 'kelly', driftsBps: ['1000', '2000.5'], rateBps: '400', fractionBps: '2500' },
    { kind: 'kelly', driftsBps: [1_000, 2_000.5], rateBps: 400, fractionBps: 2_500 },
  ],
  intent: [
    {
      kind: 'intent',
      parts: [
        { exposuresBps: ['3000', '1500.5'], decayBps: '0' },
        { exposuresBps: ['-100', '50'], decayBps: '2500.5' },
      ],
      riskAversion: '1',
      costAversion: '12.5',
      discountBps: '2.5',
      limits: {
        lowerBps: ['0', '-1'],
        upperBps: ['4000', '4000'],
        netMinBps: '-5',
        netMaxBps: '8000',
        grossMaxBps: '9000',
      },
      costMax: '2500.5',
      deadline: '1900000000',
      stepSeconds: '86400',
    },
    {
      kind: 'intent',
      parts: [
        { exposuresBps: [3_000, 1_500.5], decayBps: 0 },
        { exposuresBps: [-100, 50], decayBps: 2_500.5 },
      ],
      riskAversion: 1,
      costAversion: 12.5,
      discountBps: 2.5,
      limits: {
        lowerBps: [0n, -1n],
        upperBps: [4_000n, 4_000n],
        netMinBps: -5n,
        netMaxBps: 8_000n,
        grossMaxBps: 9_000n,
      },
      costMax: 25_005_000_000_000_000_000n,
      deadline: 1_900_000_000,
      stepSeconds: 86_400,
    },
  ],
}
const sized = (rule: object, change: object = {}) => ({
  ...FIRST,
  risk: RISK,
  targets: [],
  sizing: { assets: [{ group: 0 }, { instrument: 'ETH' }], bandBps: '50', rule, ...change },
})

test('every rule of sizing is read, and means something to a desk', () => {
  for (const [wire, rule] of Object.values(RULES)) {
    const parsed = parseStrategy(sized(wire, { destinationBps: '10', stressLossBps: '2000' }), universe)
    const assets = [{ group: 0 }, { slot: 2 }]
    expect(parsed.sizing).toEqual({ assets, bandBps: 50n, destinationBps: 10n, stressLossBps: 2_000n, rule })
    checkDefinition(parsed, { universe, mandate: parseMandate(TINY_MANDATE, 0n), shape: shapeOf('tiny') })
    expect(parseStrategy(sized(wire), universe).sizing).toEqual({ assets, bandBps: 50n, rule })
  }
})

describe('a form that is none names the field and repeats nothing', () => {
  const SECRET = '31.41592653'
  const [dollars] = RULES.dollars
  const [intent] = RULES.intent
  const cases: [string, unknown, string, string][] = [
    ['an unknown rule', sized({ kind: SECRET }), 'SERVER_WIRE', 'strategy.sizing.rule.kind'],
    [
      'a field of another rule',
      sized({ ...dollars, totalBps: SECRET }),
      'SERVER_WIRE',
      'strategy.sizing.rule',
    ],
    ['no band', sized(dollars, { bandBps: undefined }), 'SERVER_WIRE', 'strategy.sizing.bandBps'],
    ['an asset of neither', sized(dollars, { assets: [{}] }), 'SERVER_WIRE', 'strategy.sizing.assets[0]'],
    [
      'an asset of both',
      sized(dollars, { assets: [{ group: 0, instrument: 'BTC' }] }),
      'SERVER_WIRE',
      'strategy.sizing.assets[0]',
    ],
    [
      'an asset that is not listed',
      sized(dollars, { assets: [{ instrument: 'DOGE' }] }),
      'PORTFOLIO_UNKNOWN_INSTRUMENT',
      'strategy.sizing.assets[0].instrument',
    ],
    [
      'an amount of too many decimals',
      sized({ kind: 'dollars', amounts: ['1', `${SECRET}000000001`] }),
      'PORTFOLIO_DECIMAL',
      'strategy.sizing.rule.amounts[1]',
    ],
    [
      'half a basis point of a limit',
      sized({ ...intent, limits: { upperBps: ['1', '1.5'] } }),
      'PORTFOLIO_DECIMAL',
      'strategy.sizing.rule.limits.upperBps[1]',
    ],
    [
      'an exponent in a part',
      sized({ ...intent, parts: [{ exposuresBps: ['1', '1e3'], decayBps: '0' }] }),
      'PORTFOLIO_DECIMAL',
      'strategy.sizing.rule.parts[0].exposuresBps[1]',
    ],
    [
      'a deadline as a number of JSON',
      sized({ ...intent, deadline: 1_900_000_000 }),
      'SERVER_WIRE',
      'strategy.sizing.rule.deadline',
    ],
  ]
  test.each(cases)('%s', (_, input, code, field) => {
    const refused = () => parseStrategy(input, universe)
    expect(refused).toThrow(expect.objectContaining({ code, field }))
    expect(refused).not.toThrow(SECRET)
  })
})
