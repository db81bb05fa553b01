import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exposure } from '#portfolio/exposure.js'
import { shapeOf } from '#portfolio/shape.js'
import { BPS, sum } from '#portfolio/units.js'
import { allocateEquity } from '#strategy/allocate-cash.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'

const SEED = 408
const base = openMandate([], 1n, shapeOf('tiny'))
const mandateOf = (limits: [bigint, bigint][]) => ({
  ...base,
  accounts: limits.map(([marginMultipleBps, venueCapBps]) => ({ marginMultipleBps, venueCapBps })),
})
/** Only what the allocation reads; margins in basis points, as in the model. */
const exposure = (accountEquity: bigint[], accountMargin: bigint[]) =>
  ({
    accountEquity,
    accountMargin: accountMargin.map((m) => m * BPS),
    nav: sum(accountEquity),
  }) as unknown as Exposure

const loose: [bigint, bigint][] = [
  [10_000n, 10_000n],
  [10_000n, 10_000n],
]

describe('equity per account', () => {
  test('stays where it is while every account has what it needs', () => {
    const after = exposure([700n, 300n], [100n, 200n])
    expect(allocateEquity(after, after, mandateOf(loose), 200n)).toEqual([700n, 300n])
  })

  test('moves just enough to meet a margin with the safety on top', () => {
    const after = exposure([900n, 100n], [0n, 200n])
    expect(allocateEquity(after, after, mandateOf(loose), 500n)).toEqual([790n, 210n])
  })

  test('gives the safety up where there is too little', () => {
    const after = exposure([903n, 97n], [500n, 500n])
    expect(allocateEquity(after, after, mandateOf(loose), 500n)).toEqual([500n, 500n])
  })

  test('takes what is above a venue cap to another account', () => {
    const capped = mandateOf([[10_000n, 4_000n], loose[1]!])
    const after = exposure([900n, 100n], [0n, 0n])
    expect(allocateEquity(after, after, capped, 0n)).toEqual([400n, 600n])
  })

  test('where no transfer meets every margin, no account is made worse than it was', () => {
    const before = exposure([300n, 100n], [600n, 600n])
    const after = exposure([150n, 250n], [600n, 450n])
    const [a, b] = allocateEquity(after, before, mandateOf(loose), 200n)
    expect(600n - a!).toBeLessThanOrEqual(300n)
    expect(450n - b!).toBeLessThanOrEqual(500n)
    expect(a! + b!).toBe(400n)
  })

  test(`always keeps the sum, and the limits whenever they can be met together (seed ${SEED})`, () => {
    const amount = fc.bigInt({ min: -1_000n, max: 5_000n })
    const margin = fc.bigInt({ min: 0n, max: 1_000n })
    const cap = fc.bigInt({ min: 2_000n, max: 10_000n })
    const account = fc.tuple(amount, margin, cap)
    fc.assert(
      fc.property(
        fc.array(account, { minLength: 2, maxLength: 4 }),
        fc.bigInt({ min: 0n, max: 500n }),
        (accounts, safety) => {
          const after = exposure(
            accounts.map(([equity]) => equity),
            accounts.map(([, held]) => held),
          )
          const mandate = mandateOf(accounts.map(([, , top]) => [12_000n, top]))
          const moved = allocateEquity(after, after, mandate, safety)
          expect(sum(moved)).toBe(after.nav)
          const lo = accounts.map(([, held]) => (held * 12_000n + BPS - 1n) / BPS)
          const hi = accounts.map(([, , top]) => (after.nav > 0n ? (top * after.nav) / BPS : -1n))
          const possible = lo.every((low, a) => low <= hi[a]!) && sum(lo) <= after.nav && after.nav <= sum(hi)
          if (possible) {
            moved.forEach((equity, a) => {
              expect(equity).toBeGreaterThanOrEqual(lo[a]!)
              expect(equity).toBeLessThanOrEqual(hi[a]!)
            })
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    )
  })
})
