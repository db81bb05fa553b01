import loadHighs from 'highs'
import { BaseError } from '#portfolio/base-error.js'

/** constant + Σ coefficient · variable. */
export type Affine = { readonly constant: number; readonly terms: ReadonlyMap<number, number> }

export const affine = (constant = 0, terms: Iterable<readonly [number, number]> = []): Affine => ({
  constant,
  terms: new Map(terms),
})

/** Σ weight · expression. */
export function combine(parts: Iterable<readonly [number, Affine]>): Affine {
  let constant = 0
  const terms = new Map<number, number>()
  for (const [weight, part] of parts) {
    constant += weight * part.constant
    for (const [v, c] of part.terms) terms.set(v, (terms.get(v) ?? 0) + weight * c)
  }
  return { constant, terms }
}

const valueAt = ({ constant, terms }: Affine, values: Float64Array): number => {
  let total = constant
  for (const [v, c] of terms) total += c * values[v]!
  return total
}

/** A convex function of one number, given by value and slope. */
export type Curve = { readonly value: (x: number) => number; readonly slope: (x: number) => number }

type LoadedHighs = Awaited<ReturnType<typeof loadHighs.default>>
// The module's default export is the loader itself; its type file describes the CommonJS build.
const load = loadHighs as unknown as typeof loadHighs.default
let loaded: Promise<LoadedHighs> | undefined

// Tried in turn until one ends with an answer: a solver may lose its way in rounding at the tightest tolerance.
const EFFORTS = [
  {
    solver: 'simplex',
    presolve: 'on',
    primal_feasibility_tolerance: 1e-10,
    dual_feasibility_tolerance: 1e-10,
  },
  {
    solver: 'simplex',
    presolve: 'off',
    primal_feasibility_tolerance: 1e-10,
    dual_feasibility_tolerance: 1e-10,
  },
  {
    solver: 'simplex',
    presolve: 'off',
    primal_feasibility_tolerance: 1e-7,
    dual_feasibility_tolerance: 1e-7,
  },
  { solver: 'ipm', presolve: 'on', primal_feasibility_tolerance: 1e-7, dual_feasibility_tolerance: 1e-7 },
] as const

/** Curves are touched by tangents until the program is this near to them, in the unit of the objective. */
const CURVE_GAP = 1e-8
const CURVE_ROUNDS = 40
/** Beyond this the solver takes no number: a book is worth so little that nothing about it is told apart. */
const LARGEST = 1e12

type Row = { readonly terms: ReadonlyMap<number, number>; readonly upper: number; readonly equal: boolean }

/**
 * A minimisation over continuous variables, built row by row and solved by HiGHS (simplex, one thread, deterministic).
 * Convex curves enter as the upper envelope of tangents, added where the last solution was.
 */
export class LinearProgram {
  readonly #lower: number[] = []
  readonly #upper: number[] = []
  readonly #cost: number[] = []
  readonly #rows: Row[] = []
  readonly #curves: { of: Affine; curve: Curve; bound: number }[] = []

  /** Adds a variable and returns its number. */
  variable(lower: number, upper = Infinity, cost = 0): number {
    this.#lower.push(lower)
    this.#upper.push(upper)
    this.#cost.push(cost)
    return this.#lower.length - 1
  }

  /** Requires left ≤ right, or left = right. */
  require(left: Affine, right: Affine, equal = false): void {
    const { constant, terms } = combine([
      [1, left],
      [-1, right],
    ])
    this.#rows.push({ terms, upper: -constant, equal })
  }

  /** A variable that equals `of`: rows that share a long expression stay short. */
  named(of: Affine): Affine {
    const name = affine(0, [[this.variable(-Infinity), 1]])
    this.require(of, name, true)
    return name
  }

  /** A variable that is at least `curve(of)`, and equal to it where the objective presses it down. */
  above(of: Affine, curve: Curve, touchAt: readonly number[]): Affine {
    const bound = this.variable(-Infinity)
    this.#curves.push({ of, curve, bound })
    for (const x of touchAt) this.#rows.push(tangent(of, curve, bound, x))
    return affine(0, [[bound, 1]])
  }

  /** Hands the program to the solver and keeps it there for as long as `use` lasts; too large a number has no solution. */
  async open<T>(use: (solver: OpenProgram) => T): Promise<T> {
    if (this.#rows.some(tooLarge)) return use({ solve: () => undefined })
    loaded ??= load()
    const highs = await loaded
    const { starts, indices, values } = packed(this.#rows)
    const numCols = this.#cost.length
    const numRows = this.#rows.length
    const bounded = (x: number) => (x === Infinity ? highs.infinity : x === -Infinity ? -highs.infinity : x)
    const lower = this.#lower.map(bounded)
    const upper = this.#upper.map(bounded)
    const data = {
      numCols,
      numRows,
      colCost: this.#cost,
      colLower: lower,
      colUpper: upper,
      rowLower: this.#rows.map(({ equal, upper }) => (equal ? upper : -highs.infinity)),
      rowUpper: this.#rows.map(({ upper }) => upper),
      matrix: { format: 'csr' as const, numRows, numCols, starts, indices, values },
    }
    return highs.withModel(data, (model) => {
      const { optimal, infeasible, unboundedOrInfeasible } = highs.constants.modelStatus
      const run = (): Float64Array | undefined => {
        for (const [k, effort] of EFFORTS.entries()) {
          model.options.set({ output_flag: false, ...effort })
          if (k > 0) model.clearSolver()
          model.raw.run()
          const ended = model.getModelStatus()
          if (ended === optimal) return model.getSolution().colValue
          if (ended === infeasible || ended === unboundedOrInfeasible) return undefined
        }
        throw new SolverError()
      }
      /** Adds the tangents that a solution asks for; false when it touches every curve. */
      const refine = (solution: Float64Array): boolean => {
        const rows = this.#curves.flatMap(({ of, curve, bound }) => {
          const x = valueAt(of, solution)
          return curve.value(x) - solution[bound]! > CURVE_GAP ? [tangent(of, curve, bound, x)] : []
        })
        if (rows.some(tooLarge)) return false
        for (const { terms, upper } of rows) {
          model.addRow(-highs.infinity, upper, { indices: [...terms.keys()], values: [...terms.values()] })
        }
        return rows.length > 0
      }
      return use({
        solve: (zeros = []) => {
          for (const v of zeros) model.changeColBounds(v, 0, 0)
          let solution = run()
          for (let round = 0; solution && round < CURVE_ROUNDS && refine(solution); round++) solution = run()
          // A change of bounds takes the answer away.
          const solved = solution && { values: solution, objective: model.getObjectiveValue() }
          for (const v of zeros) model.changeColBounds(v, lower[v]!, upper[v]!)
          return solved
        },
      })
    })
  }
}

/**
 * A program in the solver. Solving it again starts from the last solution; `zeros` names variables that are held at 0
 * meanwhile.
 */
export type OpenProgram = {
  /** Values of the variables at the minimum, or undefined when no values satisfy every row. @throws {@link SolverError} */
  readonly solve: (
    zeros?: readonly number[],
  ) => { readonly values: Float64Array; readonly objective: number } | undefined
}

/** curve(x) + curve′(x)·(of − x) ≤ bound. */
function tangent(of: Affine, { value, slope }: Curve, bound: number, x: number): Row {
  const rise = slope(x)
  const { constant, terms } = combine([
    [rise, of],
    [-1, affine(0, [[bound, 1]])],
  ])
  return { terms, upper: rise * x - value(x) - constant, equal: false }
}

const tooLarge = ({ terms, upper }: Row): boolean =>
  [upper, ...terms.values()].some((x) => !(Math.abs(x) < LARGEST))

/** Rows in compressed form, without coefficients too small to mean anything. */
function packed(rows: readonly Row[]): { starts: number[]; indices: number[]; values: number[] } {
  const starts = [0]
  const indices: number[] = []
  const values: number[] = []
  for (const { terms } of rows) {
    for (const [v, c] of terms) {
      if (Math.abs(c) < 1e-12) continue
      indices.push(v)
      values.push(c)
    }
    starts.push(indices.length)
  }
  return { starts, indices, values }
}

/** The solver stopped without an answer. */
export class SolverError extends BaseError {
  constructor() {
    super('The linear program ended without an answer.', {
      code: 'STRATEGY_SOLVER',
      hints: ['Check that trading costs, lots and targets are of everyday size.'],
    })
  }
}
