import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildBn128, type CurveGroup } from 'ffjavascript'
import { groth16, wtns, zKey } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileHash } from '#prover/artifacts.js'
import { inverse, SCALAR_FIELD as r, reduce } from '#prover/bn254.js'
import { DevelopmentKeyNameError, makeDevelopmentKey } from '#prover/development-key.js'
import { DEVELOPMENT_ALPHA } from '#prover/key-check.js'
import { developmentToxicWaste } from '#prover/toxic-waste.js'
import { parseVerificationKey } from '#prover/verification-key.js'
import { verifyProof } from '#prover/verify.js'
import { forgedProof } from './forged-proof.js'
import { makeToyCircuit, TOY_ID, type ToyCircuit, toyInput } from './toy-circuit.js'

let toy: ToyCircuit

beforeAll(async () => {
  toy = await makeToyCircuit()
})
afterAll(() => toy.remove())

function request(name: string) {
  return {
    r1csPath: toy.r1csPath,
    circuitId: TOY_ID,
    zkeyPath: join(toy.directory, `${name}.zkey`),
    vkeyPath: join(toy.directory, `${name}.vkey.json`),
  }
}

describe('makeDevelopmentKey', () => {
  it('gives the same bytes on every machine', () => {
    expect(toy.hashes).toEqual(PINNED)
  })

  it('gives the same bytes with any number of threads', async () => {
    const again = await makeDevelopmentKey({ ...request('one-development'), threads: 1 })
    expect(again).toEqual({ zkeyHash: toy.hashes.zkey, vkeyHash: toy.hashes.vkey, domainPower: 3 })
    expect(fileHash(await readFile(join(toy.directory, 'one-development.zkey')))).toBe(toy.hashes.zkey)
  })

  it('gives another circuit id another δ and the same α', async () => {
    const other = request('other-development')
    await makeDevelopmentKey({ ...other, circuitId: `0x${'b2'.repeat(32)}` })
    const [mine, theirs] = [toy.vkey, JSON.parse(await readFile(other.vkeyPath, 'utf8'))].map(
      parseVerificationKey,
    )
    expect(theirs!.delta).not.toEqual(mine!.delta)
    expect(theirs!.alpha).toEqual(mine!.alpha)
    expect(mine!.alpha).toEqual(DEVELOPMENT_ALPHA)
  })

  it('writes the key that snarkjs exports, marked as development', async () => {
    const { development, ...key } = toy.vkey
    expect(development).toBe(true)
    expect(key).toEqual(await zKey.exportVerificationKey(toy.zkeyPath))
  })

  it('makes keys under which snarkjs proves and verifies', async () => {
    const { input, expectedPublicSignals } = toyInput(5n, 7n, 11n)
    const witness = { type: 'mem' as const }
    await wtns.calculate(input, toy.wasmPath, witness)
    const { proof, publicSignals } = await groth16.prove(toy.zkeyPath, witness)
    expect(publicSignals).toEqual(expectedPublicSignals)
    expect(await groth16.verify(toy.vkey, publicSignals, proof)).toBe(true)
    expect(await groth16.verify(toy.vkey, ['386', '5'], proof)).toBe(false)
    expect(await groth16.verify(toy.vkey, ['385', '6'], proof)).toBe(false)
  })

  it('makes keys worth nothing: whoever knows the seed proves anything', async () => {
    const { alpha, beta, delta } = developmentToxicWaste(TOY_ID)
    const { G1, G2 } = await buildBn128(true)
    const publicSignals = ['123456789', '42']
    const forged = (await forgedProof(toy.vkey, publicSignals)) as { pi_c: string[] }
    // With A = a·G and B = b·G, the equation asks for C = ((ab − αβ)·G − vk_x) / δ.
    const [a, b, overDelta] = [3n, 5n, inverse(delta, r)]
    const minusKeyPoint = G1.fromObject(forged.pi_c.map(BigInt))
    const known = G1.timesScalar(G1.g, reduce(a * b - alpha * beta, r))
    const c = G1.timesScalar(G1.add(known, minusKeyPoint), overDelta)
    const json = (group: CurveGroup, point: Uint8Array) =>
      JSON.parse(
        JSON.stringify(group.toObject(group.toAffine(point)), (_, x) => (typeof x === 'bigint' ? `${x}` : x)),
      )
    const proof = {
      protocol: 'groth16',
      curve: 'bn128',
      pi_a: json(G1, G1.timesScalar(G1.g, a)),
      pi_b: json(G2, G2.timesScalar(G2.g, b)),
      pi_c: json(G1, c),
    }
    expect(await verifyProof({ vkey: toy.vkey, proof, publicSignals })).toBe(true)
  })

  it('reports progress that only grows and ends at the total', async () => {
    const seen: { done: number; total: number }[] = []
    await makeDevelopmentKey({
      ...request('progress-development'),
      onProgress: (progress) => seen.push(progress),
    })
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b))
    expect(seen.at(-1)).toMatchObject({ phase: 'writing', done: seen[0]!.total })
  })

  it('leaves nothing behind when aborted', async () => {
    const controller = new AbortController()
    const before = await readdir(toy.directory)
    const making = makeDevelopmentKey({
      ...request('aborted-development'),
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'points' && controller.abort(),
    })
    await expect(making).rejects.toThrow(controller.signal.reason)
    expect(await readdir(toy.directory)).toEqual(before)
  })

  it('refuses a file name that hides what the key is', async () => {
    await expect(makeDevelopmentKey(request('final'))).rejects.toThrow(DevelopmentKeyNameError)
  })

  it('refuses a file that is not an r1cs', async () => {
    const broken = makeDevelopmentKey({ ...request('x-development'), r1csPath: toy.wasmPath })
    await expect(broken).rejects.toMatchObject({ code: 'PROVER_R1CS' })
  })
})

const PINNED = {
  wasm: expect.any(String),
  zkey: '0x1dda91f46d98a5bc6640963ba922cd09d52ae1870a919947df0216a57f9653d3',
  vkey: '0xc01662acf05e657b24cdf202a478881017fbfa7eebce2a7a8b4dfaf1572df8c0',
}
