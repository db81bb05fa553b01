import type { ConstraintSystem } from '../constraint-system.js'
import { type Definitions, definitionsOf, inputWires } from '../propagation.js'

/** Signals that follow from a witness's inputs, so that a witness with the same inputs and others of these is a second one. */
const OUTPUTS = ['c', 'beta']

/** Names of the wires that define a wire of the unchanged circuit, by its own name. */
export type Dependencies = ReadonlyMap<string, readonly string[]>

/** What determines what in a circuit that leaves nothing free. */
export function dependenciesOf(system: ConstraintSystem, inputs: readonly string[]): Dependencies {
  const { order, undetermined } = definitionsOf(system, givenWires(system, inputs))
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
export function rootsOf(
  system: ConstraintSystem,
  inputs: readonly string[],
  original: Dependencies,
): { readonly definitions: Definitions; readonly roots: readonly number[] } {
  const given = givenWires(system, inputs)
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

/** The wires of a circuit's inputs that no other wire determines. */
const givenWires = (system: ConstraintSystem, inputs: readonly string[]): number[] =>
  inputWires(
    system,
    inputs.filter((name) => !OUTPUTS.includes(name)),
  )
