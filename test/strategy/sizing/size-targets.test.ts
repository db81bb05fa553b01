import { describe, expect, test } from 'vitest'
import { quadratic } from '#strategy/quadratic.js'
import { Random } from '#strategy/random.js'
import { sizeTargets } from '#strategy/sizing/size-targets.js'
import type { Sizing } from '#strategy/sizing/sizing-rule.js'
import { dollars, free, risk } from '../weighing-desk.js'
import { bps, COINS, EQUAL, INTENT, input, KELLY, nav, refused, size, VOLATILITY } from './sized-desk.js'

const yearly = risk.covariance.map((row) => row.map((x) => x * 365))

describe('dollar amounts', () => {
  test('are basis points of net asset value towards zero, flows included', () => {
    const rule = { kind: 'dollars', amounts: [dollars(1_000_000), -dollars(500_000)] } as const
    const [long, short] = bps(size(rule))
    expect(long).toBe((dollars(1_000_000) * 10_000n) / nav)
    expect(short).toBe((-dollars(500_000) * 10_000n) / nav)
    const grown = size(rule, {}, { netFlow: nav })
    expect(bps(grown)[0]).toBe((dollars(1_000_000) * 10_000n) / (2n * nav))
    expect(size(rule).facts).toMatchObject({
      rule: 'dollars',
      numbers: {},
      assets: [{ target: 'group[0]', targetBps: long }, {}],
    })
  })

  test('have the bands of the sizing, beside any slot or group', () => {
    const rule = { kind: 'dollars', amounts: [nav / 10n] } as const
    const { targets } = size(rule, { assets: [{ slot: 2 }], destinationBps: 50n })
    expect(targets).toEqual([{ of: { slot: 2 }, targetBps: 1_000n, bandBps: 50n, destinationBps: 50n }])
  })

  test('of a book that is next to worthless end at the widest target; a worthless one has no target', () => {
    const empty = {
      ...free.book,
      quantities: free.book.quantities.map(() => 0n),
      cash: free.book.cash.map(() => 0n),
    }
    const rule = { kind: 'dollars', amounts: [dollars(1), -dollars(1)] } as const
    // A dollar on five cents is 200 000 basis points, half of it too much.
    const little = size(rule, {}, { book: empty, netFlow: dollars(1) / 20n })
    expect(bps(little)).toEqual([100_000n, -100_000n])
    expect(little.facts.assets.map(({ numbers }) => numbers)).toEqual([
      { cutBps: expect.closeTo(100_000, 6) },
      { cutBps: expect.closeTo(-100_000, 6) },
    ])
    const far = { ...INTENT, deadline: 0, costMax: nav, parts: [{ exposuresBps: [130_000, 0], decayBps: 0 }] }
    const intent = size(far)
    expect(bps(intent)).toEqual([100_000n, 0n])
    expect(intent.facts.assets.map(({ numbers }) => numbers.cutBps)).toEqual([30_000, undefined])
    const none = { targets: [], facts: { assets: [], numbers: {} } }
    expect(size(rule, {}, { book: empty })).toMatchObject(none)
    expect(size(INTENT, {}, { book: empty, netFlow: -1n })).toMatchObject(none)
  })
})

describe('by risk', () => {
  test('equal contributions sum to the total, and say what is due to each', () => {
    const { facts, ...sized } = size(EQUAL)
    const [btc, eth] = bps({ facts, ...sized })
    expect(btc! + eth!).toBe(2_500n)
    // Of two assets the contributions are equal at inverse volatility, whatever their correlation.
    expect(Number(btc) / Number(eth)).toBeCloseTo(0.035 / 0.025, 2)
    for (const { numbers } of facts.assets) expect(numbers.riskShareBps).toBeCloseTo(5_000, 6)
  })

  test('equal contributions keep to bounds: at one it stays there, beyond the total it is refused', () => {
    expect(bps(size({ ...EQUAL, upperBps: [1_300n, 2_500n] }))).toEqual([1_300n, 1_200n])
    expect(bps(size({ ...EQUAL, upperBps: [1_300n, 1_200n] }))).toEqual([1_300n, 1_200n])
    refused(() => size({ ...EQUAL, upperBps: [1_299n, 1_200n] }), 'sizing.rule.upperBps')
    expect(bps(size({ ...EQUAL, lowerBps: [1_300n, 1_200n] }))).toEqual([1_300n, 1_200n])
    refused(() => size({ ...EQUAL, lowerBps: [1_301n, 1_200n] }), 'sizing.rule.lowerBps')
  })

  test('volatility targeting reaches the volatility, and says so', () => {
    const sized = size(VOLATILITY)
    const exposures = bps(sized).map((x) => Number(x) / 1e4)
    expect(Math.sqrt(quadratic(exposures, yearly))).toBeCloseTo(0.1, 4)
    expect(exposures[0]! / exposures[1]!).toBeCloseTo(1.5, 2)
    expect(sized.facts.decidedBy).toBe('volatility')
    expect(sized.facts.numbers.volatilityBps).toBeCloseTo(1_000, -1)
    expect(sized.facts.numbers.scale).toBeCloseTo(exposures[0]! / 0.6, 3)
  })

  test('volatility targeting goes up to the leverage and not a basis point beyond', () => {
    const weightsBps = [1, 1, 1].map((x) => x * 3_333.4)
    const assets = [{ slot: 0 }, { slot: 2 }, { group: 1 }]
    for (const leverageMaxBps of [9_998n, 9_999n, 10_000n, 10_001n]) {
      const sized = size({ ...VOLATILITY, weightsBps, targetVolBps: 90_000, leverageMaxBps }, { assets })
      expect(bps(sized).reduce((total, x) => total + x, 0n)).toBe(leverageMaxBps)
      expect(sized.facts.decidedBy).toBe('leverage')
    }
  })

  test('volatility targeting is decided by volatility wherever the leverage is far, whatever floats make of it', () => {
    const rng = new Random(3)
    for (let trial = 0; trial < 200; trial++) {
      const weightsBps = [1, 1].map(() => 1 + rng.below(9_999))
      const rule = { ...VOLATILITY, weightsBps, targetVolBps: 1 + rng.below(5_000), leverageMaxBps: 100_000n }
      expect(size(rule).facts.decidedBy).toBe('volatility')
    }
  })

  test('Kelly is the solution of its equation', () => {
    const [btc, eth] = bps(size(KELLY)).map((x) => (2 * Number(x)) / 1e4)
    expect(yearly[0]![0]! * btc! + yearly[0]![1]! * eth!).toBeCloseTo(0.16, 3)
    expect(yearly[1]![0]! * btc! + yearly[1]![1]! * eth!).toBeCloseTo(0.26, 3)
    refused(() => size({ ...KELLY, fractionBps: 5_000.1 }), 'sizing.rule.fractionBps')
  })

  test('needs a view of risk that knows its coins', () => {
    const { risk: _, ...unsure } = input
    for (const rule of [EQUAL, VOLATILITY, KELLY]) {
      refused(() => sizeTargets({ assets: COINS, bandBps: 0n, rule }, unsure), 'risk')
      const short = { underlyings: ['BTC'], covariance: [[1e-4]] }
      refused(() => size(rule, {}, { risk: short }), 'underlyings', 'STRATEGY_RISK_MODEL')
    }
    const twins = {
      underlyings: ['BTC', 'ETH'],
      covariance: [
        [365, 365],
        [365, 365],
      ],
    }
    refused(() => size(KELLY, {}, { risk: twins }), 'risk')
  })
})

describe('the stress cap', () => {
  const half = { kind: 'dollars', amounts: [nav / 2n, 0n] } as const

  test('leaves alone what loses no more, and cuts at a basis point less', () => {
    // Bitcoin falls by a quarter in the worst scenario: half the book in it loses an eighth.
    const at = size(half, { stressLossBps: 1_250n })
    expect(bps(at)[0]).toBe(5_000n)
    expect(at.facts.numbers.stressScale).toBe(1)
    expect(at.facts.numbers.stressLossBps).toBeCloseTo(1_250, 6)
    const below = size(half, { stressLossBps: 1_249n })
    expect(bps(below)[0]! < 5_000n).toBe(true)
    expect(bps(below)[0]! > 4_990n).toBe(true)
    expect(below.facts.numbers.stressScale).toBeLessThan(1)
    expect(below.facts.numbers.stressLossBps).toBeLessThanOrEqual(1_249)
    expect(bps(size(half, { stressLossBps: 0n }))).toEqual([0n, 0n])
  })

  test('is not passed by rounding a hedge away', () => {
    const rng = new Random(5)
    let cut = 0
    for (let trial = 0; trial < 400; trial++) {
      const amount = () => (nav * BigInt(rng.below(2_000_000) - 1_000_000)) / 1_000_000n
      const rule = { kind: 'dollars', amounts: [amount(), amount()] } as const
      const stressLossBps = BigInt(rng.below(300))
      const { facts } = size(rule, { stressLossBps })
      expect(facts.numbers.stressLossBps).toBeLessThanOrEqual(Number(stressLossBps) + 1e-5)
      if (facts.numbers.stressScale! < 1) cut += 1
    }
    expect(cut).toBeGreaterThan(100)
  })

  test('takes the first spot or perp of a group that has a price', () => {
    const slots = free.market.slots.map((slot, i) => (i === 0 ? { ...slot, price: 0n, delta: 0n } : slot))
    const market = { ...free.market, slots }
    expect(size(half, { stressLossBps: 1_000n }, { market }).facts.numbers.stressScale).toBeLessThan(1)
    const dead = { ...market, slots: slots.map((slot) => ({ ...slot, price: 0n, delta: 0n })) }
    refused(() => size(half, { stressLossBps: 1_000n }, { market: dead }), 'sizing.assets[0]')
  })
})

describe('what cannot be sized is refused by its field', () => {
  const one = { kind: 'dollars', amounts: [dollars(1)] } as const
  test.each<[string, Partial<Sizing>]>([
    ['a group of two coins', { assets: [{ group: 2 }] }],
    ['an option', { assets: [{ slot: 4 }] }],
    ['an unknown slot', { assets: [{ slot: 16 }] }],
    ['an unknown group', { assets: [{ group: 8 }] }],
  ])('%s', (_, change) => {
    refused(() => size(one, change), 'sizing.assets[0]')
  })

  test('a group of options alone', () => {
    const slots = free.mandate.slots.map((slot, i) => ({ ...slot, groups: i >= 4 && i < 10 ? [0] : [] }))
    refused(
      () => size(one, { assets: [{ group: 0 }] }, { mandate: { ...free.mandate, slots } }),
      'sizing.assets[0]',
    )
  })

  test('an asset twice, or beside a target of its own; another one of the same coin is none of them', () => {
    const two = { kind: 'dollars', amounts: [dollars(1), dollars(1)] } as const
    refused(() => size(two, { assets: [{ group: 0 }, { group: 0 }] }), 'sizing.assets[1]')
    const targets = [{ of: { group: 1 }, targetBps: 0n, bandBps: 0n }]
    refused(() => size(two, {}, { targets }), 'sizing.assets[1]')
    size(two, { assets: [{ group: 0 }, { slot: 0 }] }, { targets })
  })

  test.each<[string, Partial<Sizing>]>([
    ['sizing.assets', { assets: [] }],
    ['sizing.rule.amounts', { rule: one }],
    ['sizing.rule.weightsBps', { rule: { ...VOLATILITY, weightsBps: [1] } }],
    ['sizing.rule.weightsBps', { rule: { ...VOLATILITY, weightsBps: [0, 0] } }],
    ['sizing.rule.targetVolBps', { rule: { ...VOLATILITY, targetVolBps: 0 } }],
    ['sizing.rule.leverageMaxBps', { rule: { ...VOLATILITY, leverageMaxBps: 0n } }],
    ['sizing.assets[0]', { rule: { ...VOLATILITY, targetVolBps: 1e9, leverageMaxBps: 10n ** 7n } }],
    ['sizing.rule.totalBps', { rule: { ...EQUAL, totalBps: 0n } }],
    ['sizing.rule.lowerBps', { rule: { ...EQUAL, lowerBps: [0n] } }],
    ['sizing.rule.upperBps[1]', { rule: { ...EQUAL, upperBps: [1n, 0n] } }],
    ['sizing.rule.driftsBps', { rule: { ...KELLY, driftsBps: [1, 2, 3] } }],
    ['sizing.rule.parts', { rule: { ...INTENT, parts: [] } }],
    [
      'sizing.rule.parts[0].exposuresBps',
      { rule: { ...INTENT, parts: [{ exposuresBps: [1], decayBps: 0 }] } },
    ],
    [
      'sizing.rule.parts[0].decayBps',
      { rule: { ...INTENT, parts: [{ exposuresBps: [1, 1], decayBps: 10_001 }] } },
    ],
    ['sizing.rule.limits.upperBps', { rule: { ...INTENT, limits: { upperBps: [1n] } } }],
    ['sizing.rule.limits.netMaxBps', { rule: { ...INTENT, limits: { netMinBps: 1n, netMaxBps: 0n } } }],
    ['sizing.rule.parts', { rule: { ...INTENT, limits: { grossMaxBps: 2_499n } } }],
    ['sizing.rule.riskAversion', { rule: { ...INTENT, riskAversion: 0 } }],
    ['sizing.rule.discountBps', { rule: { ...INTENT, discountBps: 10_000 } }],
    ['sizing.rule.stepSeconds', { rule: { ...INTENT, stepSeconds: 0 } }],
    ['sizing.rule.costMax', { rule: { ...INTENT, costMax: -1n } }],
  ])('%s', (field, change) => {
    refused(() => size(one, change), field)
  })

  test('numbers of the sizing beyond their bounds', () => {
    const beyond = (change: Partial<Sizing>, field: string) =>
      refused(() => size(one, { assets: [{ group: 0 }], ...change }), field, 'PORTFOLIO_OUT_OF_RANGE')
    beyond({ bandBps: -1n }, 'sizing.bandBps')
    beyond({ bandBps: 100_001n }, 'sizing.bandBps')
    beyond({ destinationBps: 51n }, 'sizing.destinationBps')
    beyond({ stressLossBps: -1n }, 'sizing.stressLossBps')
    beyond({ stressLossBps: 10_001n }, 'sizing.stressLossBps')
    size(one, { assets: [{ group: 0 }], bandBps: 100_000n, destinationBps: 100_000n, stressLossBps: 10_000n })
  })
})
