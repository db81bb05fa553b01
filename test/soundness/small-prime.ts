import { FIELD } from '#portfolio/units.js'
import type { ConstraintSystem, Term } from './constraint-system.js'

/** A linear combination modulo the small prime: wire (0 is the constant 1), coefficient, wire, coefficient, … */
type Row = Int32Array
type Constraint = { readonly rows: readonly [a: Row, b: Row, c: Row]; readonly wires: ReadonlySet<number> }

/** A circuit whose constraints are read over a field small enough to try every value of every wire. */
export type Lifted = {
  readonly prime: number
  readonly wireCount: number
  readonly constraints: readonly Constraint[]
}

/** One turn of the search: a constraint in which at most `wire` is unknown. Without a constraint `wire` takes all values. */
type Step = {
  readonly constraint?: Constraint
  readonly wire?: number
  /** Whether nothing later reads the wire, so that its values need only be counted. */
  readonly last: boolean
}

/** Takes the values of all wires, valid during the call, and how many assignments they stand for; true ends the search. */
export type Found = (values: Int32Array, weight: number) => boolean

/** What a coefficient may be: a small whole number or half of one. */
const COEFFICIENT_MAX = 1n << 20n

/**
 * Reads the constraints of a circuit compiled at O0 over an odd `prime`: a coefficient, centred (above r/2 it is negative),
 * is the same integer in the other field, and one that is a half there is a half here.
 */
export function lift(system: ConstraintSystem, prime: number): Lifted {
  const row = (terms: readonly Term[]) =>
    Int32Array.from(terms.flatMap(({ wire, coefficient }) => [wire, smallOf(coefficient, prime)]))
  const constraints = Array.from({ length: system.constraintCount }, (_, k): Constraint => {
    const [a, b, c] = [system.combination(k, 0), system.combination(k, 1), system.combination(k, 2)]
    const wires = new Set([...a, ...b, ...c].map(({ wire }) => wire).filter((wire) => wire !== 0))
    return { rows: [row(a), row(b), row(c)], wires }
  })
  return { prime, wireCount: system.wireCount, constraints }
}

/**
 * Prepares the search for every assignment that satisfies all constraints, given values of the wires `inputs`. An output is
 * tried value by value, and so is each wire that a later step reads; others are counted.
 */
export function searchOf(lifted: Lifted, inputs: readonly number[], outputs: readonly number[]) {
  const { prime } = lifted
  const steps = planOf(lifted, inputs, outputs)
  const rootsOf = quadraticsOf(prime)
  const all = rootsOf(0, 0, 0)
  const values = new Int32Array(lifted.wireCount)
  values[0] = 1

  const candidates = ({ constraint, wire = 0 }: Step): readonly number[] => {
    if (!constraint) return all
    const [a, b, c] = constraint.rows
    values[wire] = 0
    const [a0, b0, c0] = [dot(a, values), dot(b, values), dot(c, values)]
    const [a1, b1, c1] = [slope(a, wire), slope(b, wire), slope(c, wire)]
    return rootsOf(modulo(a1 * b1, prime), modulo(a0 * b1 + a1 * b0 - c1, prime), modulo(a0 * b0 - c0, prime))
  }
  const search = (depth: number, weight: number, found: Found): boolean => {
    const step = steps[depth]
    if (!step) return found(values, weight)
    if (step.wire === undefined) {
      const [a, b, c] = step.constraint!.rows
      const holds = (dot(a, values) * dot(b, values) - dot(c, values)) % prime === 0
      return holds && search(depth + 1, weight, found)
    }
    if (step.last) {
      const ways = candidates(step).length
      return ways > 0 && search(depth + 1, weight * ways, found)
    }
    for (const value of candidates(step)) {
      values[step.wire] = value
      if (search(depth + 1, weight, found)) return true
    }
    return false
  }
  return (given: readonly number[], found: Found): void => {
    for (const [index, wire] of inputs.entries()) values[wire] = modulo(given[index]!, prime)
    search(0, 1, found)
  }
}

/**
 * The order of the search: a check as soon as it can be made, then wires with one value, wires that are only counted, wires
 * that an input may leave free, and two-valued wires, first those that are about to decide another constraint.
 */
function planOf(
  { constraints, wireCount }: Lifted,
  inputs: readonly number[],
  outputs: readonly number[],
): Step[] {
  const known = new Set(inputs)
  const left = new Set(constraints)
  const steps: Step[] = []
  const unknown = ({ wires }: Constraint) => [...wires].filter((wire) => !known.has(wire))
  const readers = (wire: number) => [...left].filter(({ wires }) => wires.has(wire))
  const isLast = (wire: number) => readers(wire).length <= 1 && !outputs.includes(wire)
  const rankOf = (constraint: Constraint): number => {
    const [wire, ...more] = unknown(constraint)
    if (wire === undefined) return 0
    if (more.length > 0) return 10 + more.length
    if (isForced(constraint, wire)) return 1
    if (isLast(wire)) return 2
    if (!constraint.rows.slice(0, 2).every((row) => slope(row, wire) !== 0)) return 3
    const others = readers(wire).map((other) => unknown(other).length)
    return 5 - 1 / Math.min(...others.filter((open) => open > 1))
  }
  while (left.size > 0) {
    const ranked = [...left].map((constraint) => ({ constraint, rank: rankOf(constraint) }))
    const { constraint } = ranked.reduce((best, entry) => (entry.rank < best.rank ? entry : best))
    const [wire, ...more] = unknown(constraint)
    if (wire === undefined) steps.push({ constraint, last: false })
    else
      steps.push({ ...(more.length === 0 && { constraint }), wire, last: more.length === 0 && isLast(wire) })
    if (more.length === 0) left.delete(constraint)
    if (wire !== undefined) known.add(wire)
  }
  // A signal that no constraint holds takes every value.
  for (let wire = 1; wire < wireCount; wire++) {
    if (!known.has(wire)) steps.push({ wire, last: !outputs.includes(wire) })
  }
  return steps
}

/** Whether the constraint gives its unknown wire one value whatever the values of the others. */
function isForced({ rows: [a, b, c] }: Constraint, wire: number): boolean {
  const constant = (row: Row) => row.length === 0 || (row.length === 2 && row[0] === 0)
  if (slope(a, wire) !== 0) return constant(b) && b.length > 0 && slope(c, wire) === 0
  if (slope(b, wire) !== 0) return constant(a) && a.length > 0 && slope(c, wire) === 0
  return slope(c, wire) !== 0
}

/** Roots of q·x² + l·x + c modulo an odd prime. */
function quadraticsOf(prime: number): (q: number, l: number, c: number) => readonly number[] {
  const all = Array.from({ length: prime }, (_, value) => value)
  const inverse = all.map((x) => all.find((y) => (x * y) % prime === 1) ?? 0)
  const root = all.map((square) => all.find((x) => (x * x) % prime === square))
  return (q, l, c) => {
    if (q === 0 && l === 0) return c === 0 ? all : []
    if (q === 0) return [((prime - c) * inverse[l]!) % prime]
    const square = root[modulo(l * l - 4 * q * c, prime)]
    if (square === undefined) return []
    const half = inverse[(2 * q) % prime]!
    const low = (modulo(-l - square, prime) * half) % prime
    return square === 0 ? [low] : [low, (modulo(-l + square, prime) * half) % prime]
  }
}

function dot(row: Row, values: Int32Array): number {
  let total = 0
  for (let i = 0; i < row.length; i += 2) total += row[i + 1]! * values[row[i]!]!
  return total
}

function slope(row: Row, wire: number): number {
  for (let i = 0; i < row.length; i += 2) if (row[i] === wire) return row[i + 1]!
  return 0
}

export const modulo = (x: number, prime: number): number => ((x % prime) + prime) % prime

/** A centred coefficient of the large field modulo `prime`. @throws Error if it is neither small nor half of a small one. */
function smallOf(coefficient: bigint, prime: number): number {
  const isSmall = (x: bigint) => x <= COEFFICIENT_MAX && x >= -COEFFICIENT_MAX
  if (isSmall(coefficient)) return modulo(Number(coefficient), prime)
  const doubled = 2n * coefficient + (coefficient > 0n ? -FIELD : FIELD)
  if (!isSmall(doubled)) throw new Error(`coefficient ${coefficient} has no small counterpart`)
  return modulo(Number(doubled) * ((prime + 1) / 2), prime)
}
