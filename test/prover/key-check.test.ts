import { join } from 'node:path'
import { curves, powersOfTau, zKey } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assertKeyForChain, assertUsableKey, LOCAL_CHAIN_ID } from '#prover/key-check.js'
import { verifyProof } from '#prover/verify.js'
import { forgedProof } from './forged-proof.js'
import { makeToyCircuit, type ToyCircuit } from './toy-circuit.js'

let toy: ToyCircuit
/** The same circuit's key as `snarkjs groth16 setup` leaves it: no contribution, so δ = γ. */
let unfinished: Record<string, unknown>

beforeAll(async () => {
  toy = await makeToyCircuit()
  const file = (name: string) => join(toy.directory, name)
  const curve = await curves.getCurveFromName('bn128')
  await powersOfTau.newAccumulator(curve, 5, file('0.ptau'))
  await powersOfTau.contribute(file('0.ptau'), file('1.ptau'), 'test', 'entropy of a test')
  await powersOfTau.preparePhase2(file('1.ptau'), file('2.ptau'))
  await zKey.newZKey(toy.r1csPath, file('2.ptau'), file('unfinished.zkey'))
  unfinished = await zKey.exportVerificationKey(file('unfinished.zkey'))
})
afterAll(() => toy.remove())

describe('a proof made of A = α, B = β, C = −vk_x', () => {
  const publicSignals = ['123456789', '42']

  it('is accepted under a key without contribution', async () => {
    const proof = await forgedProof(unfinished, publicSignals)
    expect(await verifyProof({ vkey: unfinished, proof, publicSignals })).toBe(true)
  })

  it('is refused under a development key', async () => {
    const proof = await forgedProof(toy.vkey, publicSignals)
    expect(await verifyProof({ vkey: toy.vkey, proof, publicSignals })).toBe(false)
  })
})

describe('assertUsableKey', () => {
  it('accepts a development key', () => {
    expect(assertUsableKey(toy.vkey)).toMatchObject({ development: true, publics: 2 })
  })

  it('refuses a key without contribution', () => {
    expect(() => assertUsableKey(unfinished)).toThrow(
      expect.objectContaining({ code: 'PROVER_UNUSABLE_KEY', field: 'vkey.vk_delta_2' }),
    )
  })

  it('refuses δ = generator beside another γ', () => {
    const vkey = { ...unfinished, vk_gamma_2: toy.vkey.vk_delta_2 }
    expect(() => assertUsableKey(vkey)).toThrow(/generator/)
  })

  const q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
  const change = (member: string, edit: (value: never) => unknown) => () => ({
    ...toy.vkey,
    // Cast: the member's type depends on its name.
    [member]: edit(structuredClone(toy.vkey[member]) as never),
  })
  it.each([
    ['α off the curve', 'PROVER_UNUSABLE_KEY', change('vk_alpha_1', (_) => ['1', '3', '1'])],
    [
      'an IC point off the curve',
      'PROVER_UNUSABLE_KEY',
      change('IC', ([a, b]: never[]) => [a, b, ['2', '2', '1']]),
    ],
    [
      'β off the twist',
      'PROVER_UNUSABLE_KEY',
      change('vk_beta_2', ([x, , z]: never[]) => [x, ['1', '2'], z]),
    ],
    ['γ on the twist but outside G2', 'PROVER_UNUSABLE_KEY', change('vk_gamma_2', () => OUTSIDE_G2)],
    [
      'a coordinate + q',
      'PROVER_MALFORMED_KEY',
      change('vk_alpha_1', ([x, y, z]: string[]) => [`${BigInt(x!) + q}`, y, z]),
    ],
    ['a point at infinity', 'PROVER_MALFORMED_KEY', change('vk_alpha_1', () => ['0', '1', '0'])],
    ['another protocol', 'PROVER_MALFORMED_KEY', change('protocol', () => 'plonk')],
    ['another curve', 'PROVER_MALFORMED_KEY', change('curve', () => 'bls12381')],
    ['one IC point less', 'PROVER_MALFORMED_KEY', change('IC', ([a, b]: never[]) => [a, b])],
    ['one IC point more', 'PROVER_MALFORMED_KEY', change('IC', (ic: never[]) => [...ic, ic[0]])],
    ['no public signals', 'PROVER_MALFORMED_KEY', change('nPublic', () => 0)],
  ] as const)('refuses %s', (_, code, make) => {
    expect(() => assertUsableKey(make())).toThrow(expect.objectContaining({ code }))
  })

  it.each([undefined, null, 'key', [], {}])('refuses %j', (input) => {
    expect(() => assertUsableKey(input)).toThrow(expect.objectContaining({ code: 'PROVER_MALFORMED_KEY' }))
  })
})

describe('assertKeyForChain', () => {
  it('takes a development key on the local chain only, marked or not', () => {
    const { development: _, ...unmarked } = toy.vkey
    for (const vkey of [toy.vkey, unmarked]) {
      expect(assertKeyForChain(vkey, LOCAL_CHAIN_ID).publics).toBe(2)
      for (const chainId of [1, 10, 8453, 11155111]) {
        expect(() => assertKeyForChain(vkey, chainId)).toThrow(
          expect.objectContaining({ code: 'PROVER_DEVELOPMENT_KEY' }),
        )
      }
    }
  })
})

/** x = 1 satisfies the twist's equation but the point has not order r. */
const OUTSIDE_G2 = [
  ['1', '0'],
  [
    '18278151005453108793778860132295291098363647455926340152056652516292830556603',
    '5912654199736721486680175016176231956195085055698687135131307249486702594212',
  ],
  ['1', '0'],
]
