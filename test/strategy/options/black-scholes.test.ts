import { describe, expect, test } from 'vitest'
import {
  black76,
  blackScholes,
  type OptionValue,
  type SpotOptionInput,
} from '#strategy/options/black-scholes.js'
import { OptionInputError } from '#strategy/options/option-input-error.js'

const NAMES = ['price', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga', 'charm'] as const
const TYPES = ['call', 'put'] as const

describe('Black & Scholes 1973', () => {
  // The formula and its derivatives in 60 digits (mpmath 1.3, numerical differentiation), S K σ T r q.
  test.each([
    [
      'call',
      100,
      100,
      0.0002,
      1e-5,
      0,
      0,
      [
        2.523132522020118e-5, 0.5000001261566261, 6307.831305050084, 0.1261566261010017, -1.261566261010017,
        0.000499999873843374, 0.0006307831305050085, -6.307831305050086e-11, -0.006307831305050085,
      ],
    ],
    ['put', 100, 101, 0.0002, 0.001, 0, 0, [1, -1, 0, 0, 0, -0.101, 0, 0, 0]],
    [
      'call',
      100,
      300,
      0.2,
      0.25,
      0,
      0,
      [
        3.452916507741902e-28, 3.872063303467707e-28, 4.269373440976297e-28, 2.134686720488148e-25,
        -8.538746881952594e-26, 9.593835345975721e-27, 2.355866497187347e-25, 1.288202275892788e-22,
        -9.423465988749387e-26,
      ],
    ],
    ['put', 3e20, 100, 2000, 1, 0, 0, [100, 0, 0, 0, 0, -100, 0, 0, 0]],
    [
      'call',
      0.0003,
      100,
      40,
      0.01,
      0,
      0,
      [
        2.460580891701111e-5, 0.1191543829716587, 165.8709205603659, 5.971353140173173e-6,
        -0.01194270628034635, 1.11405059744865e-7, 0.02577248240312705, 9.117463323208187e-7,
        -51.5449648062541,
      ],
    ],
    [
      'put',
      60000,
      45000,
      0.55,
      30 / 365,
      0.04,
      0.01,
      [
        105.1973653037813, -0.02747309975193358, 6.683645536822561e-6, 1087.69464352674, -3585.585520634253,
        -144.1301383906681, -0.2024899021274644, 6683.919214847052, 0.6651921712376748,
      ],
    ],
    [
      'call',
      60000,
      200000,
      0.6,
      0.01,
      0,
      0,
      [
        2.373273575945548e-87, 1.331350681050599e-89, 7.428151832107771e-92, 1.604480795735278e-84,
        -4.813442387205835e-83, 7.964371350544137e-87, 8.956663465559426e-87, 1.076745723579523e-81,
        -2.686999039667828e-85,
      ],
    ],
    [
      'call',
      1.1,
      1.1,
      0.1,
      2,
      -0.02,
      0.05,
      [
        0.01280011183544218, 0.1619526295840448, 1.520839963366826, 0.368043271134772, 0.003013268462893306,
        0.3306955614140142, 2.509385939555264, 3.588421893564027, 0.06246766016956629,
      ],
    ],
    [
      'put',
      90000,
      20000,
      0.9,
      0.02,
      0,
      0,
      [
        7.157816770368837e-30, -7.447852310340551e-33, 7.778580604025054e-36, 1.134117052066853e-27,
        -2.551763367150419e-26, -1.354929049402037e-29, -1.163658076262382e-30, 1.759657440500135e-25,
        2.618230671590359e-29,
      ],
    ],
  ] as const)(
    '%s S %d K %d σ %d T %d r %d q %d',
    (type, spot, strike, vol, years, rate, coinRate, expected) => {
      const value = blackScholes({ type, spot, strike, vol, years, rate, coinRate })
      NAMES.forEach((name, i) => {
        const exact = expected[i]!
        const error = exact === 0 ? Math.abs(value[name]) : Math.abs(value[name] / exact - 1)
        expect([name, error < 1e-12]).toEqual([name, true])
      })
    },
  )

  test('every slope is the difference quotient of what it is a slope of', () => {
    for (const type of TYPES) {
      for (const [strike, rate, coinRate] of [
        [80, 0, 0],
        [100, 0.05, 0],
        [125, -0.02, 0.03],
        [70, 0.1, 0.1],
      ] as const) {
        const base: SpotOptionInput = { type, spot: 100, strike, vol: 0.6, years: 0.4, rate, coinRate }
        const slope = (of: keyof OptionValue, by: 'spot' | 'vol' | 'years' | 'rate') => {
          const step = by === 'spot' ? 1e-2 : 1e-5
          const at = (change: number) => blackScholes({ ...base, [by]: base[by] + change })[of]
          return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
        }
        const value = blackScholes(base)
        const pairs = {
          delta: slope('price', 'spot'),
          gamma: slope('delta', 'spot'),
          vega: slope('price', 'vol'),
          theta: -slope('price', 'years'),
          rho: slope('price', 'rate'),
          vanna: slope('delta', 'vol'),
          volga: slope('vega', 'vol'),
          charm: -slope('delta', 'years'),
        }
        for (const [name, expected] of Object.entries(pairs)) {
          const error = Math.abs(value[name as keyof OptionValue] - expected) / (1e-3 + Math.abs(expected)) // keys of `pairs`
          expect([name, type, strike, error < 1e-7]).toEqual([name, type, strike, true])
        }
      }
    }
  })

  test('a call less a put is the discounted forward less strike, and so are their slopes', () => {
    const base = { spot: 93_000, strike: 75_000, vol: 0.4859, years: 0.7256, rate: 0.04, coinRate: 0.01 }
    const [call, put] = TYPES.map((type) => blackScholes({ type, ...base })) as [OptionValue, OptionValue]
    const coins = Math.exp(-0.01 * base.years)
    const cash = base.strike * Math.exp(-0.04 * base.years)
    expect(call.price - put.price).toBeCloseTo(base.spot * coins - cash, 9)
    expect(call.delta - put.delta).toBeCloseTo(coins, 14)
    expect(call.theta - put.theta).toBeCloseTo(0.01 * base.spot * coins - 0.04 * cash, 9)
    expect(call.rho - put.rho).toBeCloseTo(base.years * cash, 8)
    expect(call.charm - put.charm).toBeCloseTo(0.01 * coins, 14)
    for (const name of ['gamma', 'vega', 'vanna', 'volga'] as const) expect(call[name]).toBe(put[name])
  })
})

describe('Black 1976', () => {
  test('is the spot formula with equal rates, but for its rho: the forward stays', () => {
    const option = { type: 'put', strike: 100, vol: 0.7, years: 0.3 } as const
    const { rho, ...slopes } = black76({ ...option, forward: 95 })
    const { rho: spotRho, ...spotSlopes } = blackScholes({ ...option, spot: 95, rate: 0, coinRate: 0 })
    expect(slopes).toEqual(spotSlopes)
    expect(rho).toBe(-0.3 * slopes.price)
    expect(rho).not.toBe(spotRho)
    const discounted = blackScholes({ ...option, spot: 95, rate: 0.05, coinRate: 0.05 })
    expect(discounted.price).toBeCloseTo(slopes.price * Math.exp(-0.05 * 0.3), 12)
  })

  test('without time or volatility it is worth its intrinsic value', () => {
    const itm = { type: 'put', forward: 90, strike: 100 } as const
    const flat = { gamma: 0, vega: 0, vanna: 0, volga: 0 }
    const expired = black76({ ...itm, vol: 0.5, years: 0 })
    expect(expired).toMatchObject({ price: 10, delta: -1, ...flat })
    expect(Math.abs(expired.theta) + Math.abs(expired.rho) + Math.abs(expired.charm)).toBe(0)
    expect(black76({ ...itm, vol: 0, years: 1 })).toMatchObject({ price: 10, delta: -1, rho: -10, ...flat })
    expect(black76({ ...itm, type: 'call', vol: 0, years: 1 })).toMatchObject({ price: 0, ...flat })
    expect(black76({ ...itm, forward: 100, vol: 0, years: 1 }).price).toBe(0)
  })

  test('over the torture range all is finite, within bounds, and rises with volatility and forward', () => {
    const vols = [0, 0.0002, 0.01, 0.2, 1, 7, 50, 400, 2000]
    const ratios = [3e-6, 1e-3, 0.4, 0.9, 0.999, 1, 1.001, 1.2, 5, 1e4, 1e12, 3e20]
    for (const type of TYPES) {
      const side = type === 'call' ? 1 : -1
      for (const years of [1e-5, 1e-3, 0.1, 1]) {
        for (const strike of [1e-3, 100]) {
          for (const ratio of ratios) {
            let last = 0
            const forward = strike * ratio
            for (const vol of vols) {
              const value = black76({ type, forward, strike, vol, years })
              const at = `${type} T ${years} K ${strike} F ${forward} σ ${vol}`
              expect([at, Object.values(value).every(Number.isFinite)]).toEqual([at, true])
              const [least, most] = [
                Math.max(side * (forward - strike), 0),
                type === 'call' ? forward : strike,
              ]
              expect([at, value.price >= least && value.price <= most]).toEqual([at, true])
              expect([at, value.price >= last * (1 - 1e-14)]).toEqual([at, true])
              expect([at, side * value.delta >= 0 && side * value.delta <= 1]).toEqual([at, true])
              expect([at, value.gamma >= 0 && value.vega >= 0]).toEqual([at, true])
              const higher = black76({ type, forward: forward * 1.0001, strike, vol, years }).price
              const falls = side * (higher - value.price) < -1e-15 * most
              expect([at, falls]).toEqual([at, false])
              last = value.price
            }
          }
        }
      }
    }
  })
})

describe('bad input', () => {
  test.each([
    ['forward', { forward: 0 }],
    ['forward', { forward: Number.NaN }],
    ['strike', { strike: -1 }],
    ['vol', { vol: -0.1 }],
    ['vol', { vol: Number.MAX_VALUE, years: 100 }],
    ['years', { years: Number.POSITIVE_INFINITY }],
  ])('refuses a bad %s', (field, change) => {
    const input = { type: 'call', forward: 100, strike: 100, vol: 0.5, years: 1, ...change } as const
    expect(() => black76(input)).toThrowError(OptionInputError)
    expect(() => black76(input)).toThrowError(field)
  })

  test.each([
    ['spot', { spot: Number.NEGATIVE_INFINITY }],
    ['rate', { rate: Number.NaN }],
    ['rate', { rate: 1e6 }],
    ['coinRate', { coinRate: Number.POSITIVE_INFINITY }],
  ])('from the spot, refuses a bad %s', (field, change) => {
    const fine = { type: 'put', spot: 100, strike: 100, vol: 0.5, years: 1, rate: 0, coinRate: 0 } as const
    expect(() => blackScholes({ ...fine, ...change })).toThrowError(OptionInputError)
    expect(() => blackScholes({ ...fine, ...change })).toThrowError(field)
  })
})
