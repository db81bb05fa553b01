import { describe, expect, test } from 'vitest'
import { lackingBefore, stressedMargins } from '#strategy/account-floors.js'
import { plan } from '#strategy/planner.js'
import { expectedFill } from '#strategy/trading-cost.js'
import { free, symbols } from './weighing-desk.js'

describe('legs', () => {
  test('add up to the step: trades per slot, and cash per account with the transfers between them', async () => {
    const { legs, step, trades } = await plan(free)
    const traded = step.newBook.quantities.map((q, i) => q - step.oldBook.quantities[i]!)
    const cash = step.oldBook.cash.map((c, a) => c + step.flowSplit[a]!)
    for (const leg of legs) {
      if (leg.kind === 'trade') {
        traded[leg.slot]! -= leg.quantity
        cash[leg.account]! -= leg.quantity * leg.fill
      } else {
        cash[leg.from]! -= leg.amount
        cash[leg.to]! += leg.amount
      }
    }
    expect(trades.length).toBeGreaterThan(0)
    expect(traded.every((left) => left === 0n)).toBe(true)
    expect(cash).toEqual(step.newBook.cash)
  })

  test('leave every account able to stand the stress, which takes cash along or fewer trades', async () => {
    for (const stressBps of [0n, 500n, 1_500n]) {
      const { verdict, outcome, step } = await plan({ ...free, stressBps })
      expect(outcome).toBe('trade')
      const needed = stressedMargins({ ...free, stressBps }, verdict.after)
      verdict.after.accountEquity.forEach((equity, a) => {
        expect([stressBps, a, equity >= needed[a]!]).toEqual([stressBps, a, true])
      })
      expect(step.newBook.cash.reduce((sum, c) => sum + c, 0n)).toBeGreaterThan(0n)
    }
  })

  test('leave an account that could not stand it before no further from it', async () => {
    const input = { ...free, stressBps: 10_000n }
    const { verdict, outcome } = await plan(input)
    expect(outcome).toBe('trade')
    const before = lackingBefore(input).stress
    expect(before.some((lack) => lack > 0n)).toBe(true)
    stressedMargins(input, verdict.after).forEach((needed, a) => {
      expect(needed - verdict.after.accountEquity[a]!).toBeLessThanOrEqual(before[a]!)
    })
  })
})

describe('funding', () => {
  test('that a long would pay sends the trade to the venue that does not ask it', async () => {
    const fundedAt = async (fundingBps: bigint) => {
      const costs = free.costs.map((cost, i) =>
        free.universe.instruments[i]!.symbol === 'ETH-PERP' ? { ...cost, fundingBps } : cost,
      )
      return symbols((await plan({ ...free, costs })).trades)
    }
    expect(await fundedAt(0n)).toContain('ETH-PERP')
    expect(await fundedAt(-50n)).toContain('ETH-PERP')
    expect(await fundedAt(50n)).not.toContain('ETH-PERP')
  })
})

describe('impact', () => {
  test('is the square root of the share of the volume, rounded against the fund', () => {
    const cost = { halfSpreadBps: 0n, feeBps: 0n, lot: 1n, minimum: 0n }
    const impact = { dailyVolBps: 400n, dailyVolume: 10n ** 12n }
    // A hundredth of the volume at 4 % a day costs 4 % · √0.01 = 40 basis points.
    expect(Number(expectedFill(10n ** 12n, 'buy', { ...cost, impact }, 10n ** 10n))).toBeCloseTo(1.004e12, -2)
    expect(Number(expectedFill(10n ** 12n, 'sell', { ...cost, impact }, 10n ** 10n))).toBeCloseTo(
      0.996e12,
      -2,
    )
    expect(expectedFill(10n ** 12n, 'buy', { ...cost, impact }, 1n)).toBeGreaterThan(10n ** 12n)
    expect(expectedFill(10n ** 12n, 'buy', { ...cost, impact }, 0n)).toBe(10n ** 12n)
  })

  test('splits a trade over two thin perpetuals that one alone would have taken', async () => {
    const thin = { dailyVolBps: 400n, dailyVolume: 1_000n * 10n ** 8n }
    const costs = free.costs.map((cost, i) => {
      const { symbol } = free.universe.instruments[i]!
      if (symbol.startsWith('ETH-PERP')) return { ...cost, impact: thin }
      return symbol === 'ETH' ? { ...cost, halfSpreadBps: 300n } : cost
    })
    const targets = [{ of: { group: 1 }, targetBps: 400n, bandBps: 0n }]
    const traded = symbols((await plan({ ...free, targets, costs })).trades)
    expect(traded.filter((symbol) => symbol.startsWith('ETH-PERP'))).toHaveLength(2)
  })
})
