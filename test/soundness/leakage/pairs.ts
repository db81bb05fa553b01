import type { Book } from '#portfolio/book.js'
import { type Budget, OPENING_BUDGET } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import { linearSlot, type Market, paddingSlot } from '#portfolio/market.js'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import type { Universe } from '#portfolio/universe.js'
import { stepFrom } from '#test/fixtures/tiny-fund.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'
import { WINDOW_LENGTH } from '#test/helpers/roles.js'
import { spotAndPerp } from '#test/helpers/spot-and-perp.js'

const E8 = 100_000_000n
const CASH = 50_000_000n * E8 * E8
export const PRICES = { BTC: 90_000n * E8, ETH: 3_000n * E8 } as const

/** Everything that is public and the same whichever book is played. */
export type Scene = { readonly shape: Shape; readonly market: Market; readonly mandate: Mandate }

/** A private book with its budget and what is traded in two steps that follow one another (1e-8 per slot; none: heartbeat). */
export type Line = {
  readonly book: Book
  readonly budget: Budget
  readonly trades: readonly [readonly bigint[], readonly bigint[]]
}

/** What a challenger puts up; `tradeKnown`: both lines trade the same, so the adversary may be a desk that opens trades. */
export type Pair = {
  readonly name: string
  readonly lines: readonly [Line, Line]
  readonly tradeKnown: boolean
}

/** A mandate so wide that every line of {@link pairsOf} is compliant: which limits hold is public, so both sides share it. */
export const wideMandate = (universe: Universe, universeId: bigint, shape: Shape): Mandate =>
  openMandate(
    universe.instruments.map(({ account }, i) => ({ account, groups: [i % shape.groups] })),
    universeId,
    shape,
  )

/** A scene that needs no chain: every slot of the tier listed, one market, one wide mandate. */
export function sceneOf(tier: Tier): Scene {
  const shape = shapeOf(tier)
  const universe = spotAndPerp(shape, shape.slots)
  const slots = universe.instruments.map(({ underlying, marginBps, shocksBps }) =>
    linearSlot(PRICES[underlying as keyof typeof PRICES], marginBps, shocksBps),
  )
  while (slots.length < shape.slots) slots.push(paddingSlot(shape))
  const market = { universeId: 4_711n, time: 1_800_000_000n, slots }
  return { shape, market, mandate: wideMandate(universe, market.universeId, shape) }
}

/**
 * Pairs a challenger would pick: heartbeats against trades of every slot there and back, no position and then one against
 * all, one unit more, the same trade of another book, long against short, a fresh budget against a used one.
 *
 * Both lines of a pair share what the protocol shows by design, and nothing here may differ in it: times and cadence, the
 * snapshot, the mandate, the universe and the changed mask, netFlow, the window, the compliant bit, sealed mode, who
 * submits, and whether a storage slot was written before (gas of a first step against later ones).
 */
export function pairsOf({ shape, market }: Scene): readonly Pair[] {
  const { universeId, time } = market
  const list = (of: (i: number) => bigint) => Array.from({ length: shape.slots }, (_, i) => of(i))
  const none = list(() => 0n)
  const held = (quantities: readonly bigint[], cash = CASH): Book => ({
    universeId,
    quantities,
    cash: Array<bigint>(shape.accounts).fill(cash),
  })
  const every = list((i) => (i % 2 === 0 ? 10n : -7n) * E8 + BigInt(i))
  const bulk = list((i) => (i % 2 === 0 ? 3n : -2n) * E8 + 17n)
  const back = bulk.map((t) => -t)
  const one = none.with(0, 5n * E8)
  const line = (book: Book, trades: Line['trades'] = [none, none], budget = OPENING_BUDGET): Line => ({
    book,
    budget,
    trades,
  })
  const used = { cost: 123_456n * E8, gain: 7n, turnover: CASH }
  const spent = { window: time / BigInt(WINDOW_LENGTH), current: used, previous: used }
  const pair = (name: string, left: Line, right: Line, tradeKnown = false): Pair => ({
    name,
    lines: [left, right],
    tradeKnown,
  })
  return [
    pair('heartbeats | every slot there and back', line(held(every)), line(held(every), [bulk, back])),
    pair(
      'cash, then one position | every position',
      line(held(none), [one, none]),
      line(held(every), [bulk, none]),
    ),
    pair('one unit less | one unit more', line(held(every)), line(held(every.with(0, every[0]! + 1n)))),
    pair(
      'the same trade | of another book',
      line(held(none), [bulk, bulk]),
      line(held(every), [bulk, bulk]),
      true,
    ),
    pair('one position long | short', line(held(one)), line(held(one.with(0, -one[0]!)))),
    pair('fresh budget | used budget', line(held(one)), line(held(one), [none, none], spent)),
  ]
}

/** The two steps of a line with the model's verdicts. @throws when a side is not compliant: the pair would differ in public. */
export function stepsOf({ market, mandate, shape }: Scene, { book, budget, trades }: Line) {
  const windowLength = BigInt(WINDOW_LENGTH)
  const steps: { step: Step; verdict: Verdict }[] = []
  let [from, left] = [book, budget]
  for (const traded of trades) {
    const step = stepFrom(from, market, mandate, { trades: traded, budget: left, windowLength })
    const verdict = evaluateStep(step, shape)
    if (verdict.outcome !== 'compliant') throw new Error('a line of the game must be compliant')
    steps.push({ step, verdict })
    ;[from, left] = [step.newBook, verdict.newBudget]
  }
  return steps as [(typeof steps)[number], (typeof steps)[number]]
}
