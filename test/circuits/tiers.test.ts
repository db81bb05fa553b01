import { beforeAll, describe, expect, test } from 'vitest'
import manifest from '#circuits/manifest.js'
import { shapeOf } from '#portfolio/shape.js'
import { randomStep } from '../helpers/arbitrary-step.js'
import { loadCircuit, type TestCircuit } from '../helpers/circuit.js'
import { statementOf } from '../helpers/statement.js'

// Slow: each circuit is compiled and read whole. `npm run test:all -- test/circuits/tiers.test.ts` runs them.
describe.skipIf(!process.env.TEST_ALL).each(['desk', 'fund'] as const)(
  'tier %s (npm run test:all)',
  (tier) => {
    const shape = shapeOf(tier)
    let circuit: TestCircuit
    beforeAll(async () => {
      circuit = await loadCircuit('rebalance', tier)
    })

    test('has exactly the pinned number of constraints', () => {
      expect(circuit.constraintCount).toBe(manifest.circuits[`rebalance-${tier}`].constraints)
    })

    test('accepts random books exactly where the reference model does', async () => {
      for (let seed = 0; seed < 72; seed++) {
        const { input, verdict } = await statementOf(randomStep(seed, shape), shape)
        expect([seed, circuit.accepts(input)]).toEqual([seed, verdict.outcome !== 'refused'])
      }
    })

    test('satisfies every constraint with the witness of a lawful step', async () => {
      const { input, verdict } = await statementOf(randomStep(35, shape), shape)
      expect(verdict.outcome).toBe('compliant')
      expect(circuit.broken(circuit.calculate(input))).toEqual([])
    })
  },
)
