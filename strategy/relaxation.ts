import { carryBudget } from '#portfolio/budget.js'
import { exposureOf } from '#portfolio/exposure.js'
import { turnoverWeight } from '#portfolio/market.js'
import { abs } from '#portfolio/units.js'
import type { Side } from './execution/supply.js'
import { type Affine, affine, combine, type LinearProgram } from './linear-program.js'
import type { PlanInput } from './plan.js'
import { slotRouter } from './slot-router.js'
import { countsIn } from './targets.js'
import { expectedFill } from './trading-cost.js'

/**
 * The books that can be reached from the old one, as linear expressions; lots are ignored. Every amount is a share of the
 * net asset value before the trade. `buy` and `sell` are traded amounts weighted as turnover; `size` bounds |dollar delta|
 * from above; `equity` is free per account, since transfers between accounts are. `named` gives an expression that several
 * rows share a variable of its own.
 */
export type Relaxation = {
  readonly nav: number
  readonly named: (expression: Affine) => Affine
  readonly weight: readonly number[]
  readonly buy: readonly number[]
  readonly sell: readonly number[]
  readonly quantity: readonly Affine[]
  readonly delta: readonly Affine[]
  readonly size: readonly Affine[]
  readonly equity: readonly Affine[]
  readonly navAfter: Affine
  readonly cost: Affine
  readonly funding: Affine
  readonly traded: Affine
  readonly turnover: Affine
  readonly carried: { readonly cost: number; readonly gain: number; readonly turnover: number }
  readonly targets: readonly Affine[]
}

/** Shares of the net asset value at which the cost of a trade's size is known to the solver before it starts. */
const SIZES = [0, 1e-4, 1e-3, 1e-2, 1e-1] as const

/**
 * Adds the variables of a rebalance to `program`: at most the slots in `tradable` move, and each fills at its expected
 * price, or where it has venues at what they ask for its size.
 */
export function relax(program: LinearProgram, input: PlanInput, tradable: ReadonlySet<number>): Relaxation {
  const { market, mandate, book, costs, shape } = input
  const flows = flowSplit(input)
  const before = exposureOf(book, market, mandate, shape, flows)
  const nav = Number(before.nav)
  const scaled = (x: bigint) => Number(x) / nav
  const weight = market.slots.map((slot) => Number(turnoverWeight(slot)))
  const moves = (i: number) => tradable.has(i) && weight[i]! > 0
  const side = () => market.slots.map((_, i) => program.variable(0, moves(i) ? Infinity : 0))
  const buy = side()
  const sell = side()
  const trade = (i: number, slope: bigint): Affine => {
    const c = weight[i]! > 0 ? Number(slope) / weight[i]! : 0
    return affine(0, [
      [buy[i]!, c],
      [sell[i]!, -c],
    ])
  }
  const position = (held: bigint, i: number, slope: bigint) =>
    combine([
      [1, affine(scaled(held))],
      [1, trade(i, slope)],
    ])
  const loss = (i: number, way: 'buy' | 'sell') => {
    const cost = costs[i]
    const { price } = market.slots[i]!
    if (slotRouter(input, i, way)) return 0
    return cost && weight[i]! > 0 ? Number(abs(expectedFill(price, way, cost) - price)) / weight[i]! : 0
  }
  const both = (f: (i: number, way: 'buy' | 'sell') => number): Affine =>
    affine(0, [
      ...buy.map((v, i): [number, number] => [v, f(i, 'buy')]),
      ...sell.map((v, i): [number, number] => [v, f(i, 'sell')]),
    ])

  const impacts = costs.flatMap((cost, i) => {
    if (!cost.impact || !moves(i) || slotRouter(input, i, 'buy')) return []
    const { dailyVolBps, dailyVolume } = cost.impact
    // |t| = x·nav / weight, so that |t|·price·σ·√(|t| / V) is `factor`·x^1.5 of the net asset value.
    const factor =
      (Number(market.slots[i]!.price) / weight[i]!) *
      (Number(dailyVolBps) / 1e4) *
      Math.sqrt(nav / (weight[i]! * Number(dailyVolume)))
    const size = affine(0, [
      [buy[i]!, 1],
      [sell[i]!, 1],
    ])
    const curve = {
      value: (x: number) => factor * Math.max(x, 0) ** 1.5,
      slope: (x: number) => 1.5 * factor * Math.sqrt(Math.max(x, 0)),
    }
    return [program.above(size, curve, SIZES)]
  })
  const routed = (variables: readonly number[], way: Side) =>
    variables.flatMap((v, i) => {
      const router = slotRouter(input, i, way)
      if (!router || !moves(i)) return []
      // Units traded by a share of the net asset value, and that value in quote.
      const [units, worth] = [nav / weight[i]! / 1e8, nav / 1e16]
      const curve = {
        value: (x: number) => router.cost.value(x * units) / worth,
        slope: (x: number) => (router.cost.slope(x * units) * units) / worth,
      }
      const depth = Number(router.depth) / 1e8 / units
      return [
        program.above(affine(0, [[v, 1]]), curve, [...SIZES.filter((x) => x < depth), Math.min(depth, 1)]),
      ]
    })
  const curves = [...impacts, ...routed(buy, 'buy'), ...routed(sell, 'sell')]
  const cost = program.named(combine([[1, both(loss)], ...curves.map((x) => [1, x] as const)]))
  const navAfter = program.named(
    combine([
      [1, affine(1)],
      [-1, cost],
    ]),
  )
  const delta = market.slots.map((slot, i) => position(before.delta[i]!, i, slot.delta))
  const size = delta.map((x, i) => {
    if (market.slots[i]!.delta === 0n) return affine()
    const bound = affine(0, [[program.variable(0), 1]])
    program.require(x, bound)
    program.require(combine([[-1, x]]), bound)
    return bound
  })
  const equity = Array.from({ length: shape.accounts }, () => affine(0, [[program.variable(-Infinity), 1]]))
  program.require(combine(equity.map((e) => [1, e] as const)), navAfter, true)

  const { current, previous } = carryBudget(input.budget, input.window)
  const sumOf = (name: 'cost' | 'gain' | 'turnover') => scaled(current[name] + previous[name])
  return {
    nav,
    named: (expression) => program.named(expression),
    weight,
    buy,
    sell,
    quantity: market.slots.map((_, i) =>
      combine([
        [1, affine((Number(book.quantities[i]!) * weight[i]!) / nav)],
        [1, trade(i, turnoverWeight(market.slots[i]!))],
      ]),
    ),
    delta,
    size,
    equity,
    navAfter,
    cost,
    funding: both((i, way) => {
      const paid = (Number(costs[i]?.fundingBps ?? 0n) / 1e4) * (way === 'buy' ? 1 : -1)
      return weight[i]! > 0 ? (Math.max(0, paid) * Number(market.slots[i]!.price)) / weight[i]! : 0
    }),
    traded: both((i) => (weight[i]! > 0 ? Number(market.slots[i]!.price) / weight[i]! : 0)),
    turnover: program.named(both(() => 1)),
    carried: { cost: sumOf('cost'), gain: sumOf('gain'), turnover: sumOf('turnover') },
    targets: input.targets.map((target) =>
      combine(delta.filter((_, i) => countsIn(target, mandate, i)).map((x) => [1, x] as const)),
    ),
  }
}

/** The flow of the step per account: all of it through one. */
export const flowSplit = ({
  shape,
  netFlow,
  flowAccount = 0,
}: Pick<PlanInput, 'shape' | 'netFlow' | 'flowAccount'>): bigint[] =>
  Array.from({ length: shape.accounts }, (_, a) => (a === flowAccount ? netFlow : 0n))
