import { shapeOf, type Tier } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { reduce } from '#prover/bn254.js'
import { intentOf, randomStep } from '#test/helpers/arbitrary-step.js'
import { loadCircuit, type TestCircuit } from '#test/helpers/circuit.js'
import { Prng } from '#test/helpers/prng.js'
import { statementOf } from '#test/helpers/statement.js'
import type { ConstraintSystem, Evaluation, Witness } from './constraint-system.js'
import { explain, SURVIVOR_KINDS, type SurvivorKind } from './known-survivors.js'
import { type Definitions, definitionsOf, inputWires, Propagation } from './propagation.js'
import { Variation } from './variation.js'

/** What became of the mutations of some witnesses; counts are of mutated witnesses. */
export type Mutations = {
  readonly witnesses: number
  /** Wires, or hints, that were changed in each witness. */
  readonly wires: number
  mutations: number
  /** Values equal to the present one or to one already tried. */
  skipped: number
  /** Accepted, and on the list of known survivors. */
  readonly survivors: Partial<Record<SurvivorKind, number>>
  /** Accepted, and on no list: a wire that is not bound. By seed, wire and change. */
  readonly unexplained: string[]
}

export type Slice = {
  readonly tier: Tier
  /** Of the honest steps, ordered by seed, those from the first number to before the second. */
  readonly witnesses: readonly [from: number, to: number]
}

/** An honest step's witness, and the values of all its signals, of those too that the optimiser takes away. */
type Honest = { readonly seed: number; readonly evaluation: Evaluation; signal(name: string): bigint }

const HONEST: readonly string[] = ['compliant', 'reducing', 'heartbeat', 'opening']

/** The seed of the n-th honest step. */
export function honestSeed(n: number): number {
  let seed = -1
  for (let left = n; left >= 0; left--) {
    do seed++
    while (!HONEST.includes(intentOf(seed)))
  }
  return seed
}

/** Loaded once per process: a slice is called many times. */
const circuits = new Map<string, Promise<TestCircuit>>()
const circuitAt = (tier: Tier, level: 'O0' | 'O2'): Promise<TestCircuit> => {
  const key = `${tier} ${level}`
  const circuit = circuits.get(key) ?? loadCircuit('rebalance', tier, level)
  circuits.set(key, circuit)
  return circuit
}

/**
 * Changes every wire of the circuit alone, the constant and the public ones included, to 0, its value ± 1, r − 1, a random
 * element, and swaps it with a random other wire; a mutation is noticed if a constraint that holds the wire breaks.
 * `system` replaces the circuit's constraints, to see what one would accept that lacks some.
 */
export async function mutateWires(
  slice: Slice & { readonly level: 'O0' | 'O2'; readonly system?: ConstraintSystem },
): Promise<Mutations> {
  const circuit = await circuitAt(slice.tier, slice.level)
  const system = slice.system ?? circuit.system
  const found = emptyMutations(slice, system.wireCount)
  for (let n = slice.witnesses[0]; n < slice.witnesses[1]; n++) {
    const honest = await honestWitness(slice.tier, circuit, system, n)
    const { evaluation, seed } = honest
    const draw = randomElements(seed)
    for (let wire = 0; wire < system.wireCount; wire++) {
      const value = evaluation.witness[wire]!
      const other = Number(draw() % BigInt(system.wireCount))
      for (const next of otherValues(value, [0n, value + 1n, value - 1n, FIELD - 1n, draw()], found)) {
        if (!system.notices(evaluation, wire, next)) record(found, honest, system, [wire], next)
      }
      const swapped = evaluation.witness[other]!
      if (otherValues(value, [swapped], found).length === 0) continue
      const swap = new Variation(system, evaluation, [
        [wire, swapped],
        [other, value],
      ])
      if (swap.firstBroken() === undefined) record(found, honest, system, [wire, other], swapped)
    }
  }
  return found
}

/**
 * Changes every hint (`<--`) of the O0 circuit to 0, its value + 1, its other bit, and a random element, and recomputes
 * with it all that follows, other hints too, as a dishonest prover would.
 */
export async function mutateHints(slice: Slice & { readonly system?: ConstraintSystem }): Promise<Mutations> {
  const circuit = await circuitAt(slice.tier, 'O0')
  const system = slice.system ?? circuit.system
  const { input } = await honestStatement(slice.tier, 0)
  const definitions = definitionsOf(system, inputWires(system, Object.keys(input)))
  const propagation = new Propagation(system, definitions)
  const found = emptyMutations(slice, definitions.hints.length)
  for (let n = slice.witnesses[0]; n < slice.witnesses[1]; n++) {
    const honest = await honestWitness(slice.tier, circuit, system, n)
    const { evaluation, seed } = honest
    const draw = randomElements(seed)
    for (const wire of definitions.hints) {
      const value = evaluation.witness[wire]!
      for (const next of otherValues(value, [0n, value + 1n, 1n - value, draw()], found)) {
        const changes = new Map([[wire, next]])
        if (irreparable(system, definitions, evaluation, wire, next)) continue
        if (propagation.follow(evaluation, changes).firstBroken() !== undefined) continue
        record(found, honest, system, [wire], next)
      }
    }
  }
  return found
}

/**
 * Whether the change breaks a constraint in which nothing follows from the changed wire, for all other wires in it have no
 * higher rank: then it stays broken, whatever is recomputed.
 */
function irreparable(
  system: ConstraintSystem,
  { ranks }: Definitions,
  evaluation: Evaluation,
  wire: number,
  value: bigint,
): boolean {
  const variation = new Variation(system, evaluation, [[wire, value]])
  return system.constraintsOf(wire).some((constraint) => {
    const fixed = system.wiresOf(constraint).every((other) => ranks[other]! <= ranks[wire]!)
    return fixed && variation.residual(constraint) !== 0n
  })
}

async function honestStatement(tier: Tier, n: number) {
  const seed = honestSeed(n)
  const shape = shapeOf(tier)
  const { input, verdict } = await statementOf(randomStep(seed, shape), shape)
  if (verdict.outcome === 'refused') throw new Error(`seed ${seed} is not an honest step`)
  return { seed, input }
}

async function honestWitness(
  tier: Tier,
  circuit: TestCircuit,
  system: ConstraintSystem,
  n: number,
): Promise<Honest> {
  const { seed, input } = await honestStatement(tier, n)
  const whole = await circuitAt(tier, 'O0')
  const evaluation = system.evaluate(circuit.calculate(input))
  // A constraint that the honest witness broke would seem to notice every change.
  if (system.failing(evaluation).length > 0) throw new Error(`seed ${seed} breaks a constraint`)
  let signals: Witness | undefined
  return {
    seed,
    evaluation,
    signal: (name) => {
      signals ??= whole.calculate(input)
      const wire = whole.wires.get(name)
      if (wire === undefined) throw new Error(`the circuit has no signal ${name}`)
      return signals[wire]!
    },
  }
}

const emptyMutations = ({ witnesses: [from, to] }: Slice, wires: number): Mutations => ({
  witnesses: to - from,
  wires,
  mutations: 0,
  skipped: 0,
  survivors: {},
  unexplained: [],
})

/** The candidates mod r that differ from the present value and from each other, counted. */
function otherValues(present: bigint, candidates: readonly bigint[], found: Mutations): bigint[] {
  const values = new Set(candidates.map((candidate) => reduce(candidate, FIELD)))
  values.delete(present)
  found.mutations += values.size
  found.skipped += candidates.length - values.size
  return [...values]
}

function record(
  found: Mutations,
  { seed, signal }: Honest,
  { names }: ConstraintSystem,
  wires: readonly number[],
  value: bigint,
): void {
  const kinds = wires.map((wire) => explain(names[wire]!, signal))
  const [kind] = kinds
  if (kind !== undefined && !kinds.includes(undefined)) {
    found.survivors[kind] = (found.survivors[kind] ?? 0) + 1
  } else {
    const changed = wires.map((wire) => names[wire]).join(' ↔ ')
    found.unexplained.push(`seed ${seed}: ${changed} = ${value}`)
  }
}

/** Elements of a multiplicative sequence from the seed: cheap, and far from any value a circuit holds. */
function randomElements(seed: number): () => bigint {
  const rng = new Prng(seed ^ 0x77697265)
  const factor = rng.big(2n, FIELD - 2n)
  let element = rng.big(1n, FIELD - 1n)
  return () => {
    element = (element * factor) % FIELD
    return element
  }
}

/** Known survivors that no witness of these has shown: an entry of the list that nothing bears out. */
export const neverSurvived = (all: readonly Mutations[]): SurvivorKind[] =>
  SURVIVOR_KINDS.filter((kind) => all.every(({ survivors }) => survivors[kind] === undefined))
