import { describe, expect, test } from 'vitest'
import { exposureOf } from '#portfolio/exposure.js'
import type { Venue } from '#strategy/execution/venue.js'
import { Random } from '#strategy/random.js'
import type { IntentRule } from '#strategy/sizing/sizing-rule.js'
import { dollars, free } from '../weighing-desk.js'
import { bps, INTENT, nav, size } from './sized-desk.js'

describe('an intent', () => {
  const held = exposureOf(free.book, free.market, free.mandate, free.shape).groupNet.map(
    (x) => (Number(x) / Number(nav)) * 1e4,
  )

  test('is sized to a share of the way from what is held to its aim', () => {
    const { facts, ...sized } = size(INTENT)
    const { share, stepsLeft, costBps, costLeftBps, distanceBps } = facts.numbers
    expect([facts.decidedBy, stepsLeft]).toEqual(['risk', 11])
    bps({ facts, ...sized }).forEach((x, i) => {
      const aim = INTENT.parts[0]!.exposuresBps[i]!
      expect(Math.abs(Number(x) - (held[i]! + share! * (aim - held[i]!)))).toBeLessThan(1)
      expect(facts.assets[i]!.numbers).toEqual({ heldBps: expect.closeTo(held[i]!, 9), aimBps: aim })
    })
    expect(costLeftBps).toBeCloseTo((50_000 / (Number(nav) / 1e16)) * 1e4, 9)
    // At 7 basis points in spot, the dearest way to move a coin.
    const moved = bps({ facts, ...sized }).reduce((total, x, i) => total + Math.abs(Number(x) - held[i]!), 0)
    expect(costBps).toBeCloseTo(moved * 7e-4, 6)
    expect(distanceBps).toBeCloseTo(1_500 - Number(sized.targets[0]!.targetBps), 9)
  })

  test('ends at its aim at the deadline, a step before it does not', () => {
    const at = (left: number) => size({ ...INTENT, deadline: Number(free.market.time) + left })
    expect(bps(at(86_399))).toEqual([1_500n, 1_000n])
    expect(at(86_399).facts.decidedBy).toBe('deadline')
    expect(bps(at(86_400))).not.toEqual([1_500n, 1_000n])
    expect(bps(at(-86_400))).toEqual([1_500n, 1_000n])
  })

  test('with its cost cap spent stays where it is, a basis point of band at least', () => {
    const spent = INTENT.costMax
    for (const [band, destination] of [
      [0n, 0n],
      [50n, 0n],
      [50n, 20n],
    ] as const) {
      const sized = size(INTENT, { bandBps: band, destinationBps: destination }, { spent })
      expect(sized.facts).toMatchObject({
        decidedBy: 'costCap',
        numbers: { costBps: 0, costLeftBps: 0, share: 0 },
      })
      sized.targets.forEach(({ targetBps, bandBps, destinationBps }, i) => {
        expect(Math.abs(Number(targetBps) - held[i]!)).toBeLessThanOrEqual(0.5)
        expect([bandBps, destinationBps]).toEqual([
          band === 0n ? 1n : band,
          destination === 0n ? 1n : destination,
        ])
      })
    }
    const { facts } = size(INTENT, {}, { spent: spent - dollars(10) })
    expect(facts.decidedBy).toBe('costCap')
    expect(facts.numbers.costBps).toBeLessThanOrEqual(facts.numbers.costLeftBps! * (1 + 1e-9))
    expect(facts.numbers.costBps).toBeGreaterThan(0)
  })

  test('aims no farther than the stress cap lets it', () => {
    const due = { ...INTENT, deadline: 0 }
    // Long both coins: 25 % and 30 % of them in the worst scenario.
    const loss = 0.25 * 1_500 + 0.3 * 1_000
    const free = size(due, { stressLossBps: BigInt(loss + 1) })
    expect([bps(free), free.facts.numbers.stressScale]).toEqual([[1_500n, 1_000n], 1])
    const capped = size(due, { stressLossBps: BigInt(loss - 75) })
    expect(capped.facts.numbers.stressLossBps).toBeLessThanOrEqual(loss - 75)
    expect(capped.facts.numbers.stressLossBps).toBeGreaterThan(loss - 77)
    expect(Number(bps(capped)[0]) / Number(bps(capped)[1])).toBeCloseTo(1.5, 2)
  })

  test('impact makes a long way dearer than a short one', () => {
    const impact = { dailyVolBps: 300n, dailyVolume: 10n ** 11n }
    const costs = free.costs.map((cost) => ({ ...cost, impact }))
    const per = (aim: number) => {
      const { facts } = size(
        { ...INTENT, deadline: 0, parts: [{ exposuresBps: [aim, held[1]!], decayBps: 0 }] },
        {},
        { costs },
      )
      return facts.numbers.costBps! / (aim - held[0]!)
    }
    expect(per(2_000)).toBeGreaterThan(1.5 * per(200))
  })

  test('counts the route over the venues of a slot in place of its costs, from a minimum that only a whole way meets', () => {
    const ladder = (name: string, asks: number, bids: number, minimum: number): Venue => ({
      ...{ name, feeBps: 0, fixedCost: 0, minimum },
      market: {
        kind: 'order-ladder',
        asks: [{ price: asks, quantity: 1e6 }],
        bids: [{ price: bids, quantity: 1e6 }],
      },
    })
    const mark = Number(free.market.slots[0]!.price) / 1e8
    const at = (bps: number, minimum = 0) =>
      ladder(`${bps}`, mark * (1 + bps / 1e4), mark * (1 - bps / 1e4), minimum)
    const due = { ...INTENT, deadline: 0, costMax: nav, parts: [{ exposuresBps: [1_500], decayBps: 0 }] }
    const one = (rule: IntentRule, ...venues: Venue[]) =>
      size(
        rule,
        { assets: [{ slot: 0 }], bandBps: 0n },
        { venues: { 0: { reachBps: 500, slippageBps: 0, venues } } },
      )
    const { costBps, distanceBps } = one(due, at(20)).facts.numbers
    const way = one({ ...due, costMax: 0n }, at(20)).facts.numbers.distanceBps!
    expect(distanceBps).toBe(0)
    expect(costBps).toBeCloseTo(way * 20e-4, 4)
    expect(one(due).facts.numbers.costBps).toBe(0)

    // The cheap venue takes the whole way, and nothing less than nearly all of it; the dear one any size.
    const whole = (way / 1e4) * (Number(nav) / 1e16 / mark)
    const venues = [at(20, 0.9 * whole), at(200)]
    const costMax = nav / 10_000n
    const capped = one({ ...due, costMax }, ...venues)
    // A part of it at the cheap price is within the cap, at the dear one it is not: it stays where it is.
    expect(capped.facts).toMatchObject({ decidedBy: 'costCap', numbers: { costBps: 0, distanceBps: way } })
  })

  test('counts only slots that may move', () => {
    const costs = free.costs.map((cost, i) => (i === 0 ? { ...cost, feeBps: 100n } : cost))
    const cost = (tradable?: ReadonlySet<number>) =>
      size(
        { ...INTENT, deadline: 0, parts: [{ exposuresBps: [1_500], decayBps: 0 }] },
        { assets: [{ group: 0 }] },
        { costs, ...(tradable && { tradable }) },
      ).facts.numbers.costBps!
    expect(cost(new Set([0]))).toBe(cost())
    expect(cost(new Set([1]))).toBeLessThan(cost() / 5)
  })

  test('of many kinds goes in whole basis points beyond none of its caps', () => {
    const rng = new Random(29)
    const seen = new Set<string>()
    for (let trial = 0; trial < 500; trial++) {
      const aims = [0, 1].map(() => Math.round(60_000 * (rng.uniform() - 0.4)) / 10)
      const [net, gross] = [aims[0]! + aims[1]!, Math.abs(aims[0]!) + Math.abs(aims[1]!)]
      const limits = {
        lowerBps: aims.map((x) => BigInt(Math.floor(x))),
        upperBps: aims.map((x) => BigInt(Math.ceil(x))),
        netMinBps: BigInt(Math.floor(net)),
        netMaxBps: BigInt(Math.ceil(net)),
        grossMaxBps: BigInt(Math.ceil(gross)),
      }
      const rule: IntentRule = {
        ...INTENT,
        parts: [{ exposuresBps: aims, decayBps: 0 }],
        limits,
        costMax: dollars(rng.below(3_000)),
        costAversion: 40 * rng.uniform(),
        deadline: Number(free.market.time) + rng.below(4) * 86_400,
      }
      const spent = dollars(rng.below(1_500))
      // Scaled down by stress, a part may end outside limits as narrow as these.
      const stressed = rng.below(2) === 0
      const stressLossBps = BigInt(rng.below(2_000))
      const sized = stressed
        ? size({ ...rule, limits: {} }, { bandBps: 0n, stressLossBps }, { spent })
        : size(rule, { bandBps: 0n }, { spent })
      const { decidedBy, numbers } = sized.facts
      seen.add(decidedBy!)
      const moved = sized.targets.map(({ targetBps, bandBps }, i) =>
        bandBps > 0n ? 0 : Math.abs(Number(targetBps) - held[i]!),
      )
      const cost = 7e-4 * moved.reduce((total, x) => total + x, 0)
      expect(cost).toBeLessThanOrEqual(numbers.costLeftBps! * (1 + 1e-9) + 1e-12)
      expect(numbers.costBps).toBeCloseTo(cost, 5)
      const complete = numbers.share === 1 && numbers.distanceBps! < 1
      if (complete && stressed) {
        expect(numbers.stressLossBps).toBeLessThanOrEqual(Number(stressLossBps) + 1e-5)
        seen.add(numbers.stressScale! < 1 ? 'complete under stress' : 'complete')
      } else if (complete) {
        const [a, b] = bps(sized)
        expect(a! >= limits.lowerBps[0]! && a! <= limits.upperBps[0]!).toBe(true)
        expect(b! >= limits.lowerBps[1]! && b! <= limits.upperBps[1]!).toBe(true)
        expect(a! + b! >= limits.netMinBps && a! + b! <= limits.netMaxBps).toBe(true)
        seen.add('complete')
      }
    }
    expect([...seen].sort()).toEqual(['complete', 'complete under stress', 'costCap', 'deadline', 'risk'])
  })
})
