import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { circuitOf, STATEMENTS } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import manifest from '#circuits/manifest.js'
import { fileHash } from '#prover/artifacts.js'
import { circuitIdOf } from '#prover/challenge.js'
import { makeDevelopmentKey } from '#prover/development-key.js'

// Slow: every circuit of the tier is compiled and keyed twice. `npm run test:all -- test/circuits/reproducible.test.ts`.
describe.skipIf(!process.env.TEST_ALL)('tiny (npm run test:all)', () => {
  let copies: string[]
  let keys: string
  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'ballast-keys-'))
    copies = await Promise.all(['first', 'second'].map(copySources))
  })
  afterAll(() => Promise.all([...copies, keys].map((path) => rm(path, { recursive: true, force: true }))))

  test.each(STATEMENTS)('%s: two builds from nothing give the pinned bytes', async (statement) => {
    const { r1cs, wasm, zkey, vkey } = manifest.circuits[`${statement}-tiny`]
    for (const sources of copies) {
      const { r1csPath, wasmPath, folder } = await compileCircuit(circuitOf(statement, 'tiny'), { sources })
      const r1csHash = fileHash(await readFile(r1csPath))
      const made = await makeDevelopmentKey({
        r1csPath,
        circuitId: circuitIdOf(statement, 'tiny', r1csHash),
        zkeyPath: join(keys, `${basename(sources)}-${statement}.development.zkey`),
        vkeyPath: join(keys, `${basename(sources)}-${statement}.development.vkey.json`),
      })
      const wasmHash = fileHash(await readFile(wasmPath))
      await rm(folder, { recursive: true })
      expect({ r1cs: r1csHash, wasm: wasmHash, zkey: made.zkeyHash, vkey: made.vkeyHash }).toEqual({
        r1cs,
        wasm,
        zkey,
        vkey,
      })
    }
  })
})

/** A copy of the circuits with one file more, which nothing includes: the cache takes it for other sources. */
async function copySources(name: string): Promise<string> {
  const folder = await mkdtemp(join('circuits', 'build', `${name}-`))
  for (const source of ['rebalance.circom', 'digest.circom', 'layout.circom', 'gadgets']) {
    await cp(join('circuits', source), join(folder, source), { recursive: true })
  }
  await writeFile(join(folder, `${basename(folder)}.circom`), 'pragma circom 2.1.6;\n')
  return folder
}
