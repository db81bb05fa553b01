import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Tier } from '#portfolio/shape.js'
import { fileHash } from '#prover/artifacts.js'
import { type CircuitPin, loadCircuits } from '#prover/circuits.js'
import { readR1cs } from '#prover/r1cs-file.js'

/**
 * `npm run build` compiles the default tier and makes its development keys; `--tier NAME` another, `--all` every one.
 * `--pin` writes what came out into circuits/manifest.json instead of comparing with it.
 */
const { values } = parseArgs({
  options: { tier: { type: 'string' }, all: { type: 'boolean' }, pin: { type: 'boolean' } },
})
const path = 'circuits/manifest.json'
const manifest = JSON.parse(await readFile(path, 'utf8'))
const tiers = (values.all ? Object.keys(manifest.tiers) : [values.tier ?? manifest.defaultTier]) as Tier[]

for (const tier of tiers) {
  const started = Date.now()
  const circuits = await loadCircuits(tier, { unpinned: values.pin ?? false })
  for (const { artifacts } of Object.values(circuits)) {
    const r1csPath = artifacts.wasmPath.replace(/\.wasm$/, '.r1cs')
    const { constraints } = await readR1cs(r1csPath)
    const pin: CircuitPin = { constraints, r1cs: fileHash(await readFile(r1csPath)), ...artifacts.hashes }
    manifest.circuits[artifacts.id] = pin
    console.log(`${artifacts.id}: ${constraints} constraints`)
  }
  console.log(`${tier} ready in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
if (values.pin) await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`)
process.exit(0)
