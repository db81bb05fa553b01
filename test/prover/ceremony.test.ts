import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { curves } from 'snarkjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { circuitOf, mandateLength } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { shapeOf } from '#portfolio/shape.js'
import { fileHash } from '#prover/artifacts.js'
import type { Hex } from '#prover/bn254.js'
import { finalizeCeremony } from '#prover/ceremony/finalize-ceremony.js'
import { CEREMONY_FILES, readCeremony } from '#prover/ceremony/folder.js'
import { exportKey } from '#prover/ceremony/phase-two.js'
import { renderCeremony } from '#prover/ceremony/render-ceremony.js'
import { verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import { circuitIdOf } from '#prover/challenge.js'
import { loadDigest } from '#prover/digest.js'
import { assertKeyForChain, LOCAL_CHAIN_ID } from '#prover/key-check.js'
import { type CeremonyKeyPin, type CeremonyKeyPins, loadCeremonyKey } from '#prover/production-key.js'
import { WarmCircuit } from '#prover/prove-circuit.js'
import { digestStatement } from '#prover/statement.js'
import { verifyProof } from '#prover/verify.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import { ballast, flipByte, makeSample, NAMES, removeSample, type Sample, SECRET } from './ceremony-sample.js'

const CIRCUIT = 'digest-mandate-tiny'

let sample: Sample
beforeAll(async () => {
  sample = await makeSample(['digest-mandate'], { processes: true })
}, 900_000)
afterAll(async () => {
  await removeSample(sample)
  await (await curves.getCurveFromName('bn128')).terminate()
})

describe('a ceremony of three participants in processes of their own', () => {
  it('verifies with one command', async () => {
    const { code, output } = await ballast(['verify', '--folder', sample.closed, '--json'])
    expect([code, output]).toEqual([0, expect.any(String)])
    const report = JSON.parse(output.trim().split('\n').at(-1)!)
    expect(report).toMatchObject({ finished: true, contributors: 3 })
    expect(report.checks.map(({ check }: { check: string }) => check)).toEqual([
      'files',
      'foundation',
      'minimum',
      'attestations',
      'beacon',
      'ptau',
      'r1cs',
      'contributions',
      'initial key',
      'key',
      'verification key',
    ])
  })

  it('prints and keeps nothing of what the participants brought', async () => {
    const files = (await readdir(sample.root, { recursive: true, withFileTypes: true })).filter((f) =>
      f.isFile(),
    )
    const holding = []
    for (const { parentPath, name } of files) {
      if ((await readFile(join(parentPath, name))).includes(SECRET)) holding.push(name)
    }
    expect(files.length).toBeGreaterThan(15)
    expect(holding).toEqual([])
    expect(sample.printed).toContain('contribution 3 by')
    expect(sample.printed).not.toContain(SECRET)
  })

  it('makes a page of its transcript that asks for nothing else and runs nothing', async () => {
    const report = await verifyCeremony({ folder: sample.closed })
    const page = await readFile(await renderCeremony(sample.closed, report), 'utf8')
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('Passed every check')
    expect(page).not.toMatch(/<script|src=|url\(|href=|@import/i)
    expect(page).toContain('&#60;script&#62;alert(1)')
    for (const name of NAMES) expect(page).toContain(`<b>${name.replace("'", '&#39;')}</b>`)
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? ''
    const styleHash = createHash('sha256').update(style).digest('base64')
    expect(page).toContain(`style-src 'sha256-${styleHash}'`)
    const stale = { ...report, transcript: report.ceremony }
    await expect(renderCeremony(sample.closed, stale)).rejects.toMatchObject({
      code: 'PROVER_CEREMONY_STALE_REPORT',
    })
  })

  it('gives keys that prove, pinned in a manifest, and for a local chain only', async () => {
    const manifestPath = join(sample.root, 'manifest.json')
    await copyFile('circuits/manifest.json', manifestPath)
    const { pins } = await finalizeCeremony({ folder: sample.closed, manifestPath, keyHash: keyHashOf })
    const { keys } = JSON.parse(await readFile(manifestPath, 'utf8')) as { keys: CeremonyKeyPins }
    expect(keys[CIRCUIT]).toEqual(pins[CIRCUIT])
    const folder = join(sample.closed, 'final')
    const compiled = await compileCircuit(circuitOf('digest-mandate', 'tiny'))
    const r1cs = fileHash(await readFile(compiled.r1csPath))
    const found = await loadCeremonyKey(CIRCUIT, r1cs, { folder, pins: keys })
    expect(found.development).toBe(true)
    expect(keyHashOf(found.vkey)).toBe(keys[CIRCUIT]!.keyHash)
    expect(assertKeyForChain(found.vkey, LOCAL_CHAIN_ID).publics).toBe(3)
    expect(() => assertKeyForChain(found.vkey, 1)).toThrow(
      expect.objectContaining({ code: 'PROVER_DEVELOPMENT_KEY' }),
    )

    const wasm = fileHash(await readFile(compiled.wasmPath))
    const { hashes, development: _, vkey, ...paths } = found
    const circuit = await WarmCircuit.load({
      id: CIRCUIT,
      wasmPath: compiled.wasmPath,
      ...paths,
      hashes: { wasm, ...hashes },
    })
    const vector = Array.from({ length: mandateLength(shapeOf('tiny')) }, (_, i) => BigInt(i * i))
    const circuitId = circuitIdOf('digest-mandate', 'tiny', r1cs)
    const statement = digestStatement(await loadDigest(), 'mandate', vector, circuitId)
    const { proof, publicSignals } = await circuit.prove(statement.input, {
      expectedPublicSignals: statement.publicSignals,
      onStep: () => {},
    })
    expect(await verifyProof({ vkey, proof, publicSignals })).toBe(true)
    const other = [`${BigInt(publicSignals[0]!) + 1n}`, ...publicSignals.slice(1)]
    expect(await verifyProof({ vkey, proof, publicSignals: other })).toBe(false)

    for (const [part, change] of [
      ['zkey', () => flipByte(found.zkeyPath, 5_000)],
      ['vkey', () => flipByte(found.vkeyPath, 100)],
      ['zkey', () => rm(found.zkeyPath)],
    ] as const) {
      const [zkey, json] = [await readFile(found.zkeyPath), await readFile(found.vkeyPath)]
      await change()
      await expect(loadCeremonyKey(CIRCUIT, r1cs, { folder, pins: keys })).rejects.toMatchObject({
        code: 'PROVER_CEREMONY_KEY',
        field: `${CIRCUIT}.${part}`,
      })
      await writeFile(found.zkeyPath, zkey)
      await writeFile(found.vkeyPath, json)
    }
    for (const [field, hash, pinned] of [
      ['r1cs', `0x${'11'.repeat(32)}`, keys],
      ['pin', r1cs, {}],
    ] as const) {
      await expect(loadCeremonyKey(CIRCUIT, hash, { folder, pins: pinned })).rejects.toMatchObject({
        field: `${CIRCUIT}.${field}`,
      })
    }
  })

  it('gives a production ceremony keys that any chain takes', async () => {
    const folder = await mkdtemp(join(sample.root, 'production-'))
    const closed = join(sample.closed, CEREMONY_FILES.zkey(CIRCUIT, 4))
    const text = JSON.stringify(await exportKey(closed))
    await copyFile(closed, join(folder, `${CIRCUIT}.zkey`))
    await writeFile(join(folder, `${CIRCUIT}.vkey.json`), text)
    const record = await readCeremony(sample.closed)
    const zkey = await readFile(closed)
    const pin: CeremonyKeyPin = {
      kind: 'production',
      r1cs: record.circuits[0]!.r1cs as Hex,
      zkey: fileHash(zkey),
      zkeyBytes: zkey.byteLength,
      vkey: fileHash(Buffer.from(text)),
      keyHash: keyHashOf(JSON.parse(text)),
      ceremony: record.id as Hex,
      transcript: fileHash(await readFile(join(sample.closed, CEREMONY_FILES.record))),
    }
    const load = (kind: 'production' | 'test') =>
      loadCeremonyKey(CIRCUIT, pin.r1cs, { folder, pins: { [CIRCUIT]: { ...pin, kind } } })
    const { vkey, development } = await load('production')
    expect(development).toBe(false)
    expect(assertKeyForChain(vkey, 1).publics).toBe(3)
    await expect(load('test')).rejects.toMatchObject({ field: `${CIRCUIT}.zkey` })
  })
})
