import { describe, expect, test } from 'vitest'
import { hedgeFamilies } from '#strategy/backtest/hedging/hedge-families.js'
import { hedgePath } from '#strategy/backtest/hedging/hedge-path.js'
import {
  calendar,
  constantBand,
  engineBand,
  unhedged,
  whalleyWilmottBand,
} from '#strategy/backtest/hedging/hedge-policies.js'
import { hedgeListed, listedOption, partOf } from '#strategy/backtest/hedging/listed-option.js'
import { type OptionPath, parseOptionPaths } from '#strategy/backtest/hedging/option-path.js'
import { readFrontier } from '#strategy/backtest/hedging/read-frontier.js'
import { SpotVolSlope } from '#strategy/bands/spot-vol-slope.js'
import { black76 } from '#strategy/options/black-scholes.js'
import { Prng } from '../../helpers/prng.js'
import { givenData, hasGivenData } from '../given-data.js'

const HEAD = 'instrument,timestamp_utc,index_price,futures_price,mark_price_coin,mark_iv,T_years'
const ROW = 'BTC-26JUN26-75000-P,2025-12-30T17:31:15,88519.39,90465.22,0.05311183,0.47369,0.48625130'
const COSTS = { proportional: 0.0005, fixed: 0.00001 }

describe('a file of option paths', () => {
  test('is read by the names of its columns', () => {
    expect(parseOptionPaths(`${HEAD}\n${ROW}\n`)).toEqual([
      {
        instrument: 'BTC-26JUN26-75000-P',
        type: 'put',
        strike: 75_000,
        sights: [
          { time: 1767115875, future: 90465.22, markCoin: 0.05311183, vol: 0.47369, years: 0.4862513 },
        ],
      },
    ])
  })

  test('may be as far out as markets never are, and no further', () => {
    const edge = 'BTC-26JUN26-1000000000000-P,2025-12-30T17:31:15,1,1e12,0,1e4,100'
    expect(parseOptionPaths(`\uFEFF${HEAD}\r\n${edge}`)[0]).toMatchObject({
      strike: 1e12,
      sights: [{ future: 1e12, markCoin: 0, vol: 1e4, years: 100 }],
    })
  })

  test.each([
    ['line 1', `${HEAD.replace('mark_iv', 'iv')}\n${ROW}`],
    ['line 1', `${HEAD},mark_iv\n${ROW},0.9`],
    ['line 2', `${HEAD}\n${ROW},1`],
    ['line 2, instrument', `${HEAD}\n${ROW.replace('75000', '1000000000001')}`],
    ['line 2, timestamp_utc', `${HEAD}\n${ROW.replace('2025-12-30', '2025-11-31')}`],
    ['line 2, futures_price', `${HEAD}\n${ROW.replace('90465.22', '1.1e12')}`],
    ['line 2, mark_price_coin', `${HEAD}\n${ROW.replace('0.05311183', '1.1e6')}`],
    ['line 2, mark_iv', `${HEAD}\n${ROW.replace('0.47369', '1.1e4')}`],
    ['line 2, mark_iv', `${HEAD}\n${ROW.replace('0.47369', '0.9e-6')}`],
    ['line 2, T_years', `${HEAD}\n${ROW.replace('0.48625130', '101')}`],
    ['line 2, instrument', `${HEAD}\n${ROW.replace('-P', '-X')}`],
    ['line 2, timestamp_utc', `${HEAD}\n${ROW.replace('12-30T', '12-32T')}`],
    ['line 3, timestamp_utc', `${HEAD}\n${ROW}\n${ROW}`],
    ['line 2, futures_price', `${HEAD}\n${ROW.replace('90465.22', '0')}`],
    ['line 2, mark_price_coin', `${HEAD}\n${ROW.replace('0.05311183', '')}`],
    ['line 2, mark_iv', `${HEAD}\n${ROW.replace('0.47369', 'Infinity')}`],
    ['line 2, T_years', `${HEAD}\n${ROW.replace('0.48625130', '-1')}`],
  ])('is refused at %s', (field, text) => {
    expect(() => parseOptionPaths(text)).toThrow(
      expect.objectContaining({ code: 'STRATEGY_OPTION_PATH', field }),
    )
  })
})

/** An option whose volatility falls by `slope`/√T where the price rises, seen every six hours. */
function drawnPath(seed: number, slope: number): OptionPath {
  const rng = new Prng(seed)
  let [future, vol] = [100, 0.6]
  const sights = Array.from({ length: 300 }, (_, i) => {
    const years = 0.5 - i / 1460
    const move = rng.int(-200, 200) / 10_000
    if (i > 0) {
      future *= 1 + move
      vol += (slope * move) / Math.sqrt(years + 1 / 1460)
    }
    const { price } = black76({ type: 'call', forward: future, strike: 100, vol, years })
    return { time: i * 21_600, future, markCoin: price / future, vol, years }
  })
  return { instrument: 'BTC-26JUN26-100-C', type: 'call', strike: 100, sights }
}

describe('the slope of volatility against price', () => {
  test('is learnt, and hedging with it leaves less', () => {
    const path = drawnPath(2, -0.2)
    const slope = new SpotVolSlope()
    for (const [i, now] of path.sights.entries()) {
      const last = path.sights[i - 1]
      if (!last) continue
      const priceMove = now.future / last.future - 1
      slope.observe({ priceMove, volMove: now.vol - last.vol, years: last.years })
    }
    // About 40 squared moves of 1.2 % against the prior: nearly three quarters of the slope.
    expect(slope.slope).toBeLessThan(-0.14)
    expect(slope.slope).toBeGreaterThan(-0.16)
    const sd = (kind: 'black' | 'smile') =>
      hedgeListed([listedOption(path, kind)], calendar(1), { proportional: 0, fixed: 0 }).sd
    expect(sd('smile')).toBeLessThan(0.5 * sd('black'))
  })

  test('shifts nothing before it has seen anything, and refuses what is no number', () => {
    const slope = new SpotVolSlope()
    expect(slope.deltaShift({ vega: 10, price: 100, years: 0.5 })).toBe(0)
    const refused = (run: () => unknown, field: string) =>
      expect(run).toThrow(expect.objectContaining({ code: 'STRATEGY_BAND_INPUT', field }))
    refused(() => slope.observe({ priceMove: NaN, volMove: 0, years: 1 }), 'priceMove')
    refused(() => slope.observe({ priceMove: 0, volMove: 0, years: 0 }), 'years')
    refused(() => slope.deltaShift({ vega: 10, price: 0, years: 0.5 }), 'price')
  })
})

test('a shuffled future leaves past decisions of every policy unchanged', () => {
  const path = drawnPath(8, -0.1)
  const known = 150
  const rng = new Prng(6)
  const future = path.sights
    .slice(known)
    .map((sight) => ({ ...sight, future: sight.future * (1 + rng.int(1, 50) / 100) }))
  const other = { ...path, sights: [...path.sights.slice(0, known), ...future] }
  for (const { delta, settings } of Object.values(hedgeFamilies(COSTS.proportional, COSTS.fixed))) {
    for (const { policy } of settings) {
      const [a, b] = [path, other].map(
        (p) => hedgePath(listedOption(p, delta).instants, policy, COSTS).holdings,
      )
      expect(b!.slice(0, known)).toEqual(a!.slice(0, known))
    }
  }
})

test('a part of a path starts anew: the first look trades, and the money is what was then', () => {
  const option = listedOption(drawnPath(8, 0), 'smile')
  const part = partOf(option, 100 * 21_600, 200 * 21_600)
  expect(part.instants.length).toBe(100)
  expect(part.instants[0]).toMatchObject({ step: 0, price: option.instants[100]!.price })
  expect(hedgePath(part.instants, calendar(7), COSTS).holdings[0]).not.toBe(0)
})

describe.skipIf(!hasGivenData)('24 listed options of 2026 (skipped where ../shared/data is absent)', () => {
  const paths = hasGivenData ? parseOptionPaths(givenData('options/deribit_option_paths_6hourly.csv.gz')) : []
  const options = {
    black: paths.map((p) => listedOption(p, 'black')),
    smile: paths.map((p) => listedOption(p, 'smile')),
  }
  const costs = { proportional: 0.0005, fixed: 0 }

  test.each([
    // Standard deviation in percent, costs in bp and trades per year: an independent computation over the same file.
    ['nothing', unhedged, 24.03, 0, 0],
    ['every six hours', calendar(1), 2.96, 59.5, 1441],
    ['daily', calendar(4), 3.35, 38, 361],
    ['every third day', calendar(12), 4.54, 27.9, 121],
    ['a band of .02', constantBand(0.02, 'edge'), 3.27, 26.1, 425],
    ['a band of .04', constantBand(0.04, 'edge'), 3.71, 18.9, 274],
    ['.04 to the centre', constantBand(0.04, 'centre'), 3.2, 29.5, 105],
    ['Whalley and Wilmott', whalleyWilmottBand({ cost: 0.0005, riskAversion: 100 }), 3.27, 25.1, 415],
  ] as const)('hedged by %s leave and cost what was found elsewhere', (_, policy, sd, cost, trades) => {
    const result = hedgeListed(options.black, policy, costs)
    expect(Math.abs(100 * result.sd - sd)).toBeLessThan(0.01 * sd)
    expect(Math.abs(result.costBpsPerYear - cost)).toBeLessThanOrEqual(0.01 * cost)
    expect(Math.abs(result.tradesPerYear - trades)).toBeLessThanOrEqual(0.01 * trades)
  })

  test("cost the engine less than two thirds of a daily hedge, and less than the best constant band, at daily's risk", () => {
    const { sd, costBpsPerYear } = hedgeListed(options.black, calendar(4), costs)
    const families = hedgeFamilies(costs.proportional, costs.fixed)
    const read = (name: keyof typeof families) => {
      const { delta, settings } = families[name]
      const results = settings.map(({ policy }) => hedgeListed(options[delta], policy, costs))
      return (
        readFrontier(
          results.map((r) => ({ sd: r.sd, price: r.costBpsPerYear })),
          sd,
        ) ?? NaN
      )
    }
    const best = Math.min(read('constantToEdge'), read('constantToCentre'))
    expect(read('engineBlackDelta') / best).toBeLessThan(0.95)
    expect(read('engine') / read('constantToEdgeSmileDelta')).toBeLessThan(0.98)
    expect(read('engine') / best).toBeLessThan(0.8)
    expect(read('engine') / costBpsPerYear).toBeLessThan(0.55)
  })

  test('ask the engine for a quarter of the trades where each costs a fixed amount', () => {
    const fixed = { ...costs, fixed: 0.00001 }
    const engine = hedgeListed(
      options.smile,
      engineBand({ cost: 0.0005, fixedCost: 0.00001, riskAversion: 15 }),
      fixed,
    )
    const band = hedgeListed(options.black, constantBand(0.023, 'edge'), fixed)
    expect(engine.sd).toBeLessThan(band.sd)
    expect(4 * engine.tradesPerYear).toBeLessThan(band.tradesPerYear)
    expect(engine.costBpsPerYear).toBeLessThan(band.costBpsPerYear / 2)
  })
})
