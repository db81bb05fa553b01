import { buildBn128 } from 'ffjavascript'
import { describe, expect, it } from 'vitest'
import { SCALAR_FIELD as r } from '#prover/bn254.js'
import { CurveMachine } from '#prover/curve-machine.js'
import { curveMachineImage } from '#prover/curve-machine-image.js'
import { FixedBase, windowBits } from '#prover/fixed-base.js'

/** Scalars at the ends of the field and around every power of two, where digits carry. */
const scalars = [
  0n,
  1n,
  2n,
  r - 1n,
  r - 2n,
  (r - 1n) / 2n,
  (1n << 253n) - 1n,
  ...Array.from({ length: 254 }, (_, i) => 1n << BigInt(i)).flatMap((power) => [
    power - 1n,
    power,
    power + 1n,
  ]),
].filter((scalar) => scalar < r)

describe.each(['G1', 'G2'] as const)('FixedBase in %s', (group) => {
  it.each([6, 7, 8, 9, 10, 11, 12, 13])('agrees with double-and-add, %i-bit windows', async (bits) => {
    const curve = await buildBn128(true)
    const base = new FixedBase(new CurveMachine(await curveMachineImage()), group, bits)
    const points = base.multiply(Buffer.concat(scalars.map(littleEndian)))
    const expected = scalars.map((scalar) =>
      curve[group].toAffine(curve[group].timesScalar(curve[group].g, scalar)),
    )
    expect(Buffer.from(points).equals(Buffer.concat(expected))).toBe(true)
  })
})

it('chooses windows between 6 and 13 bits', () => {
  expect([1, 60, 5000, 200_000, 10_000_000].map(windowBits)).toEqual([6, 6, 9, 13, 13])
})

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}
