import { FIELD } from '#portfolio/units.js'
import { reduce } from '#prover/bn254.js'
import type { ConstraintSystem, Witness } from '../constraint-system.js'
import type { Definitions } from '../propagation.js'
import { type Dependencies, rootsOf } from './roots.js'
import { Study } from './study.js'

const HALF = (FIELD + 1n) / 2n

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
  const { definitions, roots } = rootsOf(system, inputs, original)
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
