import type { WitnessInput } from '#prover/witness-calculator.js'
import type { ConstraintSystem, Witness } from '../constraint-system.js'
import type { Case } from './case.js'
import { type Dependencies, rootsOf } from './roots.js'
import { Study } from './study.js'

/**
 * A statement that no book makes true, beside an honest one from which a cheating prover takes the wires that nothing
 * determines.
 */
export type Forgery = { readonly honest: Case; readonly refused: Case }

/**
 * Whether a prover who does not use the circuit's generator gets `inputs` past every constraint. A wire whose own
 * assignment constrains nothing is computed from whichever constraint is left to determine it, or else keeps its value
 * in the honest `witness`; all that follows is recomputed.
 *
 * `inputs` holds the public signals, which stay as the verifier has them.
 */
export function forges(
  system: ConstraintSystem,
  witness: Witness,
  inputs: WitnessInput,
  original: Dependencies,
): boolean {
  const { definitions } = rootsOf(system, Object.keys(inputs), original)
  return new Study(system, definitions, system.evaluate(witness)).allows(valuesOf(system, inputs))
}

/** The value of every input's wire. */
function valuesOf(system: ConstraintSystem, inputs: WitnessInput): Map<number, bigint> {
  return new Map(
    Object.entries(inputs).flatMap(([name, given]) =>
      typeof given === 'string'
        ? [[system.wires.get(`main.${name}`)!, BigInt(given)] as const]
        : given.map((text, i) => [system.wires.get(`main.${name}[${i}]`)!, BigInt(text)] as const),
    ),
  )
}
