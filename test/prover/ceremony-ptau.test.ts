import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { writeLocalPtau } from '#prover/ceremony/local-ptau.js'
import { newKey } from '#prover/ceremony/phase-two.js'
import { obtainPtau, PUBLISHED_PTAU } from '#prover/ceremony/ptau.js'
import { openSections } from '#prover/ceremony/section-file.js'
import { flipByte } from './ceremony-sample.js'

const POWER = 4
let root: string
let path: string
let bytes: Buffer
let blake2b: string
let server: Server
let url: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ballast-ptau-'))
  path = join(root, 'small.ptau')
  await writeLocalPtau({ path, powers: [2, POWER] })
  bytes = await readFile(path)
  blake2b = createHash('blake2b512').update(bytes).digest('hex')
  server = createServer((request, response) => {
    if (request.url === '/absent/small.ptau') return response.writeHead(404).end()
    response.writeHead(200, { 'content-length': bytes.length })
    if (request.url === '/cut/small.ptau') {
      response.write(bytes.subarray(0, 500), () => response.destroy())
      return
    }
    const body = Buffer.from(bytes)
    if (request.url === '/flipped/small.ptau') body[bytes.length - 1]! ^= 1
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await rm(root, { recursive: true })
})

describe('powers of tau', () => {
  it('are known by the hashes that their makers have published, for every tier', () => {
    for (const { name, power, blake2b: hash } of PUBLISHED_PTAU) {
      expect(name).toContain(String(power))
      expect(hash).toMatch(/^[0-9a-f]{128}$/)
    }
    expect(PUBLISHED_PTAU.map(({ power }) => power)).toEqual([12, 13, 14, 15, 16, 17, 18])
    expect(new Set(PUBLISHED_PTAU.map(({ blake2b: hash }) => hash)).size).toBe(7)
  })

  it('are taken from a path or from a URL', async () => {
    const expected = { name: 'small.ptau', power: POWER, blake2b, published: false }
    expect(await obtainPtau({ source: path, blake2b }, root, POWER)).toEqual({ ...expected, path })
    const folder = await mkdtemp(join(root, 'fetched-'))
    const shares: number[] = []
    const fetched = await obtainPtau({ source: `${url}/small.ptau`, blake2b }, folder, POWER, {
      onShare: (share) => shares.push(share),
    })
    expect(fetched).toEqual({ ...expected, path: join(folder, 'small.ptau') })
    expect((await readFile(fetched.path)).equals(bytes)).toBe(true)
    expect(shares.at(-1)).toBe(1)
  })

  it.each([
    ['with one byte flipped', 'flipped/small.ptau', 'PROVER_CEREMONY_PTAU_HASH'],
    ['cut short on the way', 'cut/small.ptau', 'PROVER_CEREMONY_PTAU'],
    ['that are not there', 'absent/small.ptau', 'PROVER_CEREMONY_PTAU'],
    ['under a published name with other content', PUBLISHED_PTAU[0]!.name, 'PROVER_CEREMONY_PTAU_HASH'],
  ])('%s are refused, and nothing is left of them', async (_, place, code) => {
    const folder = await mkdtemp(join(root, 'refused-'))
    const attempt = obtainPtau({ source: `${url}/${place}`, blake2b }, folder, POWER)
    await expect(attempt).rejects.toMatchObject({ code })
    expect(await readdir(folder)).toEqual([])
  })

  it('from a path are refused when changed, unknown, too small or absent', async () => {
    const attempt = (source: string, power = POWER, hash: string | undefined = blake2b) =>
      obtainPtau({ source, blake2b: hash }, root, power)
    const changed = join(root, 'changed.ptau')
    await writeFile(changed, bytes)
    await flipByte(changed, 2_000)
    await expect(attempt(changed)).rejects.toMatchObject({ code: 'PROVER_CEREMONY_PTAU_HASH' })
    await expect(obtainPtau({ source: path }, root, POWER)).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_PTAU',
      message: expect.stringContaining(PUBLISHED_PTAU[0]!.name),
    })
    await expect(attempt(path, POWER + 1)).rejects.toMatchObject({ code: 'PROVER_CEREMONY_PTAU' })
    await expect(attempt(join(root, 'none.ptau'))).rejects.toMatchObject({ code: 'PROVER_CEREMONY_PTAU' })
  })

  it('that are too few for a circuit make no key, in the words of snarkjs', async () => {
    const { r1csPath } = await compileCircuit(circuitOf('digest-mandate', 'tiny'))
    await expect(newKey(r1csPath, path, join(root, 'none.zkey'))).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_STEP',
      message: expect.stringContaining('too big'),
    })
  })

  it('stop coming when cancelled', async () => {
    const folder = await mkdtemp(join(root, 'cancelled-'))
    const signal = AbortSignal.abort()
    const attempt = obtainPtau({ source: `${url}/small.ptau`, blake2b }, folder, POWER, { signal })
    await expect(attempt).rejects.toThrow(signal.reason)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a file of sections', () => {
  it.each([
    ['another kind of file', (file: Buffer) => file.fill('x', 0, 4)],
    ['a cut end', (file: Buffer) => file.subarray(0, -1)],
    ['something behind its end', (file: Buffer) => Buffer.concat([file, Buffer.from([0])])],
    ['a section twice', (file: Buffer) => file.fill(file[12]!, 68, 69)],
    ['no head', (file: Buffer) => file.subarray(0, 7)],
  ])('is refused with %s', async (name, change) => {
    const broken = join(root, `${basename(name)}.ptau`)
    await writeFile(broken, change(Buffer.from(bytes)))
    await expect(openSections(broken, 'ptau')).rejects.toMatchObject({ code: 'PROVER_CEREMONY_FILE' })
  })
})
