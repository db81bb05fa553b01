import type { ConstraintSystem, Term } from './constraint-system.js'

type Sides = readonly [a: readonly Term[], b: readonly Term[], c: readonly Term[]]

/** Which wires of a circuit its constraints fix once the given ones are. */
export type Determined = {
  readonly wires: number
  /** By a constraint in which the wire alone was open, with a constant factor. */
  readonly forced: number
  /** As binary digits of a number that was known. */
  readonly digits: number
  /** Names of the wires that neither rule reaches. */
  readonly open: readonly string[]
}

/** Digits whose weights stay below this sum to less than the field's order, so that no sum of them wraps. */
const DIGITS_MAX = 252

/**
 * Follows what the constraints alone determine, whatever a generator would propose: given the wires `known`, a wire is
 * unique if it is the only open one of a constraint and has a constant factor there, or if it is one of the digits of a
 * sum that is otherwise known: open wires that are 0 or 1 each by constraint, with distinct powers of two as weights.
 *
 * Returns a function, so that one reading of `system` serves many questions: what is determined from `known`, and what
 * would be if the constraint `forgotten` were not there.
 */
export function determinationOf(
  system: ConstraintSystem,
): (known: readonly number[], forgotten?: number) => Determined {
  const sides = Array.from(
    { length: system.constraintCount },
    (_, k): Sides => [system.combination(k, 0), system.combination(k, 1), system.combination(k, 2)],
  )
  const wiresOf = sides.map((_, k) => system.wiresOf(k).filter((wire) => wire !== 0))
  const holders = Array.from({ length: system.wireCount }, (): number[] => [])
  for (const [k, wires] of wiresOf.entries()) for (const wire of wires) holders[wire]!.push(k)
  const bitOfConstraint = sides.map(bitOf)

  return (known, forgotten) => {
    const bits = new Set(bitOfConstraint.filter((_, k) => k !== forgotten))
    const done = new Uint8Array(system.wireCount)
    const open = wiresOf.map((wires) => wires.length)
    const numbers = wiresOf.map((wires) => wires.filter((wire) => !bits.has(wire)).length)
    const counts = { forced: 0, digits: 0 }
    const ready: number[] = []
    const reach = (wire: number) => {
      if (done[wire]) return
      done[wire] = 1
      for (const k of holders[wire]!) {
        open[k]!--
        if (!bits.has(wire)) numbers[k]!--
        if (k !== forgotten && (open[k] === 1 || numbers[k] === 0)) ready.push(k)
      }
    }
    for (const [k, wires] of wiresOf.entries()) if (wires.length === 1 && k !== forgotten) ready.push(k)
    reach(0)
    for (const wire of known) reach(wire)
    for (let k = ready.pop(); k !== undefined; k = ready.pop()) {
      const left = wiresOf[k]!.filter((wire) => !done[wire])
      const isForced = left.length === 1 && hasConstantFactor(sides[k]!, left[0]!)
      if (!isForced && !(left.length > 1 && areDigits(sides[k]!, left, bits))) continue
      counts[isForced ? 'forced' : 'digits'] += left.length
      for (const wire of left) reach(wire)
    }
    const names = system.names.filter((_, wire) => wire !== 0 && !done[wire])
    return { wires: system.wireCount, ...counts, open: names }
  }
}

/** The wire that the constraint says is 0 or 1: w·(w − 1) = 0, in either order. */
function bitOf([a, b, c]: Sides): number | undefined {
  const [alone, pair] = a.length === 1 ? [a, b] : [b, a]
  const wire = alone[0]?.wire
  if (alone.length !== 1 || pair.length !== 2 || c.length !== 0 || wire === 0) return undefined
  const factor = pair.find((term) => term.wire === wire)?.coefficient
  const offset = pair.find((term) => term.wire === 0)?.coefficient
  return factor !== undefined && offset === -factor ? wire : undefined
}

function hasConstantFactor([a, b, c]: Sides, wire: number): boolean {
  const holds = (terms: readonly Term[]) => terms.some((term) => term.wire === wire)
  const isConstant = (terms: readonly Term[]) => terms.length === 1 && terms[0]!.wire === 0
  if (holds(a) && holds(b)) return false
  if (holds(a)) return isConstant(b) && !holds(c)
  if (holds(b)) return isConstant(a) && !holds(c)
  return true
}

function areDigits(
  [a, b, sum]: Sides,
  open: readonly number[],
  bits: ReadonlySet<number | undefined>,
): boolean {
  const weights = sum.filter(({ wire }) => open.includes(wire)).map(({ coefficient }) => coefficient)
  const sign = weights[0]! < 0n ? -1n : 1n
  const powers = weights.map((weight) => (sign * weight).toString(2))
  return (
    a.length === 0 &&
    b.length === 0 &&
    open.every((wire) => bits.has(wire)) &&
    weights.length === open.length &&
    new Set(powers).size === powers.length &&
    powers.every((power) => /^10*$/.test(power) && power.length <= DIGITS_MAX)
  )
}
