import { type LimitRow, limitRows } from './limit-rows.js'
import { type Affine, affine, combine, LinearProgram } from './linear-program.js'
import type { PlanInput } from './plan.js'
import { type Relaxation, relax } from './relaxation.js'
import type { Tracking } from './targets.js'

/**
 * How strictly to ask. `safety` is the share of each limit left unused. With `reduce`, limits the old book already breaks
 * need only be reduced, as far as they can be. Limits named in `elastic` may be broken at a price, which finds the limits
 * in conflict; `hardBands` asks every target to end inside its band.
 */
export type Demand = {
  readonly safety: number
  readonly reduce?: boolean
  readonly elastic?: ReadonlySet<string> | 'all'
  readonly hardBands?: boolean
}

/** Signed trades in 1e-8 unit before rounding, and the limits that had to give way. */
export type Solution = { readonly quantities: readonly number[]; readonly broken: readonly string[] }

// Above any cost or tracking error, far below where the solver's tolerances would blur the rest.
const BREACH_PRICE = 100
// Ties between free trades are broken towards fewer of them.
const TIE_BREAK = 1e-7

/**
 * Minimises tracking error (L1) plus trading cost over the books the demand allows; undefined when there are none.
 *
 * A target that starts inside its band is left alone until it would leave it; one that starts outside is drawn to its
 * centre.
 */
export async function optimize(
  input: PlanInput,
  tracking: readonly Tracking[],
  tradable: ReadonlySet<number>,
  demand: Demand,
): Promise<Solution | undefined> {
  const program = new LinearProgram()
  const relaxed = relax(program, input, tradable)
  const minimise: Affine[] = [relaxed.cost, combine([[TIE_BREAK, relaxed.turnover]])]
  const weight = Number(input.trackingWeightBps ?? 500n) / 1e4

  relaxed.targets.forEach((exposure, k) => {
    const { targetBps, bandBps } = input.targets[k]!
    const off = combine([
      [1, exposure],
      [-Number(targetBps) / 1e4, relaxed.navAfter],
    ])
    const band = combine([[Number(bandBps) / 1e4, relaxed.navAfter]])
    const distance = affine(0, [[program.variable(0), 1]])
    const free = tracking[k]!.inside ? band : affine()
    for (const side of [1, -1]) {
      const signed = combine([[side, off]])
      program.require(
        signed,
        combine([
          [1, distance],
          [1, free],
        ]),
      )
      if (demand.hardBands) program.require(signed, band)
    }
    minimise.push(combine([[weight, distance]]))
  })
  closeExpired(input, relaxed, program, minimise)

  const breaches: [string, number][] = []
  for (const row of limitRows(input, relaxed)) {
    const slack = requireLimit(program, row, demand)
    if (slack === undefined) continue
    breaches.push([row.id, slack])
    minimise.push(affine(0, [[slack, BREACH_PRICE]]))
  }
  const objective = combine(minimise.map((part) => [1, part] as const))
  const value = affine(0, [[program.variable(-Infinity, Infinity, 1), 1]])
  program.require(objective, value)

  const values = await program.solve()
  if (!values) return undefined
  const quantities = relaxed.buy.map((buy, i) => {
    const amount = values[buy]! - values[relaxed.sell[i]!]!
    return relaxed.weight[i]! > 0 ? (amount * relaxed.nav) / relaxed.weight[i]! : 0
  })
  return { quantities, broken: breaches.filter(([, v]) => values[v]! > 1e-7).map(([id]) => id) }
}

/** Adds the row of one limit; returns the variable of its breach where the demand lets it be broken. */
function requireLimit(program: LinearProgram, row: LimitRow, demand: Demand): number | undefined {
  const { id, kind, risk, factor, of, reduced, before } = row
  const kept = row.exact ? factor : factor - demand.safety * Math.abs(factor)
  const bound = combine([[kept, of]])
  const unsafe = combine([[factor, of]])
  if (kind === 'budget' && before !== undefined && before > kept * of.constant) {
    // Nothing is left of this budget: a step must not add to it.
    if (demand.elastic === 'all' || demand.elastic?.has(id)) return elasticRow(program, risk, affine(before))
    program.require(risk, affine(before))
    return undefined
  }
  if (demand.elastic === 'all' || demand.elastic?.has(id)) return elasticRow(program, risk, bound)
  // A margin is measured against an equity that transfers change, so it is out when it falls short of the old one.
  const out = id.startsWith('margin') ? (before ?? 0) > 0 : (before ?? -Infinity) > factor * of.constant
  if (demand.reduce && kind === 'risk' && out) {
    program.require(reduced!, affine(before))
    return elasticRow(program, risk, unsafe)
  }
  program.require(risk, bound)
  return undefined
}

function elasticRow(program: LinearProgram, risk: Affine, bound: Affine): number {
  const slack = program.variable(0)
  program.require(
    risk,
    combine([
      [1, bound],
      [1, affine(0, [[slack, 1]])],
    ]),
  )
  return slack
}

/** An option past its expiry is worth its settlement and moves nothing: it is drawn to zero by its value. */
function closeExpired(
  input: PlanInput,
  { quantity }: Relaxation,
  program: LinearProgram,
  minimise: Affine[],
): void {
  for (const i of expiredSlots(input)) {
    const left = affine(0, [[program.variable(0), 1]])
    program.require(quantity[i]!, left)
    program.require(combine([[-1, quantity[i]!]]), left)
    minimise.push(left)
  }
}

/** Slots of options that are past their expiry at the market's time and still held. */
export const expiredSlots = ({ universe, market, book }: PlanInput): number[] =>
  universe.instruments.flatMap(({ option }, i) =>
    option && option.expiry <= market.time && book.quantities[i] !== 0n ? [i] : [],
  )

/**
 * The smallest set of limits, as far as dropping one at a time can tell, that has to give way before every target can end
 * inside its band (or, without `hardBands`, before there is any acceptable book); undefined when no relaxation helps,
 * because nothing that may be traded moves the target.
 */
export async function conflictingLimits(
  input: PlanInput,
  tracking: readonly Tracking[],
  tradable: ReadonlySet<number>,
  demand: Demand,
): Promise<readonly string[] | undefined> {
  const all = await optimize(input, tracking, tradable, { ...demand, elastic: 'all' })
  if (!all) return undefined
  let needed = all.broken
  for (const id of all.broken) {
    const without = new Set(needed.filter((other) => other !== id))
    const enough = await optimize(input, tracking, tradable, { ...demand, elastic: without })
    if (enough) needed = [...without]
  }
  return needed
}
