import { exposureOf } from '#portfolio/exposure.js'
import { linearSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { abs, sum } from '#portfolio/units.js'
import type { Leg } from '#strategy/execution/step-legs.js'
import { stepFrom, tinyMandate } from '../../fixtures/tiny-fund.js'
import { Prng } from '../../helpers/prng.js'

export const E8 = 100_000_000n
export const E16 = E8 * E8

/** One slot of a case: its account, factor, price in whole quote, and whole units before and after. */
export type Line = {
  readonly account: number
  readonly factor: number
  readonly price: bigint
  readonly before: bigint
  readonly after: bigint
}

/** A step over `lines` filled at the mark, with `cash` in whole quote per account before it and `moved` between them. */
export function caseStep(
  lines: readonly Line[],
  cash: readonly bigint[],
  moved: readonly bigint[],
  marginBps = 1_000n,
): { step: Step; shape: Shape; factors: number[] } {
  const shape = { slots: lines.length, groups: 2, accounts: cash.length, scenarios: 2 }
  const universeId = 1n
  const base = tinyMandate(universeId)
  const mandate = {
    ...base,
    slots: lines.map(({ account }) => ({ ...base.slots[1]!, account })),
    accounts: cash.map(() => ({ marginMultipleBps: 10_000n, venueCapBps: 100_000n })),
  }
  const slots = lines.map(({ price }) => linearSlot(price * E8, marginBps, [-1_000n, 1_000n]))
  const quantities = lines.map(({ before }) => before * E8)
  const book = { universeId, cash: cash.map((c) => c * E16), quantities }
  const market = { universeId, time: 1n, slots }
  const step = stepFrom(book, market, mandate, {
    trades: lines.map(({ before, after }) => (after - before) * E8),
    windowLength: 1n,
  })
  const fills = slots.map(({ price }, i) => (lines[i]!.after === lines[i]!.before ? 0n : price))
  const paid = (a: number) =>
    sum(lines.map((line, i) => (line.account === a ? (line.after - line.before) * E8 * fills[i]! : 0n)))
  const newCash = book.cash.map((c, a) => c - paid(a) + moved[a]! * E16)
  return {
    step: { ...step, fills, newBook: { ...step.newBook, cash: newCash } },
    shape,
    factors: lines.map(({ factor }) => factor),
  }
}

/**
 * Shortfall of every account before the first leg and after each of `legs`, in 1e-16 quote × 1e12, from the definition: the
 * books are walked back from the step's new one, and every combination of moves up and down is tried.
 */
export function shortfalls(
  { market, mandate, newBook }: Step,
  shape: Shape,
  legs: readonly Leg[],
  stressBps: readonly bigint[],
  factors: readonly number[],
): bigint[][] {
  const cash = [...newBook.cash]
  const quantities = [...newBook.quantities]
  const measure = () => {
    const exposure = exposureOf({ ...newBook, cash, quantities }, market, mandate, shape)
    return mandate.accounts.map(({ marginMultipleBps }, a) => {
      const mine = quantities.map((q, i) => (mandate.slots[i]?.account === a ? q : 0n))
      const stressed = sum(
        mine.map(
          (q, i) => abs(q * market.slots[i]!.delta) * market.slots[i]!.marginBps * (10_000n + stressBps[i]!),
        ),
      )
      const named = [...new Set(factors.filter((_, i) => mine[i] !== 0n))]
      let worst = 0n
      for (let signs = 0; signs < 1 << named.length; signs++) {
        const loss = sum(
          mine.map((q, i) => {
            const { delta, gamma, suspended } = market.slots[i]!
            if (q === 0n || (suspended && q > 0n)) return 0n
            const side = signs & (1 << named.indexOf(factors[i]!)) ? 1n : -1n
            return side * q * delta * stressBps[i]! * 100_000_000n + gammaLoss(q * gamma, stressBps[i]!)
          }),
        )
        if (loss > worst) worst = loss
      }
      return marginMultipleBps * stressed - 10n ** 12n * exposure.accountEquity[a]! + worst
    })
  }
  const states = [measure()]
  for (const leg of [...legs].reverse()) {
    if (leg.kind === 'transfer') {
      cash[leg.from]! += leg.amount
      cash[leg.to]! -= leg.amount
    } else {
      cash[leg.account]! += leg.quantity * leg.fill
      quantities[leg.slot]! -= leg.quantity
    }
    states.unshift(measure())
  }
  return states
}

/** ½·Γ·S²·m² for a move m = s/1e4, with gamma = Γ·S²/100: gamma · 50 · s²/1e8, here × 1e12. */
const gammaLoss = (gamma: bigint, s: bigint) => (gamma < 0n ? -gamma * 50n * s * s * 10_000n : 0n)

/** Whether every account is, after every leg, above its margin or no worse than before the first one. */
export const pathSafe = (states: readonly (readonly bigint[])[]): boolean =>
  states.every((state) => state.every((x, a) => x <= 0n || x <= states[0]![a]!))

/** A random step of up to six trades in three accounts, each with hedged pairs, with cash around what margins ask for. */
export function randomCase(seed: number) {
  const rng = new Prng(seed)
  const lines: Line[] = []
  for (let k = rng.int(1, 3); k > 0; k--) {
    const before = rng.big(-20n, 20n)
    const after = rng.oneIn(3) ? rng.big(-20n, 20n) : rng.oneIn(2) ? before / 2n : 0n
    const line = { account: rng.int(0, 2), factor: rng.int(0, 1), price: rng.big(50n, 150n), before, after }
    lines.push(line)
    if (!rng.oneIn(3)) lines.push({ ...line, before: -before, after: -after })
  }
  const needs = (a: number, when: 'before' | 'after') =>
    sum(
      lines.map((line) => {
        if (line.account !== a) return 0n
        const value = line[when] * line.price
        return abs(value) / 50n - value
      }),
    )
  const cash = [0, 1, 2].map((a) => needs(a, 'before') + rng.big(-20n, 250n))
  const moved = [0, 1, 2].map(() => 0n)
  for (let k = 0; k < 2; k++) {
    const amount = rng.big(0n, 60n)
    moved[rng.int(0, 2)]! += amount
    moved[rng.int(0, 2)]! -= amount
  }
  const stressBps = lines.map(() => rng.big(0n, 1_500n))
  return { ...caseStep(lines, cash, moved, 200n), stressBps }
}
