import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from '#strategy/random.js'
import { confirmedMove } from '#strategy/sanity/confirmed-move.js'
import { judgeAsset } from '#strategy/sanity/judge-asset.js'
import { hasGivenData } from '../given-data.js'
import { badTickDays, type Close, dailySources, pricesOf, spiked } from './daily-sources.js'

const judged = (close: Close) => judgeAsset(pricesOf(close), close.time)
const threeSources = (closes: readonly Close[]) => closes.filter(({ readings }) => readings.length === 3)
const day = ({ time }: Close) => new Date((time - 86_400) * 1e3).toISOString().slice(0, 10)

describe.skipIf(!hasGivenData)('closes of Yahoo, Coinbase and Binance', () => {
  let closes: Readonly<Record<'BTC' | 'ETH' | 'ETC', readonly Close[]>>
  beforeAll(() => {
    const closesOf = dailySources()
    closes = { BTC: closesOf('BTC'), ETH: closesOf('ETH'), ETC: closesOf('ETC') }
  })

  test('all 68 days on which two sources of Ethereum Classic lie 5 % apart are rejected', () => {
    const bad = badTickDays(closes.ETC)
    expect(bad.length).toBe(68)
    const [two, three] = [2, 3].map((n) => bad.filter(({ readings }) => readings.length === n))
    for (const close of two!) {
      expect([day(close), judged(close)]).toMatchObject([
        day(close),
        { usable: false, refusal: { asset: 'ETC', reason: 'sources_disagree' } },
      ])
    }
    expect(three!.map(day)).toEqual(['2021-05-05', '2021-05-06', '2022-03-22'])
    for (const close of three!) {
      const judgement = judged(close)
      expect(judgement.usable).toBe(true)
      const bad = judgement.sources.filter(({ verdict }) => verdict !== 'good')
      expect(bad.map(({ source }) => source)).toEqual(['coinbase'])
    }
  })

  test.each(['BTC', 'ETH'] as const)(
    '%s: fewer than one in 200 days with three sources is refused',
    (asset) => {
      const days = threeSources(closes[asset])
      expect(days.length).toBe(1_000)
      expect(days.filter((close) => !judged(close).usable).length / days.length).toBeLessThan(0.005)
    },
  )

  test.each(['BTC', 'ETC'] as const)(
    '%s: a spike of five to thirty in a hundred on one of three good sources is always caught',
    (asset) => {
      const random = new Random(1)
      const days = threeSources(closes[asset]).filter((close) =>
        judged(close).sources.every(({ verdict }) => verdict === 'good'),
      )
      expect(days.length).toBeGreaterThan(900)
      for (const close of days) {
        const which = random.below(3)
        const size = (0.05 + 0.25 * random.uniform()) * (random.below(2) === 0 ? 1 : -1)
        const after = judged(spiked(close, which, size))
        const at = `${day(close)} ${close.readings[which]!.source} ${size}`
        expect([at, after.sources[which]!.verdict]).toEqual([at, 'far'])
        const before = judged(closes[asset][closes[asset].indexOf(close) - 1]!)
        expect(confirmedMove(before, after).shownBy).not.toContain(close.readings[which]!.source)
      }
    },
  )
})
