import { parsePriceTable } from '#strategy/backtest/price-table.js'
import type { PricePoint } from '#strategy/forecast/realized-variance.js'
import { Random } from '#strategy/random.js'
import { confirmedMove } from '#strategy/sanity/confirmed-move.js'
import { hourlyVolatility } from '#strategy/sanity/hourly-volatility.js'
import { judgeAsset } from '#strategy/sanity/judge-asset.js'
import { timeWeightedAverage } from '#strategy/sanity/time-weighted-average.js'
import { givenData, hasGivenData } from '#test/strategy/given-data.js'
import {
  badTickDays,
  type Close,
  dailySources,
  pricesOf,
  spiked,
} from '#test/strategy/sanity/daily-sources.js'
import type { Figures } from '../main.js'

const HOUR = 3_600
const MAJORS = ['BTC', 'ETH'] as const
/** Every asset that has closes from three sources. */
const ASSETS = [...MAJORS, 'LINK', 'LTC', 'BCH', 'ETC', 'AAVE'] as const
/** Age of all quotes when they are judged. */
const FRESH = 0
const AGED = 300
/** Prices an hourly volatility is estimated from. */
const PAST = 240

/**
 * What the price check does on real closes of three sources (Yahoo, Coinbase, Binance): bad ticks of Ethereum Classic that
 * it rejects, honest days that it refuses, and spikes of 5 to 30 % on one source that it catches. A spike is caught where
 * the source it is on is not used.
 */
export async function measure(): Promise<Figures> {
  if (!hasGivenData) {
    return {
      badTickDaysRejected: null,
      badTickDays: null,
      falseRefusalShare: null,
      spikesCaught: null,
      spikes: null,
    }
  }
  const closesOf = dailySources()
  const closes = new Map(ASSETS.map((asset) => [asset, closesOf(asset)]))
  const bad = badTickDays(closes.get('ETC')!)
  const withThird = bad.filter(({ readings }) => readings.length === 3)
  return {
    badTickDays: bad.length,
    badTickDaysRejected: bad.filter(rejected).length,
    badTickDaysWithThirdSource: withThird.length,
    badTickDaysWithThirdSourceBadOneNamed: withThird.filter(
      (close) => judged(close).usable && dropped(close).join() === 'coinbase',
    ).length,
    falseRefusalShare: perMajor((asset) => three(closes.get(asset)!)),
    falseRefusalShareFiveMinutesOld: perMajor((asset) => three(closes.get(asset)!), AGED),
    falseRefusalShareExchangesAlone: perMajor((asset) => three(closes.get(asset)!).map(withoutYahoo)),
    refusedShareYahooAndCoinbase: perMajor((asset) =>
      closes.get(asset)!.filter(({ readings }) => readings.length === 2),
    ),
    ...injections([...closes.values()]),
    offAverageShare: offAverage(),
  }
}

const judged = (close: Close, age = FRESH) => judgeAsset(pricesOf(close), close.time + age)
const dropped = (close: Close) =>
  judged(close).sources.flatMap(({ source, verdict }) => (verdict === 'good' ? [] : [source]))
const rejected = (close: Close) => dropped(close).length > 0

const three = (closes: readonly Close[]) => closes.filter(({ readings }) => readings.length === 3)
/** The two exchanges alone, where no third source can tell which is wrong. */
const withoutYahoo = (close: Close): Close => ({
  ...close,
  readings: close.readings.filter(({ source }) => source !== 'yahoo'),
})

const perMajor = (daysOf: (asset: (typeof MAJORS)[number]) => readonly Close[], age = FRESH): Figures =>
  Object.fromEntries(
    MAJORS.map((asset) => {
      const days = daysOf(asset)
      return [asset, days.filter((close) => !judged(close, age).usable).length / days.length]
    }),
  )

/**
 * One spike a source and day. Where all three sources were good, each has to be caught; where another one is bad that day,
 * the two may agree by chance, so these are counted apart. Where the source itself is bad, a spike may be a correction.
 */
function injections(assets: readonly (readonly Close[])[]): Figures {
  const random = new Random(5)
  const count = { spikes: 0, spikesCaught: 0, spikesConfirmedAsMoves: 0 }
  const besideBad = { spikes: 0, caught: 0 }
  for (const closes of assets) {
    closes.forEach((close, i) => {
      if (close.readings.length !== 3) return
      const { sources } = judged(close)
      const allGood = sources.every(({ verdict }) => verdict === 'good')
      sources.forEach(({ source, verdict }, s) => {
        const size = (0.05 + 0.25 * random.uniform()) * (random.below(2) === 0 ? 1 : -1)
        if (verdict !== 'good') return
        const after = judged(spiked(close, s, size))
        const caught = !after.usable || after.sources[s]!.verdict !== 'good'
        if (!allGood) {
          besideBad.spikes++
          if (caught) besideBad.caught++
          return
        }
        count.spikes++
        if (caught) count.spikesCaught++
        const { shownBy } = confirmedMove(judged(closes[i - 1]!), after)
        if (shownBy.includes(source)) count.spikesConfirmedAsMoves++
      })
    })
  }
  return { ...count, spikesBesideABadSource: besideBad }
}

/** How often an honest hourly close is refused for having left its average of the last hours. */
function offAverage(): Figures {
  const { assets, times, prices } = parsePriceTable(givenData('hourly/binance_closes_1h_2021_2023.csv.gz'))
  const share = (asset: string, hours: number): number => {
    const column = assets.indexOf(asset)
    const history = times.flatMap((time, t): PricePoint[] => {
      const price = prices[t]![column]
      return price === undefined ? [] : [{ time: time + HOUR, price }]
    })
    const judgements = history.slice(PAST).map(({ time, price }, i) => {
      const past = history.slice(i, i + PAST)
      // Both sources say the same, so that the average alone decides.
      const readings = ['one', 'other'].map((source) => ({ source, price, time }))
      return judgeAsset(
        {
          ...{ asset, kind: 'major', readings, hourlyVolatility: hourlyVolatility(past, time) },
          twap: timeWeightedAverage(past, time - hours * HOUR, time),
        },
        time,
      )
    })
    return judgements.filter(({ usable }) => !usable).length / judgements.length
  }
  return Object.fromEntries(
    MAJORS.map((asset) => [asset, { hours4: share(asset, 4), hours24: share(asset, 24) }]),
  )
}
