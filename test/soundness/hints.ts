import { FIELD } from '#portfolio/units.js'
import { power } from '#prover/bn254.js'
import type { ConstraintSystem } from './constraint-system.js'

/**
 * A signal assigned by `<--`, by its name within its component, and the signals of that component it is computed from.
 * Only a component that has all of these has the hint: `reducing` beside no `bound` is an ordinary signal.
 */
export type Hint = {
  readonly name: RegExp
  readonly from: readonly string[]
  /** What the circuit's own generator proposes, from the values of `from` and the hint's last index, 0 if it has none. */
  readonly propose: (values: readonly bigint[], index: number) => bigint
}

/** A hint of one component: wires in place of names. */
export type Proposal = {
  readonly kind: string
  readonly wire: number
  readonly from: readonly number[]
  readonly propose: (values: readonly bigint[]) => bigint
}

/** A field element as circom's relational operators read it: above r/2 it is negative. */
export const signedOf = (x: bigint): bigint => (x > FIELD / 2n ? x - FIELD : x)

/** 1 / x for x ≠ 0, and 0 for 0. */
export const inverseOf = (x: bigint): bigint =>
  x === 1n || x === FIELD - 1n ? x : power(x, FIELD - 2n, FIELD)

const bit = (condition: boolean): bigint => (condition ? 1n : 0n)

/** Every `<--` of the circuits. */
export const HINTS = {
  'Bits.out': { name: /^out\[\d+\]$/, from: ['in'], propose: ([x], i) => (x! >> BigInt(i)) & 1n },
  'IsZero.inverse': { name: /^inverse$/, from: ['in'], propose: ([x]) => inverseOf(x!) },
  'LimitOrReduce.reducing': {
    name: /^reducing$/,
    from: ['risk', 'bound'],
    propose: ([risk, bound]) => bit(signedOf(risk!) > signedOf(bound!)),
  },
  'FlowSplit.outflow': { name: /^outflow$/, from: ['net'], propose: ([net]) => bit(signedOf(net!) < 0n) },
} as const satisfies Record<string, Hint>

/** Every hint of every component of a circuit. */
export function proposalsOf(
  system: ConstraintSystem,
  hints: Readonly<Record<string, Hint>> = HINTS,
): Proposal[] {
  return system.names.flatMap((name, wire) => {
    const dot = name.lastIndexOf('.')
    const [component, local] = [name.slice(0, dot), name.slice(dot + 1)]
    const index = Number(/\[(\d+)\]$/.exec(local)?.[1] ?? 0)
    return Object.entries(hints).flatMap(([kind, hint]): Proposal[] => {
      if (!hint.name.test(local)) return []
      const from = hint.from.flatMap((source) => system.wires.get(`${component}.${source}`) ?? [])
      if (from.length < hint.from.length) return []
      return [{ kind, wire, from, propose: (values) => hint.propose(values, index) }]
    })
  })
}
