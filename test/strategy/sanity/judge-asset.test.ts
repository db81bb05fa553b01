import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AssetPrices, type PriceReading, SanityInputError } from '#strategy/sanity/asset-prices.js'
import { judgeAsset } from '#strategy/sanity/judge-asset.js'
import { SANITY_RULES } from '#strategy/sanity/sanity-rules.js'

const NOW = 1_700_000_000
const HOUR = 3_600
const VOLATILITY = 0.005

/** Readings named a, b, c, …, all of now. */
const at = (...prices: number[]): PriceReading[] =>
  prices.map((price, i) => ({ source: 'abcdefg'[i]!, price, time: NOW }))
const asset = (readings: readonly PriceReading[], more: Partial<AssetPrices> = {}): AssetPrices => ({
  ...{ asset: 'X', kind: 'major', readings, hourlyVolatility: VOLATILITY },
  ...more,
})
const judge = (readings: readonly PriceReading[], more?: Partial<AssetPrices>) =>
  judgeAsset(asset(readings, more), NOW)
const verdicts = (readings: readonly PriceReading[], more?: Partial<AssetPrices>) =>
  judge(readings, more).sources.map(({ verdict }) => verdict)

describe('a median of sources', () => {
  test('is the price where all agree', () => {
    expect(judge(at(100, 100.2, 100.1))).toMatchObject({ usable: true, price: 100.1 })
    expect(judge(at(100, 100.2))).toMatchObject({ usable: true, price: 100.1 })
  })

  test.each([
    ['major', 50],
    ['alt', 200],
  ] as const)('drops a fresh %s source beyond %d bp, and not at it', (kind, bps) => {
    const beyond = (by: number) => verdicts(at(100, 100, 100 * Math.exp((bps + by) / 1e4)), { kind })
    expect(beyond(-0.01)).toEqual(['good', 'good', 'good'])
    expect(beyond(0.01)).toEqual(['good', 'good', 'far'])
  })

  test('gives every number it judged by', () => {
    const [, , far] = judge(at(100, 100, 103)).sources
    expect(far).toEqual({
      ...{ source: 'c', verdict: 'far', price: 103, ageSeconds: 0, toleranceBps: 50 },
      deviationBps: Math.log(1.03) * 1e4,
    })
  })

  test('widens with the age of the quote by four deviations of the market', () => {
    const old = (price: number) => [
      ...at(100, 100),
      { source: 'c', price, time: NOW - HOUR / 4 } satisfies PriceReading,
    ]
    // 4 · 0.5 % · √¼ = 1 %
    expect(verdicts(old(100 * Math.exp(0.0099)))[2]).toBe('good')
    expect(verdicts(old(100 * Math.exp(0.0101)))[2]).toBe('far')
  })

  test('does not hold its own age against a new price', () => {
    const ago = NOW - HOUR / 4
    const readings = at(100, 100, 100.9).map((one, i) => (i === 2 ? one : { ...one, time: ago }))
    expect(verdicts(readings)[2]).toBe('good')
  })

  test('is the same in whatever order the sources come, equal prices of different ages among them', () => {
    const reading = fc.record({
      price: fc.constantFrom(99, 100, 100.6, 101),
      age: fc.constantFrom(0, 600, 1_200),
    })
    fc.assert(
      fc.property(fc.array(reading, { minLength: 2, maxLength: 6 }), fc.nat(5), (drawn, turn) => {
        const readings = drawn.map(({ price, age }, i) => ({ source: 'abcdef'[i]!, price, time: NOW - age }))
        const other = [...readings.slice(turn), ...readings.slice(0, turn)].reverse()
        const [one, two] = [judge(readings), judge(other)]
        const bySource = ({ sources }: typeof one) =>
          [...sources].sort((a, b) => (a.source < b.source ? -1 : 1))
        expect(bySource(two)).toEqual(bySource(one))
        expect([two.usable, two.usable && two.price]).toEqual([one.usable, one.usable && one.price])
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('cannot say which of two that disagree is wrong', () => {
    const judged = judge(at(100, 101))
    expect(judged.sources.map(({ verdict }) => verdict)).toEqual(['far', 'far'])
    expect(judged).toMatchObject({
      usable: false,
      refusal: { asset: 'X', reason: 'sources_disagree', subjects: ['a', 'b'] },
    })
  })

  test('does not choose between two camps, nor among sources that all differ', () => {
    for (const readings of [at(100, 100, 105, 105), at(100, 105, 110), at(100, 101, 102, 103)]) {
      expect(judge(readings)).toMatchObject({ usable: false, refusal: { reason: 'sources_disagree' } })
    }
  })

  test('takes no notice of one source, whatever it says: any spike leaves the price where the others have it', () => {
    const near = fc.double({ min: -0.002, max: 0.002, noNaN: true })
    const spike = fc.double({ min: 0.05, max: 0.3, noNaN: true })
    fc.assert(
      fc.property(near, near, near, fc.nat(2), spike, fc.boolean(), (x, y, z, which, size, up) => {
        const honest = [x, y, z].map((gap) => 100 * Math.exp(gap))
        const prices = honest.map((price, i) => (i === which ? price * (up ? 1 + size : 1 - size) : price))
        const judged = judge(at(...prices))
        expect(judged.sources[which]!.verdict).toBe('far')
        const others = honest.filter((_, i) => i !== which)
        expect(judged).toMatchObject({ usable: true, price: (others[0]! + others[1]!) / 2 })
      }),
      { seed: 11, numRuns: 300 },
    )
  })
})

describe('a source alone', () => {
  const third = (more: Partial<PriceReading>, prices?: Partial<AssetPrices>) =>
    verdicts([...at(100, 100), { source: 'c', price: 100, time: NOW, ...more }], prices)[2]

  test('is stale past an hour, or sooner where the market moves fast', () => {
    const calm = { hourlyVolatility: 0.001 }
    expect(third({ time: NOW - HOUR }, calm)).toBe('good')
    expect(third({ time: NOW - HOUR - 1 }, calm)).toBe('stale')
    // 4 · 2 % · √(age / h) reaches 250 bp at 351.6 s.
    expect(third({ time: NOW - 351 }, { hourlyVolatility: 0.02 })).toBe('good')
    expect(third({ time: NOW - 352 }, { hourlyVolatility: 0.02 })).toBe('stale')
  })

  test('may be ahead by the difference of two clocks, and no more', () => {
    expect(third({ time: NOW + 10 })).toBe('good')
    expect(third({ time: NOW + 11 })).toBe('ahead')
  })

  test('counts less than it costs: a pool that is cheaper to move than the move would win', () => {
    const attack = { move: 0.05, gain: 1_000 }
    expect(third({ depth: 20_000 }, { attack })).toBe('good')
    expect(third({ depth: 19_999 }, { attack })).toBe('cheap')
    expect(third({ depth: 19_999 })).toBe('good')
    expect(third({}, { attack })).toBe('good')
  })

  test('refuses the asset where it is an oracle with an interval above 1 %', () => {
    expect(third({ halfWidth: 1 })).toBe('good')
    const wide = [...at(100, 100), { source: 'c', price: 100, time: NOW, halfWidth: 1.01 }]
    expect(judge(wide)).toMatchObject({
      usable: false,
      refusal: { reason: 'oracle_uncertain', subjects: ['c'] },
    })
    // One that is stale says nothing of now.
    expect(judge(wide.map((one) => (one.halfWidth ? { ...one, time: NOW - 2 * HOUR } : one))).usable).toBe(
      true,
    )
  })

  test('is not enough', () => {
    const stale = at(100, 100).map((one) => (one.source === 'b' ? { ...one, time: NOW - 2 * HOUR } : one))
    expect(judge(stale)).toMatchObject({
      usable: false,
      refusal: { asset: 'X', reason: 'too_few_sources', subjects: ['b'] },
    })
    expect(judge(at(100))).toMatchObject({ usable: false, refusal: { reason: 'too_few_sources' } })
    expect(judge([])).toMatchObject({ usable: false, refusal: { reason: 'too_few_sources', subjects: [] } })
  })
})

describe('a time-weighted average', () => {
  const against = (price: number) =>
    judge(at(100, 100), { twap: { price, from: NOW - 4 * HOUR, to: NOW - HOUR } })

  test('refuses a price that left it by more than the market does since its start', () => {
    // 4 · 0.5 % · √4 = 4 %
    expect(against(100 / 1.0399)).toMatchObject({ usable: true, price: 100 })
    const off = against(100 / 1.0401)
    expect(off).toMatchObject({ usable: false, refusal: { reason: 'off_average', subjects: ['a', 'b'] } })
    expect(off.twap!.toleranceBps).toBeCloseTo(400, 9)
    expect(off.twap!.deviationBps).toBeCloseTo(401, 9)
  })
})

describe('bad input', () => {
  const [first] = at(100)
  const field = (call: () => unknown): string | undefined => {
    try {
      call()
    } catch (error) {
      expect(error).toBeInstanceOf(SanityInputError)
      return (error as SanityInputError).field
    }
    return undefined
  }

  test.each([NaN, Infinity, -Infinity, -1, 0])('a price of %d is refused by name', (price) => {
    expect(field(() => judge([...at(100), { ...first!, source: 'b', price }]))).toBe('X.readings[1].price')
  })

  test.each([NaN, Infinity, -1])('%d is no time, width, depth, volatility, gain or average', (x) => {
    expect(field(() => judge([{ ...first!, time: x }]))).toBe('X.readings[0].time')
    expect(field(() => judge([{ ...first!, halfWidth: x }]))).toBe('X.readings[0].halfWidth')
    expect(field(() => judge([{ ...first!, depth: x }]))).toBe('X.readings[0].depth')
    expect(field(() => judge(at(1, 1), { hourlyVolatility: x }))).toBe('X.hourlyVolatility')
    expect(field(() => judge(at(1, 1), { attack: { move: 0.1, gain: x } }))).toBe('X.attack.gain')
    expect(field(() => judge(at(1, 1), { attack: { move: x, gain: 1 } }))).toBe('X.attack.move')
    expect(field(() => judge(at(1, 1), { twap: { price: x, from: 0, to: 1 } }))).toBe('X.twap.price')
    expect(field(() => judge(at(1, 1), { twap: { price: 1, from: x, to: 1 } }))).toBe('X.twap.from')
    expect(field(() => judgeAsset(asset(at(1, 1)), x))).toBe('now')
    expect(field(() => judgeAsset(asset(at(1, 1)), NOW, { ...SANITY_RULES, deviations: x }))).toBe(
      'rules.deviations',
    )
  })

  test('a source named twice would agree with itself', () => {
    expect(field(() => judge([first!, first!]))).toBe('X.readings[1].source')
  })

  test('an average that ends before it starts or after now', () => {
    expect(field(() => judge(at(1, 1), { twap: { price: 1, from: 5, to: NOW } }))).toBeUndefined()
    expect(field(() => judge(at(1, 1), { twap: { price: 1, from: 5, to: 5 } }))).toBe('X.twap.to')
    expect(field(() => judge(at(1, 1), { twap: { price: 1, from: 5, to: NOW + 1 } }))).toBe('X.twap.to')
  })

  test('a floor above the cap', () => {
    const rules = { ...SANITY_RULES, toleranceMaxBps: 199 }
    expect(field(() => judgeAsset(asset(at(1, 1)), NOW, rules))).toBe('rules.toleranceMaxBps')
  })
})
