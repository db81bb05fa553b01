import { join } from 'node:path'
import { curves } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contribute } from '#prover/ceremony/contribute.js'
import { CEREMONY_FILES, readCeremony } from '#prover/ceremony/folder.js'
import { flawOfInitialKey } from '#prover/ceremony/initial-key.js'
import { objectionTo, phaseTwoCurve } from '#prover/ceremony/phase-two.js'
import { ZKEY_SECTION } from '#prover/ceremony/section-file.js'
import { verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import { readHistory } from '#prover/ceremony/zkey-contributions.js'
import {
  copyOf,
  copyPoint,
  flipByte,
  forgeAttestations,
  makeSample,
  rehash,
  removeSample,
  replaceBytes,
  type Sample,
  SECRET,
  startOf,
} from './ceremony-sample.js'

const CIRCUIT = 'digest-mandate-tiny'
const REFUSED = 'PROVER_CEREMONY_REFUSED'
const FINAL = 4
const key = (step: number) => CEREMONY_FILES.zkey(CIRCUIT, step)

let sample: Sample
beforeAll(async () => {
  sample = await makeSample(['digest-mandate'], { processes: false })
}, 900_000)
afterAll(async () => {
  await removeSample(sample)
  await (await curves.getCurveFromName('bn128')).terminate()
})

/** Expects that verification of a copy of the closed ceremony is refused by name once it has been changed. */
async function refused(
  change: (folder: string) => Promise<unknown>,
  expected: { code: string; field?: string; message?: unknown },
  ptauPath?: string,
) {
  const folder = await copyOf(sample, sample.closed)
  await change(folder)
  await expect(verifyCeremony({ folder, ...(ptauPath ? { ptauPath } : {}) })).rejects.toMatchObject(expected)
}

describe('a contribution of the factor 1', () => {
  it('passes snarkjs and is refused here', async () => {
    const folder = await copyOf(sample, sample.open)
    const { Fr } = (await phaseTwoCurve()) as unknown as { Fr: { fromRng: unknown; one: Uint8Array } }
    const honest = Fr.fromRng
    Fr.fromRng = () => Fr.one
    await contribute({ folder, name: 'Nobody', entropy: Buffer.from(SECRET) }).finally(() => {
      Fr.fromRng = honest
    })
    const { ptau } = await readCeremony(folder)
    const objection = await objectionTo(join(folder, key(0)), join(folder, ptau.name), join(folder, key(3)))
    expect(objection).toBeUndefined()
    await expect(verifyCeremony({ folder, unfinished: true })).rejects.toMatchObject({
      code: REFUSED,
      message: expect.stringContaining('changes nothing'),
    })
  })
})

describe('verification refuses', () => {
  it('what snarkjs lets pass inside a contribution: its name, its kind', async () => {
    const names = async (folder: string) => {
      for (let step = 1; step <= FINAL; step++) await replaceBytes(join(folder, key(step)), 'Ada', 'Eve')
      await rehash(folder)
      await forgeAttestations(folder)
    }
    const kind = async (folder: string) => {
      const beacon = (await readHistory(join(folder, key(FINAL)))).contributions[FINAL - 1]!.bytes
      const changed = Buffer.from(beacon)
      changed.writeUInt32LE(0, 384)
      await replaceBytes(join(folder, key(FINAL)), beacon, changed)
      await rehash(folder)
    }
    for (const [change, message] of [
      [names, 'contribution 1 is under another name'],
      [kind, 'contribution 4 should be the beacon'],
    ] as const) {
      const folder = await copyOf(sample, sample.closed)
      await change(folder)
      const { ptau } = await readCeremony(folder)
      const paths = [key(0), ptau.name, key(FINAL)].map((file) => join(folder, file)) as [
        string,
        string,
        string,
      ]
      expect(await objectionTo(...paths)).toBeUndefined()
      await refused(change, {
        code: REFUSED,
        field: 'contributions',
        message: expect.stringContaining(message),
      })
    }
  })

  it('points of a contribution off the curve or outside their group', async () => {
    const { G2 } = await phaseTwoCurve()
    const outside = Buffer.from(G2.fromObject(OUTSIDE_G2)).subarray(0, 128)
    const put = (change: (bytes: Buffer) => unknown) => async (folder: string) => {
      const path = join(folder, key(FINAL))
      const { bytes } = (await readHistory(path)).contributions[FINAL - 1]!
      const changed = Buffer.from(bytes)
      change(changed)
      await replaceBytes(path, bytes, changed)
      await rehash(folder)
    }
    const expected = (words: string) => ({
      code: REFUSED,
      field: 'contributions',
      message: expect.stringContaining(words),
    })
    await refused(
      put((bytes) => bytes.writeUInt8(bytes[70]! ^ 1, 70)),
      expected('off the curve'),
    )
    await refused(
      put((bytes) => outside.copy(bytes, 192)),
      expected('outside G2'),
    )
  })
})

describe('the initial key', () => {
  const r1csPath = () => join(sample.fresh, CEREMONY_FILES.r1cs(CIRCUIT))
  const check = async (change?: (path: string) => Promise<unknown>) => {
    const folder = await copyOf(sample, sample.fresh)
    const zkeyPath = join(folder, key(0))
    await change?.(zkeyPath)
    const { ptau } = await readCeremony(folder)
    return flawOfInitialKey({ r1csPath: r1csPath(), ptauPath: join(folder, ptau.name), zkeyPath })
  }

  it('is what snarkjs makes of the circuit', async () => {
    expect(await check()).toBeUndefined()
  })

  it.each([
    ['its A points differ', ZKEY_SECTION.a],
    ['its B1 points differ', ZKEY_SECTION.b1],
    ['its B2 points differ', ZKEY_SECTION.b2],
    ['its IC or C points differ', ZKEY_SECTION.c],
    ['its IC or C points differ', ZKEY_SECTION.ic],
    ['its H points differ', ZKEY_SECTION.h],
  ] as const)('is refused with one point moved: %s', async (flaw, section) => {
    expect(await check((path) => copyPoint(path, section, 2))).toBe(flaw)
  })

  it('is refused with a byte of a coefficient, a point or the header flipped', async () => {
    const flip = (section: number, at: number) => async (path: string) =>
      flipByte(path, (await startOf(path, section)) + at)
    expect(await check(flip(ZKEY_SECTION.coefficients, 20))).toBe(
      'its coefficients are not those of the circuit',
    )
    expect(await check(flip(ZKEY_SECTION.a, 64 * 2 + 3))).toBe('one of its A points is not on the curve')
    expect(await check(flip(ZKEY_SECTION.header, 90))).toBe('its header differs')
  })
})

/** On the twist but not of order r. */
const OUTSIDE_G2 = [
  [1n, 0n],
  [
    18278151005453108793778860132295291098363647455926340152056652516292830556603n,
    5912654199736721486680175016176231956195085055698687135131307249486702594212n,
  ],
  [1n, 0n],
]
