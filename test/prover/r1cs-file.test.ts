import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curveMachineImage } from '#prover/curve-machine-image.js'
import { keyScalars } from '#prover/key-scalars.js'
import { R1csError, readR1cs } from '#prover/r1cs-file.js'
import { developmentToxicWaste } from '#prover/toxic-waste.js'
import { makeToyCircuit, TOY_ID, type ToyCircuit } from './toy-circuit.js'

let toy: ToyCircuit
let bytes: Buffer

beforeAll(async () => {
  toy = await makeToyCircuit()
  bytes = await readFile(toy.r1csPath)
})
afterAll(() => toy.remove())

async function readChanged(changed: Buffer) {
  const path = join(toy.directory, 'changed.r1cs')
  await writeFile(path, changed)
  return readR1cs(path)
}

describe('readR1cs', () => {
  it('reads what circom wrote', async () => {
    expect(await readR1cs(toy.r1csPath)).toMatchObject({ wires: 7, publics: 2, constraints: 3 })
  })

  it('refuses the file cut at any place', async () => {
    for (let length = 0; length < bytes.byteLength; length++) {
      await expect(readChanged(bytes.subarray(0, length))).rejects.toThrow(R1csError)
    }
  })

  it.each([
    ['another format', 'latin1', 'wtns'],
    ['another version', 4, 2],
  ] as const)('refuses %s', async (_, place, value) => {
    const changed = Buffer.from(bytes)
    if (place === 'latin1') changed.write(value)
    else changed.writeUInt32LE(value, place)
    await expect(readChanged(changed)).rejects.toThrow(R1csError)
  })

  it('refuses another field', async () => {
    const changed = Buffer.from(bytes)
    const prime = changed.indexOf(Buffer.from('010000f093f5e1439170b979', 'hex'))
    changed[prime + 5] = changed[prime + 5]! ^ 1
    await expect(readChanged(changed)).rejects.toThrow(/scalar field/)
  })
})

describe('keyScalars', () => {
  it('refuses constraints that name a wire beyond the last or run past their section', async () => {
    const r1cs = await readR1cs(toy.r1csPath)
    const image = await curveMachineImage()
    const toxic = developmentToxicWaste(TOY_ID)
    const changed = (place: number, value: number) => {
      const terms = Buffer.from(r1cs.terms)
      terms.writeUInt32LE(value, place)
      return () => keyScalars({ ...r1cs, terms }, image, toxic)
    }
    expect(changed(4, 6)).not.toThrow()
    expect(changed(4, 7)).toThrow(R1csError)
    expect(changed(0, 0xffffffff)).toThrow(R1csError)
  })
})
