import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCircuit } from '../helpers/circuit.js'
import { EQUIVALENT } from './circuit-mutation/equivalent.js'
import { forges } from './circuit-mutation/forge.js'
import { forgeries } from './circuit-mutation/forgeries.js'
import { constraintsOf, examine, killMutant } from './circuit-mutation/kill.js'
import { circuitFiles, enumerateMutants, type Mutant } from './circuit-mutation/mutants.js'
import { dependenciesOf } from './circuit-mutation/roots.js'

/** Where the sample begins, and how many it has: the whole is a campaign of hours. */
const FIRST = Number(process.env.SEED ?? 0)
const COUNT = Number(process.env.MUTANTS ?? 16)
/** Without a divisor in common with the number of mutants, so that a sample is scattered over all files. */
const STRIDE = 37
/** What a single kind of case tells from the circuit, or none but a forged witness. */
const HARD = [
  'rebalance.circom:119:unconstrain:0',
  'rebalance.circom:206:confuse:0',
  'gadgets/flow-split.circom:27:unconstrain:0',
  'gadgets/risk-limits.circom:139:constant:0',
  'gadgets/step-limit.circom:22:loosen:0',
  'gadgets/trade-flow.circom:70:unconstrain:0',
]
/** Equivalent because a factor is 1. */
const SAME = ['gadgets/vectors.circom:7:drop-factor:1', 'gadgets/vectors.circom:19:drop-factor:1']

const unchanged = (mutant: Mutant): Mutant => ({ ...mutant, id: 'unchanged', after: mutant.before })

describe('mutants', () => {
  const mutants = enumerateMutants()

  test('are at least three hundred, of every file, each with a name of its own', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(300)
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
    const files = new Set(mutants.map(({ file }) => file))
    expect(circuitFiles().filter((file) => !files.has(file))).toEqual([])
  })

  test('are of every statement that constrains or proposes a signal', () => {
    const hit = new Set(mutants.map(({ file, line }) => `${file}:${line}`))
    const missed = circuitFiles().flatMap((file) => {
      const lines = readFileSync(join('circuits', file), 'utf8').split('\n')
      const statements = lines.flatMap((code, i) =>
        /^[^/]* (<==|===|<--) /.test(code) ? [`${file}:${i + 1}`] : [],
      )
      return statements.filter((statement) => !hit.has(statement))
    })
    expect(missed).toEqual([])
  })

  test('that are listed as equivalent exist, and are at most two in a hundred', () => {
    const ids = new Set(mutants.map(({ id }) => id))
    expect(Object.keys(EQUIVALENT).filter((id) => !ids.has(id))).toEqual([])
    expect(Object.keys(EQUIVALENT).length).toBeLessThanOrEqual(0.02 * mutants.length)
  })
})

describe.skipIf(!process.env.TEST_ALL)('a sample (npm run test:all)', () => {
  const mutants = enumerateMutants()

  test('a line that is what it was survives', async () => {
    const { verdict } = await examine(unchanged(mutants[0]!))
    expect(verdict).toBe('survived')
  })

  test('a false statement is not forged in the circuit, and a true one is reached in the same way', async () => {
    const circuit = await loadCircuit('rebalance', 'tiny', 'O0')
    const pairs = await forgeries()
    const original = dependenciesOf(circuit.system, Object.keys(pairs[0]!.honest.input))
    for (const [i, { honest, refused }] of pairs.entries()) {
      const witness = circuit.calculate(honest.input)
      const other = pairs[(i + 1) % pairs.length]!.honest
      expect([refused.accepted, other.accepted]).toEqual([false, true])
      expect(forges(circuit.system, witness, refused.input, original)).toBe(false)
      expect(forges(circuit.system, witness, other.input, original)).toBe(true)
    }
  })

  test('factors of 1 make no difference to the constraints, and another line does', async () => {
    const named = (id: string) => mutants.find((mutant) => mutant.id === id)!
    const circuit = (await constraintsOf(unchanged(named(SAME[0]!))))!
    // A comparison by `toEqual` takes minutes for files of this size.
    const isSame = async (id: string) => (await constraintsOf(named(id)))!.equals(circuit)
    for (const id of SAME) expect([id, await isSame(id)]).toEqual([id, true])
    expect(await isSame(HARD[0]!)).toBe(false)
  })

  test.each(HARD)('%s is told from the circuit', async (id) => {
    const { verdict } = await killMutant(mutants.findIndex((mutant) => mutant.id === id))
    expect(verdict).toBe('killed')
  })

  test.each(Array.from({ length: COUNT }, (_, k) => ((FIRST + k) * STRIDE) % mutants.length))(
    'mutant %i is told from the circuit',
    async (index) => {
      const { id, verdict, by } = await killMutant(index)
      const expected = id in EQUIVALENT ? ['survived'] : ['killed', 'stillborn']
      expect([id, verdict, by, expected.includes(verdict)]).toEqual([id, verdict, by, true])
    },
  )
})
