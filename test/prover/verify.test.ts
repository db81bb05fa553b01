import { groth16, wtns } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BASE_FIELD as q, SCALAR_FIELD as r } from '#prover/bn254.js'
import { fromSolidityProof, type Groth16Proof, parseProof, toSolidityProof } from '#prover/groth16-proof.js'
import { verifyProof } from '#prover/verify.js'
import { makeToyCircuit, type ToyCircuit, toyInput } from './toy-circuit.js'

let toy: ToyCircuit
let proof: Groth16Proof
const { input, expectedPublicSignals: publicSignals } = toyInput(3n, 5n, 7n)

beforeAll(async () => {
  toy = await makeToyCircuit()
  const witness = { type: 'mem' as const }
  await wtns.calculate(input, toy.wasmPath, witness)
  proof = parseProof((await groth16.prove(toy.zkeyPath, witness)).proof)
})
afterAll(() => toy.remove())

const verify = (change: { proof?: unknown; publicSignals?: unknown; vkey?: unknown }) =>
  verifyProof({ vkey: toy.vkey, proof, publicSignals, ...change })

/** A copy with the member at `path` replaced by what `edit` makes of it. */
function edited(
  source: unknown,
  path: readonly (string | number)[],
  edit: (value: string) => unknown,
): unknown {
  type Node = Record<string | number, unknown>
  const copy = structuredClone(source)
  let parent = copy as Node
  for (const key of path.slice(0, -1)) parent = parent[key] as Node
  const key = path.at(-1)!
  parent[key] = edit(parent[key] as string)
  return copy
}

describe('verifyProof', () => {
  it('accepts an honest proof and refuses other signals', async () => {
    expect(await verify({})).toBe(true)
    for (const signals of [
      ['106', '3'],
      ['105', '4'],
      ['3', '105'],
      ['0', '0'],
    ]) {
      expect(await verify({ publicSignals: signals })).toBe(false)
    }
  })

  it('refuses another point in each place', async () => {
    const other = { ...proof, pi_a: proof.pi_c, pi_c: proof.pi_a }
    expect(await verify({ proof: other })).toBe(false)
    expect(await verify({ proof: { ...proof, pi_b: toy.vkey.vk_beta_2 } })).toBe(false)
  })

  it('refuses a point off the curve or outside G2', async () => {
    expect(await verify({ proof: { ...proof, pi_a: ['1', '3', '1'] } })).toBe(false)
    const moved = edited(proof, ['pi_b', 0, 0], (x) => `${BigInt(x) + 1n < q ? BigInt(x) + 1n : 0n}`)
    expect(await verify({ proof: moved })).toBe(false)
  })

  it.each([
    ['truncated', ['105']],
    ['longer', ['105', '3', '0']],
    ['aliased by r', [`${105n + r}`, '3']],
    ['of r itself', [`${r}`, '3']],
    ['with a leading zero', ['0105', '3']],
    ['with a sign', ['+105', '3']],
    ['negative', ['-1', '3']],
    ['in hexadecimal', ['0x69', '3']],
    ['with a space', ['105 ', '3']],
    ['with a line end', ['105\n', '3']],
    ['empty', ['', '3']],
    ['as numbers', [105, 3]],
    ['as big integers', [105n, 3n]],
    ['nested', [['105'], '3']],
    ['with a hole', Object.assign(new Array(2), { 0: '105' })],
    ['as an object with a length', { length: 2, 0: '105', 1: '3' }],
    ['as text', '105,3'],
    ['absent', undefined],
  ])('refuses public signals %s', async (_, signals) => {
    await expect(verify({ publicSignals: signals })).rejects.toMatchObject({
      code: 'PROVER_MALFORMED_SIGNALS',
    })
  })

  const coordinates = [
    ['pi_a', 0],
    ['pi_a', 1],
    ['pi_b', 0, 0],
    ['pi_b', 0, 1],
    ['pi_b', 1, 0],
    ['pi_b', 1, 1],
    ['pi_c', 0],
    ['pi_c', 1],
  ]
  it.each(coordinates.map((path) => [path.join('.'), path] as const))(
    'refuses every other spelling of coordinate %s',
    async (_, path) => {
      const spellings = [
        (x: string) => `${BigInt(x) + q}`,
        (x: string) => `0${x}`,
        (x: string) => `${x} `,
        BigInt,
        () => '',
      ]
      for (const spelling of spellings) {
        const changed = edited(proof, path, spelling)
        await expect(verify({ proof: changed })).rejects.toMatchObject({ code: 'PROVER_MALFORMED_PROOF' })
      }
    },
  )

  it.each([
    ['z = 2', (p: Groth16Proof) => ({ ...p, pi_a: [p.pi_a[0], p.pi_a[1], '2'] })],
    ['no z', (p: Groth16Proof) => ({ ...p, pi_c: [p.pi_c[0], p.pi_c[1]] })],
    ['G2 z = 0', (p: Groth16Proof) => ({ ...p, pi_b: [p.pi_b[0], p.pi_b[1], ['0', '0']] })],
    ['another protocol', (p: Groth16Proof) => ({ ...p, protocol: 'plonk' })],
    ['another curve', (p: Groth16Proof) => ({ ...p, curve: 'bls12381' })],
    ['no proof', () => undefined],
    ['null', () => null],
    ['text', () => 'proof'],
    ['a list', () => []],
  ])('refuses a proof with %s', async (_, change) => {
    await expect(verify({ proof: change(proof) })).rejects.toMatchObject({ code: 'PROVER_MALFORMED_PROOF' })
  })

  it('refuses a key of another protocol', async () => {
    const vkey = { ...toy.vkey, protocol: 'plonk' }
    await expect(verify({ vkey })).rejects.toMatchObject({ code: 'PROVER_MALFORMED_KEY' })
  })
})

describe('toSolidityProof', () => {
  it('puts the imaginary part first and comes back', () => {
    const solidity = toSolidityProof(proof)
    expect(solidity.b[0]).toEqual([BigInt(proof.pi_b[0][1]), BigInt(proof.pi_b[0][0])])
    expect(fromSolidityProof(solidity)).toEqual(proof)
  })

  it('does not come back from a coordinate beyond q', () => {
    const { a, b, c } = toSolidityProof(proof)
    expect(() => fromSolidityProof({ a: [a[0] + q, a[1]], b, c })).toThrow(/pi_a\[0\]/)
  })
})
