import { beforeAll, expect, test } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'
import { loadCircuit } from '#test/helpers/circuit.js'
import { Prng } from '#test/helpers/prng.js'
import { statementOf } from '#test/helpers/statement.js'
import type { ConstraintSystem, Evaluation, Witness } from './constraint-system.js'
import { Variation } from './variation.js'
import { honestSeed } from './wire-mutation.js'

const shape = shapeOf('tiny')
const SEED = Number(process.env.SEED ?? 0)

let system: ConstraintSystem
let base: Evaluation
beforeAll(async () => {
  const circuit = await loadCircuit('rebalance', 'tiny')
  system = circuit.system
  const { input } = await statementOf(randomStep(honestSeed(SEED), shape), shape)
  base = system.evaluate(circuit.calculate(input))
})

const changed = (changes: readonly (readonly [number, bigint])[]): Witness => {
  const witness = base.witness.slice()
  for (const [wire, value] of changes) witness[wire] = value
  return witness
}

test('an honest witness breaks nothing', () => {
  expect([SEED, system.broken(base.witness)]).toEqual([SEED, []])
})

test('a change is noticed exactly where the whole witness, evaluated anew, breaks a constraint', () => {
  const rng = new Prng(SEED)
  // One constraint less, so that both answers occur.
  const [constraint] = system.constraintsOf(system.wires.get('main.beta')!)
  const lacking = system.without(constraint!)
  expect(lacking.constraintCount).toBe(system.constraintCount - 1)
  const bound = lacking.evaluate(base.witness)
  const some = Array.from({ length: 6 }, () => rng.int(0, system.wireCount - 1))
  const answers = new Set<boolean>()
  for (const wire of [0, 1, 2, 3, ...some]) {
    const value = rng.big(0n, FIELD - 1n)
    const broken = lacking.broken(changed([[wire, value]]))
    answers.add(broken.length > 0)
    expect([SEED, wire, lacking.notices(bound, wire, value)]).toEqual([SEED, wire, broken.length > 0])
    const first = new Variation(lacking, bound, [[wire, value]]).firstBroken()
    expect([SEED, wire, first === undefined || broken.includes(first)]).toEqual([SEED, wire, true])
    expect([SEED, wire, first === undefined]).toEqual([SEED, wire, broken.length === 0])
  }
  expect(answers).toEqual(new Set([true, false]))
})

test('several changes together leave the residuals of the witness evaluated anew', () => {
  const rng = new Prng(SEED + 1)
  const changes = Array.from(
    { length: 40 },
    () => [rng.int(1, system.wireCount - 1), rng.big(0n, FIELD - 1n)] as const,
  )
  const variation = new Variation(system, base, changes)
  const failing = Array.from({ length: system.constraintCount }, (_, k) => k).filter(
    (constraint) => variation.residual(constraint) !== 0n,
  )
  expect([SEED, failing]).toEqual([SEED, system.broken(changed(changes))])
})

test('wires and constraints name each other', () => {
  const rng = new Prng(SEED)
  for (let turn = 0; turn < 50; turn++) {
    const wire = rng.int(0, system.wireCount - 1)
    for (const constraint of system.constraintsOf(wire).slice(0, 20)) {
      expect([SEED, wire, system.wiresOf(constraint).includes(wire)]).toEqual([SEED, wire, true])
    }
    expect(system.wires.get(system.names[wire]!)).toBe(wire)
  }
})
