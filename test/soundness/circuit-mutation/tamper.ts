import { FIELD } from '#portfolio/units.js'
import { reduce } from '#prover/bn254.js'
import type { ConstraintSystem, Evaluation, Witness } from '../constraint-system.js'
import { type Proposal, proposalsOf } from '../hints.js'
import { type Definitions, definitionsOf, inputWires, Propagation } from '../propagation.js'

const HALF = (FIELD + 1n) / 2n
const ROUNDS_MAX = 16
/** Signals that follow from a witness's inputs, so that a witness with the same inputs and others of these is a second one. */
const OUTPUTS = ['c', 'beta']

/**
 * Looks for a second witness of the same inputs: of every wire that neither they nor the hints determine, and of every
 * hint in a way that no circuit may allow. All that follows is recomputed, hints too, and every constraint must hold.
 *
 * @returns the wires that were changed, or undefined where each change is noticed.
 */
export function secondWitness(
  system: ConstraintSystem,
  witness: Witness,
  inputs: readonly string[],
  original: Dependencies,
): string | undefined {
  const given = inputWires(
    system,
    inputs.filter((name) => !OUTPUTS.includes(name)),
  )
  const { definitions, roots } = rootsOf(system, given, original)
  const study = new Study(system, definitions, system.evaluate(witness))
  for (const root of roots) {
    for (const value of rootValues(witness[root]!)) {
      if (study.allows(new Map([[root, value]]))) return `${system.names[root]} free`
    }
  }
  for (const changes of hintChanges(system, definitions, witness)) {
    if (study.allows(changes)) return `${system.names[[...changes.keys()][0]!]} tampered with`
  }
  return undefined
}

/** Names a wire of the unchanged circuit is defined by, by its own name. */
export type Dependencies = ReadonlyMap<string, readonly string[]>

export function dependenciesOf(system: ConstraintSystem, inputs: readonly string[]): Dependencies {
  const given = inputWires(
    system,
    inputs.filter((name) => !OUTPUTS.includes(name)),
  )
  const { order, undetermined } = definitionsOf(system, given)
  if (undetermined.length > 0) throw new Error(`the circuit leaves ${system.names[undetermined[0]!]} free`)
  return new Map(
    order.map(({ wire, constraint }) => {
      const others = system.wiresOf(constraint).filter((other) => other !== wire && other !== 0)
      return [system.names[wire]!, others.map((other) => system.names[other]!)]
    }),
  )
}

/**
 * The wires where determination stops: in the original they follow from wires that are determined here. Taken as given
 * they determine the rest.
 */
function rootsOf(system: ConstraintSystem, given: readonly number[], original: Dependencies) {
  const roots: number[] = []
  let definitions = definitionsOf(system, given)
  while (definitions.undetermined.length > 0) {
    const open = new Set(definitions.undetermined.map((wire) => system.names[wire]!))
    const first = definitions.undetermined.filter((wire) => {
      const sources = original.get(system.names[wire]!)
      return sources?.every((source) => !open.has(source))
    })
    roots.push(...(first.length > 0 ? first : definitions.undetermined.slice(0, 1)))
    definitions = definitionsOf(system, [...given, ...roots])
  }
  return { definitions, roots }
}

const rootValues = (value: bigint): bigint[] =>
  [value + 1n, value - 1n, 0n, 1n, -value, value + 2n].map((x) => reduce(x, FIELD)).filter((x) => x !== value)

/** Other values of hints, none of which a sound circuit lets pass. */
function* hintChanges(system: ConstraintSystem, { hints }: Definitions, witness: Witness) {
  const add = (wire: number, by: bigint) => [wire, reduce(witness[wire]! + by, FIELD)] as const
  for (const hint of hints) {
    const name = system.names[hint]!
    const sibling = (local: string) => system.wires.get(name.replace(/[^.]*$/, local))
    if (name.endsWith('.out[0]')) {
      yield new Map([add(hint, 1n)])
      const next = sibling('out[1]')
      if (next !== undefined) yield new Map([add(hint, 2n), add(next, -1n)])
    } else if (name.endsWith('.inverse')) {
      if (witness[sibling('in')!] !== 0n)
        for (const by of [1n, -witness[hint]!]) yield new Map([add(hint, by)])
    } else if (name.endsWith('.reducing')) {
      for (const value of [2n, FIELD - 1n, HALF]) yield new Map([[hint, value]])
    } else if (name.endsWith('.outflow')) {
      if (witness[sibling('net')!] !== 0n)
        for (const value of [2n, FIELD - 1n, HALF]) yield new Map([[hint, value]])
    }
  }
}

/** Follows changes of one witness through a system, with hints computed anew as the circuit's generator would. */
class Study {
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
