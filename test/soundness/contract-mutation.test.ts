import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EQUIVALENT_CONTRACTS } from './contract-mutation/equivalent.js'
import { killContractMutants } from './contract-mutation/kill.js'
import { enumerateContractMutants } from './contract-mutation/mutants.js'
import { OPERATORS } from './contract-mutation/operators.js'
import { contractFiles } from './contract-mutation/syntax.js'

/** Where the sample begins, and how many it has: the whole is a part of the campaign. */
const FIRST = Number(process.env.SEED ?? 0)
const COUNT = Number(process.env.MUTANTS ?? 8)
/** Without a divisor in common with the number of mutants, so that a sample is scattered over all sources. */
const STRIDE = 37
/** Structs, and hashes of them: there is nothing to change that compiles. */
const WITHOUT = ['libraries/Attestations.sol', 'libraries/Shape.sol', 'libraries/Swap.sol']

const mutants = enumerateContractMutants()

test('there are at least 150, of every source and by every operator, each with a name of its own', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(150)
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
  const files = new Set(mutants.map(({ file }) => file))
  expect(contractFiles().filter((file) => !files.has(file))).toEqual(WITHOUT)
  const used = new Set(mutants.map(({ operator }) => operator))
  expect(Object.keys(OPERATORS).filter((operator) => !used.has(operator))).toEqual([])
})

test('those that are listed as equivalent exist, and are at most five in a hundred', () => {
  const ids = new Set(mutants.map(({ id }) => id))
  expect(Object.keys(EQUIVALENT_CONTRACTS).filter((id) => !ids.has(id))).toEqual([])
  expect(Object.keys(EQUIVALENT_CONTRACTS).length).toBeLessThanOrEqual(0.05 * mutants.length)
})

test('a sample is told from the contracts, and a source that is what it was is not', async () => {
  const { file } = mutants[0]!
  const unchanged = {
    ...mutants[0]!,
    id: 'unchanged',
    text: readFileSync(`verifier-contracts/${file}`, 'utf8'),
  }
  const sample = Array.from({ length: COUNT }, (_, k) => mutants[((FIRST + k) * STRIDE) % mutants.length]!)
  const kills = await killContractMutants([unchanged, ...sample])
  const survivors = kills.filter(({ verdict }) => verdict === 'survived').map(({ id }) => id)
  const expected = sample.filter(({ id }) => id in EQUIVALENT_CONTRACTS).map(({ id }) => id)
  expect(survivors).toEqual(['unchanged', ...expected])
}, 900_000)
