import { FIELD } from '#portfolio/units.js'
import { reduce } from '#prover/bn254.js'
import type { ConstraintSystem, Evaluation, Witness } from './constraint-system.js'
import { HINTS, inverseOf, type Proposal, proposalsOf } from './hints.js'
import { Variation } from './variation.js'

export { HINTS } from './hints.js'

/** How a constraint gives a wire that it is linear in: the value is one at which it fails, less residual·factor. */
export type Definition = { readonly wire: number; readonly constraint: number; readonly factor: bigint }

export type Definitions = {
  /** Every wire that follows from inputs and hints, after all that it depends on. */
  readonly order: readonly Definition[]
  readonly proposals: readonly Proposal[]
  /** Length of the longest chain from an input to each wire: a wire follows only from wires of lower rank. */
  readonly ranks: Uint32Array
  /** Wires without a definition, ascending: inputs, hints and `undetermined`. */
  readonly free: readonly number[]
  readonly hints: readonly number[]
  /** Free wires that are neither inputs nor hints: none, unless a `<--` is missing in the list. */
  readonly undetermined: readonly number[]
  /** Constraints that define no wire: those that can refuse. */
  readonly checks: readonly number[]
}

/** Wires of the main component's signals of these names, arrays whole: the names of a witness input give the inputs. */
export function inputWires(system: ConstraintSystem, names: Iterable<string>): number[] {
  const wanted = new Set(names)
  return system.names.flatMap((name, wire) => {
    const signal = /^main\.(\w+)(\[\d+\])*$/.exec(name)?.[1]
    return signal !== undefined && wanted.has(signal) ? [wire] : []
  })
}

/**
 * The order in which inputs and hints determine every other wire of an O0 circuit: a constraint defines a wire if that is
 * the only one in it not known yet and occurs linearly, with a constant coefficient other than 0.
 *
 * No constraint defines a hint. A hint is known once what it is computed from is known, so that digits never define the
 * number they are taken from. In a circuit without `===` every constraint defines a wire, so a `<--` that is not listed
 * always leaves one undetermined; a check may define in its stead the wire it compares with something known.
 */
export function definitionsOf(
  system: ConstraintSystem,
  inputs: readonly number[],
  hints: Parameters<typeof proposalsOf>[1] = HINTS,
): Definitions {
  const proposals = proposalsOf(system, hints)
  const isHint = new Set(proposals.map(({ wire }) => wire))
  const dependents = groupBy(
    proposals.flatMap((proposal) => proposal.from.map((source) => [source, proposal] as const)),
  )
  const missing = new Map(proposals.map(({ wire, from }) => [wire, from.length]))
  const unknown = Uint32Array.from({ length: system.constraintCount }, (_, k) => system.wiresOf(k).length)
  const known = new Uint8Array(system.wireCount)
  const ranks = new Uint32Array(system.wireCount)
  const order: Definition[] = []
  const queue: number[] = []
  const reach = (wire: number, from: readonly number[]): void => {
    if (known[wire]) return
    known[wire] = 1
    ranks[wire] = from.reduce((rank, source) => Math.max(rank, ranks[source]! + 1), 0)
    queue.push(wire)
  }
  const define = (constraint: number): void => {
    if (unknown[constraint] !== 1) return
    const wires = system.wiresOf(constraint)
    const wire = wires.find((other) => !known[other])
    const factor = wire === undefined || isHint.has(wire) ? undefined : factorOf(system, constraint, wire)
    if (wire === undefined || factor === undefined) return
    order.push({ wire, constraint, factor })
    reach(
      wire,
      wires.filter((other) => other !== wire),
    )
  }
  const pass = (wire: number): void => {
    for (const { wire: hint, from } of dependents.get(wire) ?? []) {
      missing.set(hint, missing.get(hint)! - 1)
      if (missing.get(hint) === 0) reach(hint, from)
    }
    for (const constraint of system.constraintsOf(wire)) {
      unknown[constraint]! -= 1
      define(constraint)
    }
  }
  for (const wire of [0, ...inputs]) reach(wire, [])
  // A signal that is 0 has a constraint of its own, without the constant wire.
  for (const constraint of unknown.keys()) define(constraint)
  for (let at = 0; at < queue.length; at++) pass(queue[at]!)

  const defined = new Set(order.map(({ wire }) => wire))
  const defining = new Set(order.map(({ constraint }) => constraint))
  return {
    order,
    proposals,
    ranks,
    free: [...known.keys()].filter((wire) => wire !== 0 && !defined.has(wire)),
    hints: [...isHint],
    undetermined: [...known.keys()].filter((wire) => !known[wire]),
    checks: [...unknown.keys()].filter((constraint) => !defining.has(constraint)),
  }
}

/**
 * A witness with free wires changed and all that follows recomputed, hints too unless they are among the changes: what a
 * dishonest prover's generator would give. Constraints that define no wire may break.
 */
export function propagate(
  system: ConstraintSystem,
  definitions: Definitions,
  witness: Witness,
  changes: ReadonlyMap<number, bigint>,
): Witness {
  const propagated = witness.slice()
  const variation = new Propagation(system, definitions).follow(system.evaluate(witness), changes)
  for (const [wire, value] of variation.changes) propagated[wire] = value
  return propagated
}

type Step = Definition | Proposal

/** Propagates many changes through one system, each at the cost of what follows from it. */
export class Propagation {
  readonly #system: ConstraintSystem
  /** How every wire that is not an input is computed, after all that it depends on. */
  readonly #steps: readonly Step[]
  /** Per wire, the places of the steps that read it. */
  readonly #readers: ReadonlyMap<number, readonly number[]>

  constructor(system: ConstraintSystem, { order, proposals, ranks }: Definitions) {
    this.#system = system
    this.#steps = [...order, ...proposals].sort((a, b) => ranks[a.wire]! - ranks[b.wire]!)
    const reads = (step: Step): readonly number[] =>
      'from' in step ? step.from : system.wiresOf(step.constraint).filter((wire) => wire !== step.wire)
    this.#readers = groupBy(
      this.#steps.flatMap((step, place) => reads(step).map((wire) => [wire, place] as const)),
    )
  }

  /** `base` with the wires `changes`, which stay as given, and all that follows from them; each value in [0, r). */
  follow(base: Evaluation, changes: ReadonlyMap<number, bigint>): Variation {
    const variation = new Variation(this.#system, base, changes)
    for (const place of this.#followers(changes.keys())) {
      const step = this.#steps[place]!
      if (changes.has(step.wire)) continue
      const value = computedBy(step, variation)
      if (value !== variation.get(step.wire)) variation.set(step.wire, value)
    }
    return variation
  }

  /** Places of all steps that depend on the wires, directly or not, in order. */
  #followers(wires: Iterable<number>): Uint32Array {
    const places = new Set<number>()
    const stack = [...wires]
    for (let wire = stack.pop(); wire !== undefined; wire = stack.pop()) {
      for (const place of this.#readers.get(wire) ?? []) {
        if (!places.has(place)) stack.push(this.#steps[place]!.wire)
        places.add(place)
      }
    }
    return Uint32Array.from(places).sort()
  }
}

function computedBy(step: Step, variation: Variation): bigint {
  if ('from' in step) return step.propose(step.from.map((wire) => variation.get(wire)))
  return reduce(variation.get(step.wire) - variation.residual(step.constraint) * step.factor, FIELD)
}

/** 1 / coefficient of `wire` in ⟨a,w⟩·⟨b,w⟩ − ⟨c,w⟩, if that is a constant other than 0. */
function factorOf(system: ConstraintSystem, constraint: number, wire: number): bigint | undefined {
  const sides = ([0, 1, 2] as const).map((side) => system.combination(constraint, side))
  const [inA, inB, inC] = sides.map((terms) => terms.find((term) => term.wire === wire)?.coefficient ?? 0n)
  const [a, b] = sides
  if (inA !== 0n && inB !== 0n) return undefined
  const other = inA !== 0n ? b! : inB !== 0n ? a! : []
  if (other.some((term) => term.wire !== 0)) return undefined
  const coefficient = reduce((inA! + inB!) * (other[0]?.coefficient ?? 0n) - inC!, FIELD)
  return coefficient === 0n ? undefined : inverseOf(coefficient)
}

function groupBy<V>(entries: readonly (readonly [number, V])[]): Map<number, V[]> {
  const groups = new Map<number, V[]>()
  for (const [key, value] of entries) {
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}
