import { copyFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { curves } from 'snarkjs'
import { afterAll, describe, expect, it } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { evaluateStep } from '#portfolio/step.js'
import { finalizeCeremony } from '#prover/ceremony/finalize-ceremony.js'
import { CEREMONY_FILES, readCeremony } from '#prover/ceremony/folder.js'
import { verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import { loadCircuits } from '#prover/circuits.js'
import type { CeremonyKeyPins } from '#prover/production-key.js'
import { WarmCircuit } from '#prover/prove-circuit.js'
import { verifyProof } from '#prover/verify.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'
import { statementOf } from '#test/helpers/statement.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import {
  begun,
  makeSample,
  rehash,
  removeSample,
  replaceBytes,
  rewrite,
  type Sample,
} from './ceremony-sample.js'

describe.skipIf(!process.env.TEST_ALL)('a ceremony of the whole tiny tier (npm run test:all)', () => {
  let sample: Sample | undefined
  afterAll(async () => {
    await removeSample(sample)
    await (await curves.getCurveFromName('bn128')).terminate()
  })

  it('gives keys under which the rebalance is proven and verified', { timeout: 1_800_000 }, async () => {
    sample = await makeSample(['rebalance', 'digest-market', 'digest-mandate'], { processes: true })
    const manifestPath = join(sample.root, 'manifest.json')
    await copyFile('circuits/manifest.json', manifestPath)
    const { report } = await finalizeCeremony({ folder: sample.closed, manifestPath, keyHash: keyHashOf })
    expect(report).toMatchObject({ finished: true, contributors: 3 })
    const pins = (JSON.parse(await readFile(manifestPath, 'utf8')) as { keys: CeremonyKeyPins }).keys
    const circuits = await loadCircuits('tiny', { keys: { folder: join(sample.closed, 'final'), pins } })
    const development = await loadCircuits('tiny')
    for (const [name, { vkey }] of Object.entries(circuits)) {
      expect([name, keyHashOf(vkey)]).toEqual([name, pins[`${name}-tiny`]?.keyHash])
      expect(keyHashOf(vkey)).not.toBe(keyHashOf(development[name as keyof typeof development].vkey))
    }
    const shape = shapeOf('tiny')
    const seed = Array.from({ length: 200 }, (_, i) => i).find(
      (i) => evaluateStep(randomStep(i, shape), shape).outcome === 'compliant',
    )
    const { input, publicSignals: expected } = await statementOf(randomStep(seed!, shape), shape)
    const prover = await WarmCircuit.load(circuits.rebalance.artifacts)
    const { proof, publicSignals } = await prover.prove(input, {
      expectedPublicSignals: expected,
      onStep: () => {},
    })
    expect(await verifyProof({ vkey: circuits.rebalance.vkey, proof, publicSignals })).toBe(true)
    const other = { vkey: development.rebalance.vkey, proof, publicSignals }
    expect(await verifyProof(other)).toBe(false)
  })

  it('can have its first key made again, byte for byte', { timeout: 900_000 }, async () => {
    const fresh = await begun(['digest-mandate'])
    const folder = await mkdtemp(join(tmpdir(), 'ballast-ceremony-'))
    await cp(fresh, folder, { recursive: true })
    const verify = (recompute: boolean) => verifyCeremony({ folder, recompute, unfinished: true })
    expect((await verify(true)).checks).toContainEqual({
      check: 'initial key',
      found: 'digest-mandate-tiny: the same bytes',
    })
    // The one thing that random sums do not see: snarkjs' label of the circuit.
    const { label } = (await readCeremony(folder)).circuits[0]!
    const other = 'ab'.repeat(64)
    const zkey = join(folder, CEREMONY_FILES.zkey('digest-mandate-tiny', 0))
    await replaceBytes(zkey, Buffer.from(label, 'hex'), Buffer.from(other, 'hex'))
    await rewrite(folder, ({ circuits }) => {
      circuits[0]!.label = other
    })
    await rehash(folder)
    expect((await verify(false)).contributors).toBe(0)
    await expect(verify(true)).rejects.toMatchObject({ field: 'initial key' })
    await rm(folder, { recursive: true })
  })
})
