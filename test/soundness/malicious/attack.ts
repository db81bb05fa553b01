import { VECTORS } from '#portfolio/layout.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { toField } from '#portfolio/units.js'
import type { PublicSignals } from '#prover/challenge.js'
import type { RebalanceHead } from '#prover/statement.js'
import type { WitnessInput } from '#prover/witness-calculator.js'
import type { Weakening } from '#test/helpers/circuit.js'
import type { Lies } from './forger.js'

type HeadName = keyof RebalanceHead

export type Inputs = Readonly<Record<string, bigint | readonly bigint[]>>

/** What a cheating prover does from one chain state, beside what an honest one does from the same state. */
export type Attack = {
  /** A lawful step. */
  readonly honest: Step
  /** The step the cheater takes; by default the honest one. */
  readonly forged?: Step
  /**
   * Inputs that no {@link Step} can hold, or that answer to the vector the chain holds (`published`) when the forged step
   * alone would open to another (`opened`).
   */
  readonly inputs?: Inputs | ((published: readonly bigint[], opened: readonly bigint[]) => Inputs)
  /** Signals the cheater sets; all that follows is computed from them. */
  readonly lies?: Lies
  /** What the forged step claims; compliant unless told otherwise. */
  readonly claim?: 'compliant' | 'reducing'
  /** The public signals where the verifier's vector is not the witness's, whose digest is `c`. */
  readonly seal?: (published: readonly bigint[], c: bigint) => PublicSignals
  /** Every constraint that is broken, by the names `TestCircuit.broken` gives; several of one name count once. */
  readonly breaks: readonly string[]
}

export type AttackClass = {
  readonly name: string
  /** What a cheating prover gains. */
  readonly what: string
  /** Edits of the circuit that take the standing rule away, and nothing else. */
  readonly weakening: readonly Weakening[]
  /**
   * What the chain fixes that differs between honest and forged, because the honest fund is in another state or the chain
   * was told something else; nothing by default.
   */
  readonly differs?: readonly HeadName[]
  readonly attack: (seed: number, shape: Shape) => Attack
}

/** Elements of the public vector that the chain fixes before a prover starts. */
export const CHAIN_FIXED: readonly HeadName[] = [
  'domain',
  'epoch',
  'oldBook',
  'oldBudget',
  'mandateDigest',
  'marketDigest',
  'oldUniverse',
  'changed',
  'netFlow',
  'window',
]

/** Place of an element in the public vector. */
export const placeOf = (name: HeadName): number => VECTORS.rebalance.head.indexOf(name)

/** Signal of an element of the public vector. */
export const element = (name: HeadName): string => `vector.x[${placeOf(name)}]`

/** The lie that an element is what the honest statement shows, whatever the witness opens. */
export const asPublished = (name: HeadName): Lies => ({
  [element(name)]: (_, { published }) => published[placeOf(name)]!,
})

/** The constraint between signals that share no component, as `TestCircuit.broken` names it. */
export const between = (...signals: readonly string[]): string => [...signals].sort().join(' ')

export const withInputs = (input: WitnessInput, inputs: Inputs): WitnessInput => {
  const text = (value: bigint) => toField(value).toString()
  const changed = Object.entries(inputs).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? text(value) : value.map(text),
  ])
  return { ...input, ...Object.fromEntries(changed) }
}
