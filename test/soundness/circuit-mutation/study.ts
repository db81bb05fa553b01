import type { ConstraintSystem, Evaluation } from '../constraint-system.js'
import { type Proposal, proposalsOf } from '../hints.js'
import { type Definitions, Propagation } from '../propagation.js'

const ROUNDS_MAX = 16

/** Follows changes of one witness through a system, with hints computed anew as the circuit's generator would. */
export class Study {
  readonly #propagation: Propagation
  readonly #base: Evaluation
  /** Hints by the wires that they are computed from. */
  readonly #readers = new Map<number, Proposal[]>()

  constructor(system: ConstraintSystem, definitions: Definitions, base: Evaluation) {
    this.#propagation = new Propagation(system, definitions)
    this.#base = base
    for (const proposal of proposalsOf(system)) {
      for (const source of proposal.from) {
        this.#readers.set(source, [...(this.#readers.get(source) ?? []), proposal])
      }
    }
  }

  /** Whether every constraint holds once `changes` are made and followed. */
  allows(changes: ReadonlyMap<number, bigint>): boolean {
    const all = new Map(changes)
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const variation = this.#propagation.follow(this.#base, all)
      let settled = true
      for (const source of variation.changes.keys()) {
        for (const { wire, from, propose } of this.#readers.get(source) ?? []) {
          const value = propose(from.map((one) => variation.get(one)))
          if (changes.has(wire) || variation.get(wire) === value) continue
          all.set(wire, value)
          settled = false
        }
      }
      if (settled) return variation.firstBroken() === undefined
    }
    return false
  }
}
