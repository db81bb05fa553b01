import { describe, expect, test } from 'vitest'
import { abs } from '#portfolio/units.js'
import { deviationMetric } from '#strategy/decision/deviation-metric.js'
import { plan } from '#strategy/planner.js'
import { quadratic } from '#strategy/quadratic.js'
import { RiskModelError, squareRootRows, targetCovariance } from '#strategy/risk-model.js'
import { base, codes, DAILY, dollars, free, risk, symbols, weighing } from './weighing-desk.js'

describe('a plan that weighs risk against cost', () => {
  test('trades when the risk removed is worth more than it costs, and says both', async () => {
    const { outcome, weighed, trades } = await plan({ ...free, risk, weighing })
    expect(outcome).toBe('trade')
    expect(trades.length).toBeGreaterThan(0)
    expect(weighed!.worth).toBe(true)
    expect(weighed!.gapBefore - weighed!.gapAfter).toBeGreaterThan(weighed!.tradingCost + weighed!.fixedCost)
  })

  test('does nothing when it is not, and says why not in numbers', async () => {
    const { outcome, trades, reasons, weighed, verdict } = await plan({
      ...free,
      risk,
      weighing: { ...weighing, riskAversion: 0.001 },
      fixedCosts: { leg: 0n, batch: dollars(10_000) },
    })
    expect({ outcome, trades }).toEqual({ outcome: 'hold', trades: [] })
    expect(verdict.outcome).toBe('compliant')
    const why = reasons.find(({ code }) => code === 'not_worth_cost')
    if (why)
      expect(why.numbers!.fixedCost).toBeCloseTo((10_000 / Number(verdict.after.nav / 10n ** 16n)) * 1e4, 1)
    expect(why !== undefined || weighed!.tradingCost === 0).toBe(true)
  })

  test('stops where the next dollar costs more than it saves: the gap left grows with the cost', async () => {
    const gapAt = async (feeBps: bigint) => {
      const costs = free.costs.map((cost) => ({ ...cost, feeBps, lot: 1n, minimum: 0n }))
      const { weighed, trades } = await plan({ ...free, costs, risk, weighing })
      return trades.length === 0 ? Number.POSITIVE_INFINITY : weighed!.gapAfter
    }
    const gaps = [await gapAt(0n), await gapAt(10n), await gapAt(40n)]
    expect(gaps[0]!).toBeLessThan(gaps[1]!)
    expect(gaps[1]!).toBeLessThan(gaps[2]!)
  })

  test('at the optimum of one target, the marginal risk removed is the marginal cost', async () => {
    const costs = free.costs.map((cost) => ({ ...cost, halfSpreadBps: 5n, feeBps: 5n, lot: 1n, minimum: 0n }))
    const targets = [{ of: { group: 0 }, targetBps: 600n, bandBps: 0n }]
    const { targets: tracked } = await plan({ ...free, targets, costs, risk, weighing })
    const nav = Number((await plan(free)).verdict.before.nav)
    const gap = Number(tracked.after[0]!.exposure - tracked.after[0]!.wanted) / nav
    // d/dg of γH/2·σ²·g² is γH·σ²·g; ten basis points a dollar of delta, through a perpetual.
    expect(Math.abs(gap)).toBeCloseTo(0.001 / (5 * 30 * DAILY.BTC ** 2), 3)
  })

  test('a limit that is out is not weighed: it is mended whatever it costs', async () => {
    const { outcome, weighed, verdict, reasons } = await plan({
      ...base,
      risk,
      weighing: { ...weighing, riskAversion: 0.001 },
      fixedCosts: { leg: dollars(1_000), batch: dollars(100_000) },
    })
    expect(outcome).toBe('trade')
    expect(weighed).toBeUndefined()
    expect(verdict.outcome).toBe('compliant')
    expect(codes(reasons)).toContain('limitBreached')
  })

  test('legs that do not pay their fixed cost are dropped', async () => {
    const legsAt = async (leg: number) =>
      (await plan({ ...free, risk, weighing, fixedCosts: { leg: dollars(leg), batch: 0n } })).trades.length
    const counts = [await legsAt(0), await legsAt(300), await legsAt(1_000_000)]
    expect(counts[0]!).toBeGreaterThanOrEqual(counts[1]!)
    expect(counts[2]!).toBe(0)
  })
})

describe('without a view of risk', () => {
  test('a dollar off target has its price, and a trade that costs more is not done', async () => {
    expect((await plan(free)).outcome).toBe('trade')
    const dear = await plan({ ...free, fixedCosts: { leg: 0n, batch: dollars(10_000_000) } })
    expect(dear.outcome).toBe('hold')
    expect(codes(dear.reasons)).toContain('not_worth_cost')
  })

  test('a destination inside the band ends there, not at the centre', async () => {
    const targets = free.targets.map((target) => ({ ...target, destinationBps: 100n }))
    const { targets: tracked, outcome } = await plan({ ...free, targets })
    expect(outcome).toBe('trade')
    for (const { exposure, wanted, distance } of tracked.after) {
      expect(exposure).toBeLessThan(wanted)
      expect(Number(distance) / Number((await plan(free)).verdict.before.nav)).toBeCloseTo(0.01, 3)
    }
  })
})

describe('options', () => {
  test('are left alone while perpetuals can do it', async () => {
    const { trades } = await plan({ ...free, risk, weighing })
    for (const symbol of symbols(trades)) expect(symbol).toMatch(/PERP|^BTC$|^ETH$/)
  })

  test('are traded when a budget of vega is broken, and the budget holds afterwards', async () => {
    const { verdict } = await plan(free)
    const vega = (Number(verdict.before.vega) / Number(verdict.before.nav)) * 1e4
    expect(Math.abs(vega)).toBeGreaterThan(2)
    const half = BigInt(Math.trunc(Math.abs(vega) / 2))
    const triggers = [{ kind: 'vegaBudget', loBps: -Number(half), hiBps: Number(half) }] as const
    const planned = await plan({ ...free, triggers })
    expect(codes(planned.reasons)).toContain('vegaBudget')
    expect(planned.outcome).toBe('trade')
    expect(symbols(planned.trades).some((symbol) => /-[CP]$/.test(symbol))).toBe(true)
    const after = planned.verdict.after
    expect(abs(after.vega) * 10_000n).toBeLessThanOrEqual(half * after.nav)
  })
})

describe('one snapshot', () => {
  test('is traded once', async () => {
    const first = await plan(free)
    const next = {
      ...free,
      book: first.step.newBook,
      budget: first.verdict.newBudget,
      lastTradeAt: free.market.time,
    }
    expect((await plan(next)).trades).toEqual([])
    const missed = { ...next, targets: [{ of: 'book', targetBps: 5_000n, bandBps: 0n }] as const }
    const again = await plan(missed)
    expect(again.trades).toEqual([])
    expect(codes(again.reasons)).toContain('already_traded')
    expect((await plan({ ...missed, lastTradeAt: free.market.time - 1n })).trades.length).toBeGreaterThan(0)
  })
})

describe('a risk model', () => {
  test('weighs targets over several coins as their mean', () => {
    const { universe, mandate } = base
    const covariance = targetCovariance(
      [
        { of: { group: 0 }, targetBps: 0n, bandBps: 0n },
        { of: 'book', targetBps: 0n, bandBps: 0n },
      ],
      universe,
      mandate,
      risk,
    )
    const [[b, c]] = risk.covariance as [[number, number], [number, number]]
    const e = DAILY.ETH ** 2
    expect(covariance[0]![0]).toBeCloseTo(b, 12)
    expect(covariance[0]![1]).toBeCloseTo((b + c) / 2, 12)
    expect(covariance[1]![1]).toBeCloseTo((b + 2 * c + e) / 4, 12)
    const gap = [0.3, -0.2]
    const squares = squareRootRows(covariance).map(
      (row) => row.reduce((sum, f, k) => sum + f * gap[k]!, 0) ** 2,
    )
    expect(squares.reduce((sum, x) => sum + x, 0)).toBeCloseTo(quadratic(gap, covariance), 12)
  })

  test('by drift weighs a long-only book as the backtest of weights does, and no other', async () => {
    const targets = [
      { of: { group: 0 }, targetBps: 600n, bandBps: 0n },
      { of: { group: 1 }, targetBps: 400n, bandBps: 0n },
    ]
    const drift = { ...free, targets, risk, weighing: { ...weighing, gapsBy: 'drift' } } as const
    const [own, plain] = [await plan(drift), await plan({ ...drift, weighing })]
    expect(own.outcome).toBe('trade')
    const metric = deviationMetric(targetCovariance(targets, free.universe, free.mandate, risk), [0.06, 0.04])
    const nav = Number(own.verdict.before.nav)
    const gaps = own.targets.before.map(({ exposure, wanted }) => Number(exposure - wanted) / nav)
    expect(own.weighed!.gapBefore).toBeCloseTo(75 * quadratic(gaps, metric) * 1e4, 9)
    expect(own.weighed!.gapBefore).not.toBeCloseTo(plain.weighed!.gapBefore, 3)
    const short = targets.map((target) => ({ ...target, targetBps: -100n }))
    await expect(plan({ ...drift, targets: short })).rejects.toThrowError('gapsBy')
  })

  test.each([
    [
      'underlyings',
      {
        underlyings: ['BTC', 'BTC'],
        covariance: [
          [1, 0],
          [0, 1],
        ],
      },
    ],
    ['covariance', { underlyings: ['BTC', 'ETH'], covariance: [[1, 0]] }],
    [
      'covariance',
      {
        underlyings: ['BTC', 'ETH'],
        covariance: [
          [1, 2],
          [2, 1],
        ],
      },
    ],
    [
      'covariance',
      {
        underlyings: ['BTC', 'ETH'],
        covariance: [
          [1, 0.1],
          [0.2, 1],
        ],
      },
    ],
    [
      'covariance',
      {
        underlyings: ['BTC', 'ETH'],
        covariance: [
          [Number.NaN, 0],
          [0, 1],
        ],
      },
    ],
    ['underlyings', { underlyings: ['BTC'], covariance: [[1]] }],
  ])('with a wrong %s is refused', async (field, risk) => {
    const wrong = plan({ ...free, weighing, risk })
    await expect(wrong).rejects.toThrowError(RiskModelError)
    await expect(wrong).rejects.toThrowError(field)
  })
})
