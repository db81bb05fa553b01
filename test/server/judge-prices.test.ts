import { describe, expect, test } from 'vitest'
import type { Market } from '#portfolio/market.js'
import { assertSanePrices, PricesRefusedError } from '#server/jobs/judge-prices.js'
import type { AssetPrices } from '#strategy/sanity/asset-prices.js'
import { deskMarket, deskUniverse } from '#test/examples/desk-example.js'

const universe = deskUniverse()
const market = deskMarket('2026-04-27')
const NOW = Number(market.time) + 60
const SPOT = { BTC: 77_789.12, ETH: 2_322.83 }

/** Two sources that say what the market says, times `factor` for Bitcoin. */
const prices = (factor = 1, age = 5): AssetPrices[] =>
  Object.entries(SPOT).map(([asset, price]) => ({
    asset,
    kind: 'major',
    hourlyVolatility: 0.006,
    readings: ['one', 'two'].map((source) => ({
      source,
      price: asset === 'BTC' ? price * factor : price,
      time: NOW - age,
    })),
  }))

const judge = (
  given: AssetPrices[] | undefined,
  change: Partial<{ market: Market; required: boolean; now: number }> = {},
) => {
  try {
    assertSanePrices(given, { universe, market, required: false, now: NOW, ...change })
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(PricesRefusedError)
    const { status, code, field, message } = error as PricesRefusedError
    expect([status, code]).toEqual([422, 'SERVER_PRICES_REFUSED'])
    return [field, /refused, (\w+):/.exec(message)?.[1]]
  }
}

test('prices that agree with each other and with the market pass', () => {
  expect(judge(prices())).toBeUndefined()
  expect(judge(prices(), { required: true })).toBeUndefined()
})

test('nothing given is nothing to judge, unless the strategy asks for it', () => {
  expect(judge(undefined)).toBeUndefined()
  expect(judge(undefined, { required: true })).toEqual(['prices.BTC', 'missing'])
  expect(judge(prices().slice(0, 1))).toBeUndefined()
  expect(judge(prices().slice(0, 1), { required: true })).toEqual(['prices.ETH', 'missing'])
})

test('a source alone, sources apart and old ones are refused by their names', () => {
  const [btc, eth] = prices() as [AssetPrices, AssetPrices]
  const [one, two] = btc.readings as [AssetPrices['readings'][0], AssetPrices['readings'][0]]
  const withReadings = (readings: AssetPrices['readings']) => judge([{ ...btc, readings }, eth])
  expect(withReadings([one])).toEqual(['prices.BTC', 'too_few_sources'])
  expect(withReadings([one, { ...two, price: two.price * 1.03 }])).toEqual(['prices.BTC', 'sources_disagree'])
  expect(judge(prices(1, 3_601))).toEqual(['prices.BTC', 'too_few_sources'])
})

describe('against the market', () => {
  // Four deviations of 0.6 % an hour over the minute since the snapshot: 240 bp · √(1/60) = 31 bp, below the floor of 50.
  test('the floor of the rules holds at once: 49 bp pass, 51 do not', () => {
    expect(judge(prices(Math.exp(0.0049)))).toBeUndefined()
    expect(judge(prices(Math.exp(0.0051)))).toEqual(['prices.BTC', 'off_market'])
    expect(judge(prices(Math.exp(-0.0051)))).toEqual(['prices.BTC', 'off_market'])
  })

  test('a market of half an hour ago may have moved as far as markets do in half an hour, and one bp less than too far', () => {
    const old = { market: { ...market, time: BigInt(NOW - 1_800) } }
    const bound = 4 * 0.006 * Math.sqrt(0.5)
    expect(judge(prices(Math.exp(bound - 1e-4)), old)).toBeUndefined()
    expect(judge(prices(Math.exp(bound + 1e-4)), old)).toEqual(['prices.BTC', 'off_market'])
  })

  test('a market so old that a manipulation could hide in its age says nothing, whatever its price', () => {
    expect(judge(prices(), { market: { ...market, time: BigInt(NOW - 3_601) } })).toEqual([
      'prices.BTC',
      'off_market',
    ])
  })

  test('a moved market is not outvoted into being right: it has no vote', () => {
    const slots = market.slots.map((slot, i) =>
      universe.instruments[i]!.symbol === 'BTC' ? { ...slot, price: (slot.price * 103n) / 100n } : slot,
    )
    expect(judge(prices(), { market: { ...market, slots } })).toEqual(['prices.BTC', 'off_market'])
    expect(judge(prices(1.03), { market: { ...market, slots } })).toBeUndefined()
  })

  test('a perpetual stands for a coin that has no spot', () => {
    const instruments = universe.instruments.map((one) =>
      one.kind === 'spot' ? { ...one, underlying: 'SOL' } : one,
    )
    const asked = { universe: { instruments }, market, required: false, now: NOW }
    expect(() => assertSanePrices(prices(), asked)).not.toThrow()
    expect(() => assertSanePrices(prices(1.02), asked)).toThrow('off_market')
  })
})
