import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { curves } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { fileHash } from '#prover/artifacts.js'
import { CEREMONY_FILES, readCeremony } from '#prover/ceremony/folder.js'
import { contributeTo } from '#prover/ceremony/phase-two.js'
import { ZKEY_SECTION } from '#prover/ceremony/section-file.js'
import { verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import {
  copyOf,
  copyPoint,
  flipByte,
  forgeAttestations,
  makeSample,
  NAMES,
  rehash,
  removeSample,
  rewrite,
  type Sample,
  swapFiles,
} from './ceremony-sample.js'

const CIRCUIT = 'digest-mandate-tiny'
const key = (step: number) => CEREMONY_FILES.zkey(CIRCUIT, step)
const FINAL = 4

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

const REFUSED = 'PROVER_CEREMONY_REFUSED'

describe('verification refuses', () => {
  it.each([
    ['a key', key(2), 5_000],
    ['the last key', key(FINAL), -1],
    ['the constraint file', CEREMONY_FILES.r1cs(CIRCUIT), 3_000],
    ['an attestation', CEREMONY_FILES.attestation(2, NAMES[1]), 60],
  ])('%s with one byte flipped', async (_, file, at) => {
    await refused((folder) => flipByte(join(folder, file), at), { code: REFUSED, field: 'files' })
  })

  it('powers of tau with one byte flipped', async () => {
    const { ptau } = await readCeremony(sample.closed)
    await refused((folder) => flipByte(join(folder, ptau.name), 70_000), {
      code: 'PROVER_CEREMONY_PTAU_HASH',
    })
  })

  it('a contribution that the record leaves out', async () => {
    const drop = (folder: string) => rewrite(folder, ({ contributions }) => void contributions.splice(1, 1))
    await refused(drop, { code: REFUSED, field: 'files' })
    await refused(
      async (folder) => {
        await drop(folder)
        await rm(join(folder, CEREMONY_FILES.attestation(2, NAMES[1])))
        await copyFile(
          join(folder, CEREMONY_FILES.attestation(3, NAMES[2])),
          join(folder, CEREMONY_FILES.attestation(2, NAMES[2])),
        )
        await rm(join(folder, CEREMONY_FILES.attestation(3, NAMES[2])))
        await rm(join(folder, key(2)))
        await swapFiles(folder, key(3), key(4)).then(() =>
          copyFile(join(folder, key(4)), join(folder, key(2))),
        )
        await rm(join(folder, key(4)))
        await rehash(folder)
      },
      { code: REFUSED, field: 'minimum' },
    )
  })

  it('contributions in another order', async () => {
    const swap = async (folder: string) => {
      await rewrite(folder, ({ contributions }) => {
        contributions.unshift(...contributions.splice(1, 1))
      })
      await swapFiles(folder, key(1), key(2))
      for (const [i, name] of [NAMES[0], NAMES[1]].entries()) {
        const [from, to] = [CEREMONY_FILES.attestation(i + 1, name), CEREMONY_FILES.attestation(2 - i, name)]
        await copyFile(join(folder, from), join(folder, to))
        await rm(join(folder, from))
      }
    }
    await refused(swap, { code: 'PROVER_CEREMONY_ATTESTATION', field: 'contributions[0].attestation' })
    const forge = async (folder: string) => {
      await swap(folder)
      await forgeAttestations(folder)
    }
    await refused(forge, { code: REFUSED, field: 'contributions', message: expect.stringContaining('key 1') })
  })

  it('a contribution replaced by another under the same name', async () => {
    const replace = async (folder: string) => {
      await rm(join(folder, key(2)))
      await contributeTo(join(folder, key(1)), join(folder, key(2)), NAMES[1], 'entropy of another')
      await rehash(folder)
    }
    await refused(replace, { code: 'PROVER_CEREMONY_ATTESTATION' })
    const forge = (folder: string) => replace(folder).then(() => forgeAttestations(folder))
    await refused(forge, {
      code: REFUSED,
      field: 'contributions',
      message: expect.stringContaining('key 3 has another history'),
    })
  })

  it('an attestation that says something else', async () => {
    const path = (folder: string) => join(folder, CEREMONY_FILES.attestation(1, NAMES[0]))
    for (const change of [
      (text: string) => text.replace('"index": 1', '"index": 2'),
      (text: string) => text.replace('which I have not kept', 'which I have kept'),
      (text: string) => text.replace('"snarkjs": "0.7.6"', '"snarkjs": "0.7.5"'),
    ]) {
      await refused(
        async (folder) => {
          const text = change(await readFile(path(folder), 'utf8'))
          await writeFile(path(folder), text)
          await rewrite(folder, ({ contributions }) => {
            contributions[0]!.attestation = fileHash(Buffer.from(text))
          })
        },
        { code: 'PROVER_CEREMONY_ATTESTATION', field: 'contributions[0].attestation' },
      )
    }
  })

  it('a beacon other than the announced one', async () => {
    const other = (folder: string) =>
      rewrite(folder, ({ announcement }) => {
        announcement!.source = 'the hash of a block that suits us better'
      })
    const everyOne = { code: 'PROVER_CEREMONY_BEACON', message: expect.stringContaining('every participant') }
    await refused(other, everyOne)
    const { announcement } = await readCeremony(sample.closed)
    const twice = (folder: string) =>
      forgeAttestations(folder, (i) => (i === 2 ? announcement : { ...announcement!, iterations: 12 }))
    await refused(twice, everyOne)
    await refused((folder) => forgeAttestations(folder, () => null), {
      code: 'PROVER_CEREMONY_BEACON',
      message: expect.stringContaining('before the last'),
    })
    const none = (folder: string) =>
      rewrite(folder, (record) => {
        record.announcement = null
      })
    await refused(none, { code: 'PROVER_CEREMONY_BEACON', message: expect.stringContaining('announced') })
    const value = (folder: string) =>
      rewrite(folder, ({ beacon }) => {
        beacon!.value = '00'.repeat(32)
      })
    await refused(value, { code: REFUSED, field: 'contributions', message: expect.stringContaining('value') })
    await refused((folder) => rewrite(folder, (record) => Object.assign(record, { beacon: null })), {
      code: REFUSED,
      field: 'files',
    })
  })

  it('a key in whose end nobody had a part, δ = γ', async () => {
    await refused(
      async (folder) => {
        await copyFile(join(folder, key(0)), join(folder, key(FINAL)))
        await rehash(folder)
      },
      { code: REFUSED, field: 'delta' },
    )
  })

  it('points that were changed with all hashes brought into line', async () => {
    const moved = (section: number, at: number) => async (folder: string) => {
      await copyPoint(join(folder, key(FINAL)), section, at)
      await rehash(folder)
    }
    await refused(moved(ZKEY_SECTION.c, 7), { code: REFUSED, field: 'key' })
    await refused(moved(ZKEY_SECTION.h, 7), { code: REFUSED, field: 'key' })
    await refused(moved(ZKEY_SECTION.a, 7), { code: REFUSED, field: 'key' })
  })

  it('first keys and constraints that were changed with all hashes and attestations brought into line', async () => {
    const inLine = (change: (folder: string) => Promise<unknown>) => async (folder: string) => {
      await change(folder)
      await rehash(folder)
      await forgeAttestations(folder)
    }
    await refused(
      inLine((folder) => copyPoint(join(folder, key(0)), ZKEY_SECTION.ic, 1)),
      {
        code: REFUSED,
        field: 'initial key',
        message: expect.stringContaining('IC'),
      },
    )
    const { r1csPath } = await compileCircuit(circuitOf('digest-market', 'tiny'))
    await refused(
      inLine((folder) => copyFile(r1csPath, join(folder, CEREMONY_FILES.r1cs(CIRCUIT)))),
      {
        code: REFUSED,
        field: 'r1cs',
      },
    )
  })

  it('powers of tau that claim to be published', async () => {
    await refused(
      (folder) =>
        rewrite(folder, ({ ptau }) => {
          ptau.published = true
        }),
      { code: REFUSED, field: 'foundation' },
    )
    await refused(
      (folder) =>
        rewrite(folder, (record) => {
          record.kind = 'production'
        }),
      { code: REFUSED, field: 'foundation' },
    )
  })

  it('a record edited without its id, and a damaged one', async () => {
    for (const change of [
      (text: string) => text.replace('"tiny"', '"desk"'),
      (text: string) => text.replace(/"nonce": "0x./, '"nonce": "0xg'),
      (text: string) => text.slice(0, -20),
    ]) {
      await refused(
        async (folder) => {
          const path = join(folder, CEREMONY_FILES.record)
          await writeFile(path, change(await readFile(path, 'utf8')))
        },
        { code: 'PROVER_CEREMONY_RECORD' },
      )
    }
  })

  it('a ceremony that nobody has closed or contributed to, unless it may still run', async () => {
    await expect(verifyCeremony({ folder: sample.open })).rejects.toMatchObject({ field: 'minimum' })
    await expect(verifyCeremony({ folder: sample.fresh })).rejects.toMatchObject({ field: 'minimum' })
    expect(await verifyCeremony({ folder: sample.open, unfinished: true })).toMatchObject({
      finished: false,
      contributors: 2,
    })
  })
})
