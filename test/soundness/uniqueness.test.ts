import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { Prng } from '#test/helpers/prng.js'
import { ConstraintSystem } from './constraint-system.js'
import { inputWires } from './propagation.js'
import { determinationOf } from './uniqueness.js'

/**
 * Signals that other arguments settle, by the sibling that tells their template: small-prime.test.ts enumerates IsZero's
 * answer, and that `reducing` and `outflow` are free only where every choice is a true claim or gives the same outputs.
 */
const SETTLED: readonly (readonly [signal: string, sibling: string])[] = [
  ['out', 'inverse'],
  ['reducing', 'ceiling'],
  ['outflow', 'net'],
]

const settled = (system: ConstraintSystem): number[] =>
  system.names.flatMap((name, wire) => {
    const [, component, signal] = /^(.*)\.(\w+)$/.exec(name) ?? []
    const known = SETTLED.some(
      ([own, sibling]) => own === signal && system.wires.has(`${component}.${sibling}`),
    )
    return known ? [wire] : []
  })

describe('the constraints of rebalance alone', () => {
  let system: ConstraintSystem
  let known: number[]
  let determinedBy: ReturnType<typeof determinationOf>
  beforeAll(async () => {
    system = await ConstraintSystem.read(
      await compileCircuit(circuitOf('rebalance', 'tiny'), { level: 'O0' }),
    )
    const source = await readFile('circuits/rebalance.circom', 'utf8')
    const inputs = [...source.matchAll(/signal input (\w+)/g)].map(([, name]) => name!)
    determinedBy = determinationOf(system)
    known = [...inputWires(system, inputs), ...settled(system)]
  })

  test('determine every wire from inputs and settled signals, but the two inverses', () => {
    const { wires, forced, digits, open } = determinedBy(known)
    expect(open).toEqual(['main.budget.next.inverse', 'main.budget.same.inverse'])
    expect(forced + digits + known.length + open.length + 1).toBe(wires)
    expect(digits).toBeGreaterThan(9_000)
  })

  test('do not, without any one of the settled signals', () => {
    const signals = settled(system)
    for (const wire of signals) {
      const { open } = determinedBy(known.filter((other) => other !== wire))
      expect(open, system.names[wire]!).toContain(system.names[wire])
    }
    expect(signals).toHaveLength(38)
  })

  test('do not, with any one of 40 constraints on digits forgotten', () => {
    const seed = 8
    const prng = new Prng(seed)
    const onDigits = Array.from({ length: system.constraintCount }, (_, k) => k).filter((k) =>
      system.wiresOf(k).some((wire) => /\.out\[\d+\]$/.test(system.names[wire]!)),
    )
    for (let turn = 0; turn < 40; turn++) {
      const constraint = prng.pick(onDigits)
      const { open } = determinedBy(known, constraint)
      expect(open.length, `seed ${seed}, constraint ${constraint}`).toBeGreaterThan(2)
    }
  })
})
