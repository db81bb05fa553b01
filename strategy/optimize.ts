import { depthRow, type LimitRow, limitRows } from './limit-rows.js'
import { type Affine, affine, combine, LinearProgram, type OpenProgram } from './linear-program.js'
import { gapsOf, objective } from './objective.js'
import type { PlanInput } from './plan.js'
import { type Relaxation, relax } from './relaxation.js'
import { tooSmall } from './round-lots.js'
import { slotRouter } from './slot-router.js'
import { isWithinReach, type Wish } from './wish.js'

/**
 * How strictly to ask. `safety` is the share of each limit left unused. With `reduce`, limits the old book already breaks
 * need only be reduced, as far as they can be. Limits named in `elastic` may be broken at a price, which finds the limits
 * in conflict; `hardBands` asks every target within reach to end inside its band.
 */
export type Demand = {
  readonly safety: number
  readonly reduce?: boolean
  readonly elastic?: ReadonlySet<string> | 'all'
  readonly hardBands?: boolean
}

// Above any cost or tracking error, far below where the solver's tolerances would blur the rest.
const BREACH_PRICE = 100

type Built = {
  readonly program: LinearProgram
  readonly relaxed: Relaxation
  readonly breaches: readonly (readonly [id: string, slack: number])[]
}

/**
 * Signed trades in 1e-8 unit before rounding, best first: those that minimise what being off target and trading cost over
 * the books the demand allows, without the legs that are too small to be done or do not pay their fixed cost, then with all
 * of them. None where the demand allows no book.
 */
export async function optimize(
  wish: Wish,
  tradable: ReadonlySet<number>,
  demand: Demand,
): Promise<(readonly number[])[]> {
  const built = build(wish, tradable, demand)
  return built.program.open((solver) => {
    const full = solveNet(solver, built.relaxed)
    if (!full) return []
    const fewer = dropLegs(wish.input, built.relaxed, solver, full)
    return fewer === full.quantities ? [fewer] : [fewer, full.quantities]
  })
}

/**
 * The smallest set of limits, as far as dropping one at a time can tell, that has to give way before every target within
 * reach can end inside its band (or, without `hardBands`, before there is any acceptable book); undefined when no
 * relaxation helps, because nothing that may be traded moves the target.
 */
export async function conflictingLimits(
  wish: Wish,
  tradable: ReadonlySet<number>,
  demand: Demand,
): Promise<readonly string[] | undefined> {
  const broken = async (elastic: Demand['elastic'] & {}): Promise<readonly string[] | undefined> => {
    const { program, relaxed, breaches } = build(wish, tradable, { ...demand, elastic })
    return program.open((solver) => brokenIn(solver, relaxed, breaches))
  }
  const all = await broken('all')
  if (!all) return undefined
  let needed = all
  for (const id of all) {
    const without = new Set(needed.filter((other) => other !== id))
    if (await broken(without)) needed = [...without]
  }
  return needed
}

/** The depths that a book inside every limit would need more of, were nothing else in its way: none if it does not help. */
export async function lackingDepths(wish: Wish, tradable: ReadonlySet<number>): Promise<readonly string[]> {
  const depths = new Set([...tradable].flatMap((i) => [depthRow('buy', i), depthRow('sell', i)]))
  const { program, relaxed, breaches } = build(wish, tradable, { safety: 0, elastic: depths })
  return program.open((solver) => brokenIn(solver, relaxed, breaches) ?? [])
}

const brokenIn = (solver: OpenProgram, relaxed: Relaxation, breaches: Built['breaches']) => {
  const solved = solveNet(solver, relaxed)
  return solved && breaches.filter(([, slack]) => solved.values[slack]! > 1e-7).map(([id]) => id)
}

function build(wish: Wish, tradable: ReadonlySet<number>, demand: Demand): Built {
  const { input } = wish
  const program = new LinearProgram()
  const relaxed = relax(program, input, tradable)
  const minimise = objective(program, wish, relaxed)
  if (demand.hardBands) {
    gapsOf(input, relaxed).forEach((gap, k) => {
      const target = input.targets[k]!
      if (!isWithinReach(input, target)) return
      const band = combine([[Number(target.bandBps) / 1e4, relaxed.navAfter]])
      program.require(gap, band)
      program.require(combine([[-1, gap]]), band)
    })
  }
  const breaches: [string, number][] = []
  for (const row of limitRows(input, relaxed)) {
    const slack = requireLimit(program, row, demand)
    if (slack === undefined) continue
    breaches.push([row.id, slack])
    minimise.push(affine(0, [[slack, BREACH_PRICE]]))
  }
  const value = affine(0, [[program.variable(-Infinity, Infinity, 1), 1]])
  program.require(combine(minimise.map((part) => [1, part] as const)), value)
  return { program, relaxed, breaches }
}

/** Adds the row of one limit; returns the variable of its breach where the demand lets it be broken. */
function requireLimit(program: LinearProgram, row: LimitRow, demand: Demand): number | undefined {
  const { id, kind, risk, factor, of, reduced, before } = row
  // Shares are of the value before the trade, which is 1. What has used its margin of safety already need not give it back.
  const held = before !== undefined && before <= factor && !id.startsWith('margin') ? before : -Infinity
  const share = row.exact || kind === 'budget' ? ROUNDING : Math.max(demand.safety, ROUNDING)
  const safe = factor - share * Math.abs(factor)
  const kept = Math.max(safe, held)
  const bound = held > safe ? affine(held) : combine([[safe, of]])
  const unsafe = combine([[factor, of]])
  if (kind === 'budget' && before !== undefined && before > kept) {
    // Nothing is left of this budget: a step must not add to it.
    if (demand.elastic === 'all' || demand.elastic?.has(id)) return elasticRow(program, risk, affine(before))
    program.require(risk, affine(before))
    return undefined
  }
  if (demand.elastic === 'all' || demand.elastic?.has(id)) return elasticRow(program, risk, bound)
  // A margin is measured against an equity that transfers change, so it is out when it falls short of the old one.
  const out = id.startsWith('margin') ? (before ?? 0) > 0 : (before ?? -Infinity) > factor
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

type Solved = {
  readonly values: Float64Array
  readonly objective: number
  readonly quantities: readonly number[]
}

/** Left of every limit, so that the solver's own rounding does not end beyond it. */
const ROUNDING = 1e-9
/** Amounts below this share of the net asset value are the solver's rounding. */
const NOTHING = 1e-9

/**
 * The minimum with the slots in `held` untouched. A slot bought and sold at once would pass for traded value and make room
 * under the cap on cost: where that happens, its smaller side is closed and the program solved again.
 */
function solveNet(
  solver: OpenProgram,
  { buy, sell, weight, nav }: Relaxation,
  held: Iterable<number> = [],
): Solved | undefined {
  const zeros = [...held].flatMap((i) => [buy[i]!, sell[i]!])
  for (;;) {
    const solved = solver.solve(zeros)
    if (!solved) return undefined
    const { values, objective } = solved
    const washed = buy.flatMap((bought, i) => {
      const sold = sell[i]!
      const both = Math.min(values[bought]!, values[sold]!) > NOTHING
      return both ? [values[bought]! < values[sold]! ? bought : sold] : []
    })
    if (washed.length > 0) {
      zeros.push(...washed)
      continue
    }
    const quantities = buy.map((bought, i) =>
      weight[i]! > 0 ? ((values[bought]! - values[sell[i]!]!) * nav) / weight[i]! : 0,
    )
    return { values, objective, quantities }
  }
}

/** The same trades without the legs that are too small or that save less than a leg costs; found by solving without them. */
function dropLegs(
  input: PlanInput,
  relaxed: Relaxation,
  solver: OpenProgram,
  full: Solved,
): readonly number[] {
  const held = new Set<number>()
  let best = full
  for (;;) {
    const small = tooSmall(best.quantities, input).filter((i) => !held.has(i))
    if (small.length === 0) break
    for (const i of small) held.add(i)
    const next = solveNet(solver, relaxed, held)
    if (!next) return full.quantities
    best = next
  }
  const legs = best.quantities
    .map((q, i) => [i, Math.abs(q) * relaxed.weight[i]!] as const)
    .filter(([, size]) => size > 0)
    .sort(([, a], [, b]) => a - b)
  for (const [i] of legs) {
    const legCost = legCostOf(input, i, best.quantities[i]!) / relaxed.nav
    if (legCost === 0) continue
    const next = solveNet(solver, relaxed, [...held, i])
    if (!next || next.objective - best.objective >= legCost) continue
    held.add(i)
    best = next
  }
  return best.quantities
}

/** What doing a leg at all costs beyond what the program counts for its size, in 1e-16 quote. */
function legCostOf(input: PlanInput, slot: number, quantity: number): number {
  const leg = Number(input.fixedCosts?.leg ?? 0n)
  const router = slotRouter(input, slot, quantity > 0 ? 'buy' : 'sell')
  return leg + (router?.beyondCurve(BigInt(Math.round(Math.abs(quantity)))) ?? 0)
}
