import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { curves } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announceBeacon, applyBeacon } from '#prover/ceremony/beacon.js'
import { contribute } from '#prover/ceremony/contribute.js'
import { CEREMONY_FILES, readCeremony } from '#prover/ceremony/folder.js'
import { initCeremony } from '#prover/ceremony/init-ceremony.js'
import { contributeTo } from '#prover/ceremony/phase-two.js'
import { verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import {
  BEACON,
  ballast,
  contributeAs,
  copyOf,
  flipByte,
  makeSample,
  NAMES,
  removeSample,
  type Sample,
  SECRET,
} from './ceremony-sample.js'

const CIRCUIT = 'digest-mandate-tiny'
const key = (step: number) => CEREMONY_FILES.zkey(CIRCUIT, step)

let sample: Sample
beforeAll(async () => {
  sample = await makeSample(['digest-mandate'], { processes: false })
}, 900_000)
afterAll(async () => {
  await removeSample(sample)
  await (await curves.getCurveFromName('bn128')).terminate()
})

describe('a beacon', () => {
  it('is refused when it was not announced, or too late', async () => {
    const folder = await copyOf(sample, sample.open)
    const apply = () => applyBeacon({ folder, ...BEACON })
    await expect(apply()).rejects.toMatchObject({ code: 'PROVER_CEREMONY_BEACON', message: /announced/ })
    const soon = new Date(Date.now() + 400).toISOString()
    const source = 'the randomness of a round to come'
    await announceBeacon(folder, { source, notBefore: soon, iterations: 10 })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await expect(apply()).rejects.toMatchObject({ message: expect.stringContaining('before the last') })
    const past = { source, notBefore: soon, iterations: 10 }
    await expect(announceBeacon(folder, past)).rejects.toMatchObject({ code: 'PROVER_CEREMONY_BEACON' })
  })

  it('is refused before its time, with other iterations, or as something that is not hex', async () => {
    const folder = await copyOf(sample, sample.open)
    const later = new Date(Date.now() + 3_600_000).toISOString()
    await announceBeacon(folder, { source: 'an hour from now', notBefore: later, iterations: 10 })
    await contribute({ folder, name: NAMES[2], entropy: Buffer.from(SECRET) })
    const apply = (change: Partial<typeof BEACON>) => applyBeacon({ folder, ...BEACON, ...change })
    await expect(apply({})).rejects.toMatchObject({ message: expect.stringContaining('time') })
    await expect(apply({ iterations: 11 })).rejects.toMatchObject({
      message: expect.stringContaining('iterations'),
    })
    await expect(apply({ value: 'beacon' })).rejects.toMatchObject({
      message: expect.stringContaining('hex'),
    })
    const again = { source: 'something that suits us', notBefore: later, iterations: 10 }
    await expect(announceBeacon(folder, again)).rejects.toMatchObject({
      message: expect.stringContaining('attested'),
    })
  })

  it('cannot follow nobody, and nothing can follow it', async () => {
    const folder = await copyOf(sample, sample.fresh)
    const soon = new Date(Date.now() + 100).toISOString()
    await announceBeacon(folder, { source: 'as soon as possible', notBefore: soon, iterations: 10 })
    await expect(applyBeacon({ folder, ...BEACON })).rejects.toMatchObject({
      message: expect.stringContaining('follow a contribution'),
    })
    const entropy = Buffer.from(SECRET)
    const closed = await copyOf(sample, sample.closed)
    await expect(contribute({ folder: closed, name: 'Late', entropy })).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_CLOSED',
    })
    expect(entropy.every((byte) => byte === 0)).toBe(true)
    await expect(applyBeacon({ folder: closed, ...BEACON })).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_CLOSED',
    })
  })
})

describe('a participant', () => {
  it('who is killed leaves a valid folder, and goes on by the same command', async () => {
    const folder = await copyOf(sample, sample.open)
    const before = await readFile(join(folder, CEREMONY_FILES.record))
    const args = ['contribute', '--folder', folder, '--name', 'Dora', '--entropy-file', '-']
    const { code } = await ballast(args, SECRET, (kill) => {
      const watch = setInterval(async () => {
        if ((await readdir(folder)).some((file) => file.endsWith('.tmp'))) {
          clearInterval(watch)
          kill()
        }
      }, 5)
    })
    expect(code).not.toBe(0)
    expect((await readdir(folder)).some((file) => file.endsWith('.tmp'))).toBe(true)
    expect(await readFile(join(folder, CEREMONY_FILES.record))).toEqual(before)
    expect((await verifyCeremony({ folder, unfinished: true })).contributors).toBe(2)
    expect((await contributeAs(folder, 'Dora')).code).toBe(0)
    expect((await readdir(folder)).filter((file) => file.endsWith('.tmp') || file === '.lock')).toEqual([])
    expect((await verifyCeremony({ folder, unfinished: true })).contributors).toBe(3)
  })

  it('finds the keys made before a kill under the same name, and none under another', async () => {
    const entropy = () => Buffer.from(SECRET)
    for (const [name, same] of [
      ['Dora', true],
      ['Emil', false],
    ] as const) {
      const folder = await copyOf(sample, sample.open)
      await contributeTo(join(folder, key(2)), join(folder, key(3)), 'Dora', 'entropy of Dora')
      const made = await readFile(join(folder, key(3)))
      const { record } = await contribute({ folder, name, entropy: entropy() })
      expect([name, (await readFile(join(folder, key(3)))).equals(made)]).toEqual([name, same])
      expect(record.contributions.at(-1)?.name).toBe(name)
    }
  })

  it('is refused a name that cannot stand on a page, too little entropy, a busy folder, a key that was changed', async () => {
    const folder = await copyOf(sample, sample.open)
    const attempt = (name: string, text = SECRET) => contribute({ folder, name, entropy: Buffer.from(text) })
    for (const name of ['', ' Ada', '<b>', '../x', 'a'.repeat(49), 'a\nb', 'é'.normalize('NFD')]) {
      await expect(attempt(name)).rejects.toMatchObject({ code: 'PROVER_CEREMONY_NAME' })
    }
    await expect(attempt('Dora', 'short')).rejects.toMatchObject({ code: 'PROVER_CEREMONY_ENTROPY' })
    await writeFile(join(folder, '.lock'), String(process.pid))
    await expect(attempt('Dora')).rejects.toMatchObject({ code: 'PROVER_CEREMONY_BUSY' })
    await rm(join(folder, '.lock'))
    await flipByte(join(folder, key(2)), 5_000)
    await expect(attempt('Dora')).rejects.toMatchObject({ code: 'PROVER_CEREMONY_KEY_FILE', field: CIRCUIT })
  })
})

describe('init', () => {
  it('goes on after a kill with what is whole', async () => {
    const folder = await copyOf(sample, sample.fresh)
    const { circuits, ptau } = await readCeremony(folder)
    await rm(join(folder, CEREMONY_FILES.record))
    await writeFile(join(folder, `${key(0)}.0000.tmp`), 'half a key')
    await writeFile(join(folder, '.lock'), '999999999')
    const made = await stat(join(folder, key(0)))
    const again = await initCeremony({
      folder,
      tier: 'tiny',
      kind: 'test',
      ptau: { source: join(folder, ptau.name), blake2b: ptau.blake2b },
      statements: ['digest-mandate'],
    })
    expect(again.circuits).toEqual(circuits)
    expect((await stat(join(folder, key(0)))).mtimeMs).toBe(made.mtimeMs)
    expect((await readdir(folder)).filter((file) => file.endsWith('.tmp') || file === '.lock')).toEqual([])
    expect(await verifyCeremony({ folder, unfinished: true })).toMatchObject({ contributors: 0 })
  })

  it('refuses a production ceremony on what is fit for a test, a second one, and no folder', async () => {
    const folder = join(sample.root, 'production')
    const options = { folder, tier: 'tiny', kind: 'production' } as const
    await expect(initCeremony({ ...options, ptau: 'local' })).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_TEST_ONLY',
    })
    const { ptau } = await readCeremony(sample.fresh)
    const source = join(sample.fresh, ptau.name)
    const part = { ...options, ptau: { source }, statements: ['digest-mandate'] } as const
    await expect(initCeremony(part)).rejects.toMatchObject({ code: 'PROVER_CEREMONY_TEST_ONLY' })
    await expect(
      initCeremony({ folder: sample.fresh, tier: 'tiny', kind: 'test', ptau: 'local' }),
    ).rejects.toMatchObject({ code: 'PROVER_CEREMONY_EXISTS' })
    await expect(readCeremony(join(sample.root, 'nowhere'))).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_ABSENT',
    })
  })
})
