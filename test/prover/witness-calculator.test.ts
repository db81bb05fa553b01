import { readFile } from 'node:fs/promises'
import { wtns } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCALAR_FIELD as r } from '#prover/bn254.js'
import { type WasmModule, wasm } from '#prover/web-assembly.js'
import {
  calculateWitness,
  type WitnessInput,
  witnessElements,
  witnessFile,
} from '#prover/witness-calculator.js'
import { makeToyCircuit, type ToyCircuit, toyInput } from './toy-circuit.js'

let toy: ToyCircuit
let module: WasmModule

beforeAll(async () => {
  toy = await makeToyCircuit()
  module = await wasm.compile(await readFile(toy.wasmPath))
})
afterAll(() => toy.remove())

const { input, expectedPublicSignals } = toyInput(3n, 123456789n, 987654321n)
const calculate = (change: Record<string, unknown>) =>
  calculateWitness(module, 'product.tiny', { ...input, ...change } as WitnessInput)

describe('calculateWitness', () => {
  it('gives the file that snarkjs gives', async () => {
    const file: { type: 'mem'; data?: Uint8Array } = { type: 'mem' }
    await wtns.calculate(input, toy.wasmPath, file)
    const ours = witnessFile(calculate({}))
    expect(Buffer.from(file.data!.subarray(0, ours.byteLength)).equals(ours)).toBe(true)
  })

  it('puts constant and public signals first', () => {
    expect(witnessElements(calculate({}), 0, 3)).toEqual(['1', ...expectedPublicSignals])
  })

  it('takes the largest field element', () => {
    const largest = toyInput(1n, 0n, 1n).input
    expect(witnessElements(calculate({ ...largest, scale: `${r - 1n}` }), 2, 1)).toEqual([`${r - 1n}`])
  })

  it.each([
    ['a value of r', { scale: `${r}` }],
    ['a value aliased by r', { scale: `${r + 3n}` }],
    ['an empty string', { scale: '' }],
    ['a leading zero', { scale: '03' }],
    ['a negative value', { scale: '-3' }],
    ['hexadecimal', { scale: '0x3' }],
    ['a number', { scale: 3 }],
    ['a big integer', { scale: 3n }],
    ['a boolean', { scale: true }],
    ['null', { scale: null }],
    ['undefined', { scale: undefined }],
    ['a shorter list', { factors: ['123456789'] }],
    ['a longer list', { factors: ['123456789', '987654321', '0'] }],
    ['a scalar for a list', { factors: '123456789' }],
    ['a nested list', { factors: [['123456789'], '987654321'] }],
    ['an undeclared name', { other: '1' }],
    ['an internal signal', { bare: '1' }],
    ['an output', { product: '1' }],
    ['a name that is no identifier', { 'scale 123456789': '1' }],
  ])('refuses %s and repeats no value', (_, change) => {
    const attempt = () => calculate(change)
    expect(attempt).toThrow(expect.objectContaining({ code: 'PROVER_WITNESS_INPUT' }))
    expect(attempt).toThrow(expect.not.objectContaining({ message: expect.stringContaining('123456789') }))
  })

  it('refuses a missing name', () => {
    const { scale: _, ...rest } = input
    expect(() => calculateWitness(module, 'product.tiny', rest)).toThrow(/give all 4 values/)
  })

  it('says of a false statement only that it is false', () => {
    try {
      calculate({ squareOfSum: '1234567890' })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'PROVER_WITNESS', circuitId: 'product.tiny' })
      expect((error as Error).cause).toBeUndefined()
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toMatch(
        /123456789|squareOfSum|factors/,
      )
    }
  })

  it('keeps nothing from one call to the next', () => {
    const first = calculate({})
    for (let i = 2n; i < 6n; i++) {
      const other = toyInput(i, i, i)
      expect(witnessElements(calculate(other.input), 1, 2)).toEqual(other.expectedPublicSignals)
    }
    expect(calculate({})).toEqual(first)
  })
})
