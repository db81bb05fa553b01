import { circuitOf } from '#circuits/circuit.js'
import { VECTORS } from '#portfolio/layout.js'
import type { Tier } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { power, reduce } from '#prover/bn254.js'
import { hashedPart, type PublicSignals, publicSignalsOf } from '#prover/challenge.js'
import type { WitnessInput } from '#prover/witness-calculator.js'
import { TestCircuit, type Weakening } from '#test/helpers/circuit.js'
import { PLACE } from '#test/helpers/statement.js'
import type { Term, Witness } from '../constraint-system.js'
import { definitionsOf, HINTS, inputWires } from '../propagation.js'
import { compileEdited } from './edited-circuit.js'

/** What a lie may look at: signals the circuit has computed before this one, and the honest statement's public vector. */
export type Knowledge = { read(signal: string): bigint; readonly published: readonly bigint[] }

/** A signal's forged value, from the value the circuit would give it. Integers stand for field elements. */
export type Lie = (value: bigint, known: Knowledge) => bigint

/** Signal below `main` → the lie told there. Everything that follows is computed from the lie. */
export type Lies = Readonly<Record<string, bigint | Lie>>

export type Forged = {
  readonly witness: Witness
  readonly x: readonly bigint[]
  readonly signals: PublicSignals
}

type Definition = { wire: number; factor: bigint; a: Term[]; b: Term[]; c: Term[] }
type Hint = { wire: number; guess: (values: Witness) => bigint }
type Turn = { definition: Definition } | { hint: Hint }

const SIGNALS = ['c', 'alpha', 'beta'] as const
const LENGTH = VECTORS.rebalance.head.length

/**
 * A witness generator without conscience for the rebalance circuit of a tier: it computes every signal as the circuit
 * does, but tells the lies it is told where it is told, and carries them on through all that follows, public vector and
 * public signals included. With no lie it gives the honest generator's witness, wire by wire.
 */
export class Forger {
  readonly #free: TestCircuit
  readonly #turns: readonly Turn[]
  /** The turns that read a public signal. */
  readonly #sealing: readonly Turn[]
  readonly #slots: number
  /** The circuit whose constraints judge. */
  readonly circuit: TestCircuit

  private constructor(circuit: TestCircuit, free: TestCircuit, slots: number, inputs: readonly string[]) {
    this.circuit = circuit
    this.#free = free
    this.#slots = slots
    this.#turns = turnsOf(free, inputs)
    this.#sealing = this.#turns.filter(
      (turn) =>
        'definition' in turn &&
        /^main\.vector\.(c|alpha|beta|partial\[\d+\])$/.test(free.system.names[turn.definition.wire]!),
    )
  }

  /** `input` only lends its names. `edits` change the circuit itself: both what it computes and what it checks. */
  static async load(
    tier: Tier,
    slots: number,
    input: WitnessInput,
    edits: readonly Weakening[] = [],
  ): Promise<Forger> {
    const circuit = circuitOf('rebalance', tier)
    const judge = await TestCircuit.load(await compileEdited(circuit, edits, true))
    const free = await TestCircuit.load(await compileEdited(circuit, edits, false))
    return new Forger(judge, free, slots, Object.keys(input))
  }

  /**
   * The whole wire assignment for `input` with `lies`. The public signals are those of the vector that comes out, unless
   * `seal` gives others, as a verifier would that holds another vector.
   */
  forge(
    input: WitnessInput,
    lies: Lies = {},
    published: readonly bigint[] = [],
    seal: (x: readonly bigint[], c: bigint) => PublicSignals = sealOf,
  ): Forged {
    const { wires } = this.#free
    const wireOf = (signal: string): number => {
      const wire = wires.get(`main.${signal}`)
      if (wire === undefined) throw new Error(`the circuit has no signal ${signal}`)
      return wire
    }
    const values: Witness = Array(this.#free.system.wireCount).fill(0n)
    values[0] = 1n
    const set = (name: string, value: bigint) => {
      values[wireOf(name)] = reduce(value, FIELD)
    }
    for (const [name, given] of Object.entries(input)) {
      if (typeof given === 'string') set(name, BigInt(given))
      else for (const [i, text] of given.entries()) set(`${name}[${i}]`, BigInt(text))
    }
    const known: Knowledge = { read: (signal) => values[wireOf(signal)]!, published }
    const told = new Map(Object.entries(lies).map(([signal, lie]) => [wireOf(signal), lie]))
    const take = (turn: Turn): void => {
      const wire = 'hint' in turn ? turn.hint.wire : turn.definition.wire
      const honest = 'hint' in turn ? turn.hint.guess(values) : define(turn.definition, values)
      const lie = told.get(wire)
      values[wire] =
        lie === undefined ? honest : reduce(typeof lie === 'bigint' ? lie : lie(honest, known), FIELD)
    }
    this.#turns.forEach(take)

    const x = Array.from({ length: LENGTH + this.#slots }, (_, i) => known.read(`vector.x[${i}]`))
    const signals = seal(x, known.read('vector.digest.out'))
    for (const name of SIGNALS) set(name, signals[name])
    this.#sealing.forEach(take)
    return { witness: this.circuit.adopt(values, this.#free), x, signals }
  }

  /** The same assignment for a weakened circuit, which has no signal that this one lacks. */
  breaks({ witness }: Forged, weakened?: TestCircuit): string[] {
    const judge = weakened ?? this.circuit
    return judge.broken(weakened ? weakened.adopt(witness, this.circuit) : witness)
  }
}

/** The public signals of a verifier that holds exactly this vector. */
export const sealOf = (x: readonly bigint[], c: bigint): PublicSignals =>
  publicSignalsOf(PLACE.circuitId, x, c, hashedPart(x))

/** Every computed signal of a circuit without checks, after all that it is computed from. */
function turnsOf({ system }: TestCircuit, inputs: readonly string[]): Turn[] {
  const { order, hints, undetermined } = definitionsOf(system, inputWires(system, inputs))
  if (undetermined.length > 0) throw new Error(`${system.names[undetermined[0]!]} follows from nothing`)
  const waiting = new Map<number, Hint[]>()
  const turns: Turn[] = []
  const place = new Map(order.map(({ wire }, at) => [wire, at]))
  for (const wire of hints) {
    const { hint, last } = hintOf(system.names[wire]!, wire, system.wires, place)
    waiting.set(last, [...(waiting.get(last) ?? []), hint])
  }
  for (const { wire, constraint, factor } of order) {
    const [a, b, c] = ([0, 1, 2] as const).map((side) => system.combination(constraint, side))
    turns.push({ definition: { wire, factor, a: a!, b: b!, c: c! } })
    for (const hint of waiting.get(wire) ?? []) turns.push({ hint })
  }
  return turns
}

/** What an honest generator proposes for a hint, and the last of the wires it needs. */
function hintOf(
  name: string,
  wire: number,
  wires: ReadonlyMap<string, number>,
  place: ReadonlyMap<number, number>,
): { hint: Hint; last: number } {
  const dot = name.lastIndexOf('.')
  const local = name.slice(dot + 1)
  const kinds = Object.entries(HINTS).map(([kind, hint]) => {
    const from = hint.from.map((source) => wires.get(`${name.slice(0, dot)}.${source}`))
    return { kind, fits: hint.name.test(local) && from.every((source) => source !== undefined), from }
  })
  const { kind, from } = kinds.find(({ fits }) => fits)!
  const sources = from as number[]
  const last = sources.reduce((a, b) => ((place.get(a) ?? -1) > (place.get(b) ?? -1) ? a : b))
  const signed = (x: bigint) => (x > FIELD / 2n ? x - FIELD : x)
  const bit = BigInt(/\[(\d+)\]$/.exec(local)?.[1] ?? 0)
  const guess = (values: Witness): bigint => {
    const [first, second] = sources.map((source) => values[source]!)
    if (kind === 'Bits.out') return (first! >> bit) & 1n
    if (kind === 'IsZero.inverse') return first === 0n ? 0n : power(first!, FIELD - 2n, FIELD)
    if (kind === 'LimitOrReduce.reducing') return signed(first!) > signed(second!) ? 1n : 0n
    return signed(first!) < 0n ? 1n : 0n
  }
  return { hint: { wire, guess }, last }
}

/** The one value of the wire at which ⟨a,w⟩·⟨b,w⟩ = ⟨c,w⟩. */
function define({ wire, factor, a, b, c }: Definition, values: Witness): bigint {
  values[wire] = 0n
  const residual = dot(a, values) * dot(b, values) - dot(c, values)
  return reduce(-residual * factor, FIELD)
}

function dot(terms: readonly Term[], values: Witness): bigint {
  let total = 0n
  for (const { wire, coefficient } of terms) total += coefficient * values[wire]!
  return total % FIELD
}
