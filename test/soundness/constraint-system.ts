import { readFile } from 'node:fs/promises'
import { circuitOf, type Statement } from '#circuits/circuit.js'
import { type Compiled, compileCircuit } from '#circuits/compile.js'
import type { Tier } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { readR1cs } from '#prover/r1cs-file.js'
import { parseRows, type SparseRows, transpose, withoutRows } from './sparse-rows.js'

/** Wire values in the circuit's own order, each in [0, r); element 0 is 1. */
export type Witness = bigint[]

/** A witness with ⟨a,w⟩, ⟨b,w⟩, ⟨c,w⟩ of constraint k at 3k, 3k + 1, 3k + 2, so that a change costs only what it touches. */
export type Evaluation = { readonly witness: Witness; readonly products: bigint[] }

/** One summand of a linear combination; the coefficient is centred: −r/2 < coefficient < r/2. */
export type Term = { readonly wire: number; readonly coefficient: bigint }

/** The constraints ⟨a,w⟩·⟨b,w⟩ = ⟨c,w⟩ of a compiled circuit, for witnesses that no generator vouches for. */
export class ConstraintSystem {
  /** Row 3k + m is combination m (a, b, c) of constraint k. */
  readonly #rows: SparseRows
  /** Row w lists the rows that hold wire w. */
  readonly #incidence: SparseRows
  /** Outputs and public inputs: wires 1..publics. */
  readonly publics: number
  /** Name per wire; at O2 a signal that was simplified away has neither wire nor name. */
  readonly names: readonly string[]
  readonly wires: ReadonlyMap<string, number>

  private constructor(rows: SparseRows, names: readonly string[], publics: number) {
    this.#rows = rows
    this.#incidence = transpose(rows, names.length)
    this.names = names
    this.publics = publics
    this.wires = new Map(names.map((name, wire) => [name, wire]))
  }

  /** Reads what the compiler made. @throws {@link R1csError} if that is not an r1cs over this field. */
  static async read(compiled: Compiled): Promise<ConstraintSystem> {
    const { terms, constraints, wires, publics } = await readR1cs(compiled.r1csPath)
    const names = await readNames(compiled.symPath, wires)
    return new ConstraintSystem(parseRows(terms, 3 * constraints), names, publics)
  }

  /** The same system without one constraint: the circuit that forgot it. */
  without(constraint: number): ConstraintSystem {
    const rows = withoutRows(this.#rows, 3 * constraint, 3 * constraint + 3)
    return new ConstraintSystem(rows, this.names, this.publics)
  }

  get constraintCount(): number {
    return (this.#rows.starts.length - 1) / 3
  }

  /** Wires, the constant one included. */
  get wireCount(): number {
    return this.names.length
  }

  /** Combination a, b or c (0, 1, 2) of a constraint. */
  combination(constraint: number, side: 0 | 1 | 2): Term[] {
    const row = 3 * constraint + side
    const terms: Term[] = []
    visit(this.#rows, row, (wire, coefficient) => terms.push({ wire, coefficient }))
    return terms
  }

  /** The distinct wires of a constraint, wire 0 among them where it has a constant. */
  wiresOf(constraint: number): number[] {
    const { starts, columns } = this.#rows
    return [...new Set(columns.subarray(starts[3 * constraint]!, starts[3 * constraint + 3]!))]
  }

  /** The constraints that hold a wire, in ascending order. */
  constraintsOf(wire: number): number[] {
    const { starts, columns } = this.#incidence
    const rows = columns.subarray(starts[wire]!, starts[wire + 1]!)
    return [...new Set(Array.from(rows, (row) => (row - (row % 3)) / 3))]
  }

  /** Calls back with every combination (3k + m) that holds a wire, and its coefficient there. */
  visitRowsOf(wire: number, callback: (row: number, coefficient: bigint) => void): void {
    visit(this.#incidence, wire, callback)
  }

  evaluate(witness: Witness): Evaluation {
    const rows = this.#rows.starts.length - 1
    return { witness, products: Array.from({ length: rows }, (_, row) => this.#dot(row, witness)) }
  }

  /** Indices of the constraints that a witness breaks. */
  broken(witness: Witness): number[] {
    return this.failing(this.evaluate(witness))
  }

  /** The same of a witness that is evaluated already. */
  failing({ products }: Evaluation): number[] {
    const failing: number[] = []
    for (let row = 0; row < products.length; row += 3) {
      if ((products[row]! * products[row + 1]! - products[row + 2]!) % FIELD !== 0n) failing.push(row / 3)
    }
    return failing
  }

  /** Whether some constraint that holds `wire` fails once that wire alone has `value`; stops at the first that does. */
  notices({ witness, products }: Evaluation, wire: number, value: bigint): boolean {
    const { starts, columns, coefficients, pool } = this.#incidence
    const change = value - witness[wire]!
    const end = starts[wire + 1]!
    for (let at = starts[wire]!; at < end; ) {
      const first = columns[at]! - (columns[at]! % 3)
      let a = products[first]!
      let b = products[first + 1]!
      let c = products[first + 2]!
      for (; at < end && columns[at]! < first + 3; at++) {
        const difference = pool[coefficients[at]!]! * change
        const side = columns[at]! - first
        if (side === 0) a += difference
        else if (side === 1) b += difference
        else c += difference
      }
      if ((a * b - c) % FIELD !== 0n) return true
    }
    return false
  }

  /** The innermost component that holds all signals of a constraint, or else the signals. */
  nameOf(constraint: number): string {
    const wires = this.wiresOf(constraint).filter((wire) => wire !== 0)
    const paths = wires.map((wire) => this.names[wire]!.split('.').slice(1))
    const shared: string[] = []
    for (
      let depth = 0;
      paths.every((path) => depth < path.length - 1 && path[depth] === paths[0]![depth]);
      depth++
    ) {
      shared.push(paths[0]![depth]!)
    }
    if (shared.length > 0) return shared.join('.')
    return paths
      .map((path) => path.join('.'))
      .sort()
      .join(' ')
  }

  #dot(row: number, witness: Witness): bigint {
    const { starts, columns, coefficients, pool } = this.#rows
    let total = 0n
    const end = starts[row + 1]!
    for (let at = starts[row]!; at < end; at++) total += pool[coefficients[at]!]! * witness[columns[at]!]!
    return total % FIELD
  }
}

/** Compiles a statement of a tier and reads its constraints. */
export const loadSystem = async (statement: Statement, tier: Tier, level: 'O0' | 'O2' = 'O2') =>
  ConstraintSystem.read(await compileCircuit(circuitOf(statement, tier), { level }))

function visit(
  { starts, columns, coefficients, pool }: SparseRows,
  row: number,
  callback: (column: number, coefficient: bigint) => void,
): void {
  for (let at = starts[row]!; at < starts[row + 1]!; at++) callback(columns[at]!, pool[coefficients[at]!]!)
}

async function readNames(path: string, wires: number): Promise<string[]> {
  const names = ['one']
  for (const line of (await readFile(path, 'utf8')).trim().split('\n')) {
    const [, wire, , name] = line.split(',')
    if (Number(wire) >= 0) names[Number(wire)] ??= name!
  }
  if (names.length !== wires || names.includes(undefined!))
    throw new Error(`${path} does not name every wire`)
  return names
}
