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

const INFEASIBLE = new Float64Array(0)

/** A minimisation over continuous variables, built row by row and solved by HiGHS (simplex, one thread, deterministic). */
export class LinearProgram {
  readonly #lower: number[] = []
  readonly #upper: number[] = []
  readonly #cost: number[] = []
  readonly #rows: { terms: ReadonlyMap<number, number>; upper: number; equal: boolean }[] = []

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

  /** Values of the variables at the minimum, or undefined when no values satisfy every row. @throws {@link SolverError} */
  async solve(): Promise<Float64Array | undefined> {
    loaded ??= load()
    const highs = await loaded
    const starts = [0]
    const indices: number[] = []
    const values: number[] = []
    for (const { terms } of this.#rows) {
      for (const [v, c] of terms) {
        if (Math.abs(c) < 1e-12) continue
        indices.push(v)
        values.push(c)
      }
      starts.push(indices.length)
    }
    const numCols = this.#cost.length
    const numRows = this.#rows.length
    const bounded = (x: number) => (x === Infinity ? highs.infinity : x === -Infinity ? -highs.infinity : x)
    const data = {
      numCols,
      numRows,
      colCost: this.#cost,
      colLower: this.#lower.map(bounded),
      colUpper: this.#upper.map(bounded),
      rowLower: this.#rows.map(({ upper, equal }) => (equal ? upper : -highs.infinity)),
      rowUpper: this.#rows.map(({ upper }) => upper),
      matrix: { format: 'csr' as const, numRows, numCols, starts, indices, values },
    }
    const status = highs.constants.modelStatus
    for (const effort of EFFORTS) {
      const values = highs.withModel(data, (model) => {
        model.options.set({ output_flag: false, ...effort })
        model.raw.run()
        const ended = model.getModelStatus()
        if (ended === status.optimal) return model.getSolution().colValue
        return ended === status.infeasible || ended === status.unboundedOrInfeasible ? INFEASIBLE : undefined
      })
      if (values) return values === INFEASIBLE ? undefined : values
    }
    throw new SolverError()
  }
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
