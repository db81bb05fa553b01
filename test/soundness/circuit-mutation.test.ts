import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EQUIVALENT } from './circuit-mutation/equivalent.js'
import { examine, killMutant } from './circuit-mutation/kill.js'
import { circuitFiles, enumerateMutants } from './circuit-mutation/mutants.js'

/** Where the sample begins, and how many it has: the whole is a campaign of hours. */
const FIRST = Number(process.env.SEED ?? 0)
const COUNT = Number(process.env.MUTANTS ?? 16)
/** Without a divisor in common with the number of mutants, so that a sample is scattered over all files. */
const STRIDE = 37

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
    const [first] = mutants
    const { verdict } = await examine({ ...first!, id: 'unchanged', after: first!.before })
    expect(verdict).toBe('survived')
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
