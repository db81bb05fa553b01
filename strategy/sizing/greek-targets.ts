import { affine, LinearProgram } from '../linear-program.js'
import {
  checkFinite,
  checkNotNegative,
  checkNumbers,
  checkPositive,
  SizingInputError,
} from './sizing-input.js'

/** Dollar delta, dollar gamma for a 1 % move, dollar vega for one volatility point: as in `MarketSlot`, as numbers. */
export type Greeks = { readonly delta: number; readonly gamma: number; readonly vega: number }

/** A net Greek of the book as a fraction of net asset value: `target`, and how far from it is near enough. */
export type GreekTarget = { readonly target: number; readonly band: number }

/**
 * `held` are the book's net Greeks and `units` those of one unit of each instrument that may be traded, all in quote;
 * `costs` in quote per unit traded; `wanted` leaves out the Greeks that do not matter.
 */
export type GreekTargets = {
  readonly nav: number
  readonly held: Greeks
  readonly wanted: Partial<Readonly<Record<keyof Greeks, GreekTarget>>>
  readonly units: readonly Greeks[]
  readonly costs: readonly number[]
}

/**
 * The trades that bring the book's Greeks within their bands: `quantities` in units, `exposures` the dollar delta each trade
 * adds and `cost`, both as fractions of net asset value; `greeks` of the book after them, in the same fractions.
 */
export type GreekTrades = {
  readonly quantities: readonly number[]
  readonly exposures: readonly number[]
  readonly greeks: Greeks
  readonly cost: number
}

const NAMES = ['delta', 'gamma', 'vega'] as const

/**
 * The cheapest trades to net delta, gamma and vega within their bands: a linear programme, so that delta is traded in what
 * costs least per dollar of it, options only for gamma or vega, and no more instruments than Greeks that bind.
 *
 * @throws {@link SizingInputError}, also where the instruments cannot reach the Greeks; `SolverError`.
 */
export async function greekTargets(input: GreekTargets): Promise<GreekTrades> {
  const { nav, held, wanted, units, costs } = input
  check(input)
  const program = new LinearProgram()
  // A variable is a trade as a fraction of net asset value: the largest Greek it moves, so that coefficients are near 1.
  const sizes = units.map((unit) => Math.max(...NAMES.map((name) => Math.abs(unit[name]))) || 1)
  const variables = sizes.map((size, i) => {
    const cost = costs[i]! / size
    return { buy: program.variable(0, Infinity, cost), sell: program.variable(0, Infinity, cost) }
  })
  for (const name of NAMES) {
    const goal = wanted[name]
    if (!goal) continue
    const after = affine(
      held[name] / nav,
      variables.flatMap(({ buy, sell }, i) => {
        const slope = units[i]![name] / sizes[i]!
        return [[buy, slope] as const, [sell, -slope] as const]
      }),
    )
    program.require(after, affine(goal.target + goal.band))
    program.require(affine(goal.target - goal.band), after)
  }
  const values = await program.solve()
  if (!values) throw new SizingInputError('units', 'instruments that can reach the Greeks wanted')
  const quantities = variables.map(({ buy, sell }, i) => ((values[buy]! - values[sell]!) * nav) / sizes[i]!)
  const sum = (start: number, of: (i: number) => number) =>
    quantities.reduce((total, _, i) => total + of(i), start) / nav
  const greek = (name: keyof Greeks) => sum(held[name], (i) => quantities[i]! * units[i]![name])
  return {
    quantities,
    exposures: quantities.map((quantity, i) => (quantity * units[i]!.delta) / nav),
    greeks: { delta: greek('delta'), gamma: greek('gamma'), vega: greek('vega') },
    cost: sum(0, (i) => Math.abs(quantities[i]!) * costs[i]!),
  }
}

function check({ nav, held, wanted, units, costs }: GreekTargets): void {
  checkPositive({ nav })
  checkNumbers(costs, 'costs', units.length)
  checkPositive({ costs })
  for (const name of NAMES) {
    checkFinite({ [name]: held[name] }, 'held')
    units.forEach((unit, i) => {
      checkFinite({ [name]: unit[name] }, `units[${i}]`)
    })
    const goal = wanted[name]
    if (!goal) continue
    const { target, band } = goal
    checkFinite({ target }, `wanted.${name}`)
    checkNotNegative({ band }, `wanted.${name}`)
  }
}
