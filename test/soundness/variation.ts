import { FIELD } from '#portfolio/units.js'
import type { ConstraintSystem, Evaluation } from './constraint-system.js'

/** A witness with some wires changed, as the difference to an evaluated one: its cost is that of what the changes touch. */
export class Variation {
  readonly #system: ConstraintSystem
  readonly #base: Evaluation
  readonly #differences = new Map<number, bigint>()
  readonly #values = new Map<number, bigint>()

  constructor(system: ConstraintSystem, base: Evaluation, changes: Iterable<readonly [number, bigint]> = []) {
    this.#system = system
    this.#base = base
    for (const [wire, value] of changes) this.set(wire, value)
  }

  /** The wires that were set, with their values. */
  get changes(): ReadonlyMap<number, bigint> {
    return this.#values
  }

  get(wire: number): bigint {
    return this.#values.get(wire) ?? this.#base.witness[wire]!
  }

  set(wire: number, value: bigint): void {
    const change = value - this.get(wire)
    this.#values.set(wire, value)
    this.#system.visitRowsOf(wire, (row, coefficient) => {
      this.#differences.set(row, ((this.#differences.get(row) ?? 0n) + coefficient * change) % FIELD)
    })
  }

  /** ⟨a,w⟩·⟨b,w⟩ − ⟨c,w⟩ mod r, 0 where the constraint holds; of either sign. */
  residual(constraint: number): bigint {
    const row = 3 * constraint
    return (this.#product(row) * this.#product(row + 1) - this.#product(row + 2)) % FIELD
  }

  /** The first constraint that fails among those that hold a changed wire. */
  firstBroken(): number | undefined {
    for (const row of this.#differences.keys()) {
      const constraint = (row - (row % 3)) / 3
      if (this.residual(constraint) !== 0n) return constraint
    }
    return undefined
  }

  #product(row: number): bigint {
    return this.#base.products[row]! + (this.#differences.get(row) ?? 0n)
  }
}
