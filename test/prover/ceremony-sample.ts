import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Statement } from '#circuits/circuit.js'
import { attest } from '#prover/ceremony/attestation.js'
import { announceBeacon, applyBeacon } from '#prover/ceremony/beacon.js'
import { contribute } from '#prover/ceremony/contribute.js'
import { CEREMONY_FILES, CeremonyBusyError, readCeremony, sha256File } from '#prover/ceremony/folder.js'
import { CeremonyExistsError, initCeremony } from '#prover/ceremony/init-ceremony.js'
import { type CeremonyRecord, ceremonyId, hashText } from '#prover/ceremony/record.js'
import { openSections, ZKEY_SECTION } from '#prover/ceremony/section-file.js'
import { pinOf } from '#prover/circuits.js'

/** A ceremony of the tiny tier, as it was at three moments. */
export type Sample = {
  readonly root: string
  /** Before the first contribution; after two, with nothing announced; closed. */
  readonly fresh: string
  readonly open: string
  readonly closed: string
  /** Everything that the participants' processes printed. */
  readonly printed: string
}

export const NAMES = ['Ada', 'Çelik', "O'Neill"] as const
export const BEACON = { value: '5f'.repeat(32), iterations: 10 }
/** What the participants bring: a text that must turn up nowhere. */
export const SECRET = 'only the participant has ever seen these bytes'
export const SOURCE = 'the hash of <script>alert(1)</script> block 20000000'

/** Runs a real ceremony of three participants, each in a process of its own, or all in this one. */
export async function makeSample(
  statements: readonly Statement[],
  { processes }: { processes: boolean },
): Promise<Sample> {
  const root = await mkdtemp(join(tmpdir(), 'ballast-ceremony-'))
  const folder = join(root, 'ceremony')
  const keep = async (name: string) => {
    await cp(folder, join(root, name), { recursive: true })
    return join(root, name)
  }
  await cp(await begun(statements), folder, { recursive: true })
  const fresh = await keep('fresh')
  let printed = ''
  const take = async (name: string) => {
    if (!processes) return void (await contribute({ folder, name, entropy: Buffer.from(SECRET) }))
    const { code, output } = await contributeAs(folder, name)
    if (code !== 0) throw new Error(`the contribution of ${name} failed: ${output}`)
    printed += output
  }
  await take(NAMES[0])
  await take(NAMES[1])
  const open = await keep('open')
  const due = Date.now() + 1_000
  await announceBeacon(folder, {
    source: SOURCE,
    notBefore: new Date(due).toISOString(),
    iterations: BEACON.iterations,
  })
  await take(NAMES[2])
  // A contribution to a small circuit can be done before the beacon is due.
  await setTimeout(Math.max(0, due - Date.now()))
  await applyBeacon({ folder, ...BEACON })
  return { root, fresh, open, closed: folder, printed }
}

/**
 * A ceremony that has begun: its first keys take most of the time, so they are kept for as long as what makes them stays
 * the same. Another test file that makes them at this moment is waited for.
 */
export async function begun(statements: readonly Statement[]): Promise<string> {
  const hash = createHash('sha256')
  for (const statement of statements) hash.update(pinOf(`${statement}-tiny`)!.r1cs)
  for (const file of ['init-ceremony', 'local-ptau', 'phase-two', 'record']) {
    hash.update(await readFile(`prover/ceremony/${file}.ts`))
  }
  const folder = join('circuits', 'build', `ceremony-${hash.digest('hex').slice(0, 16)}`)
  for (;;) {
    try {
      await initCeremony({ folder, tier: 'tiny', kind: 'test', ptau: 'local', statements })
      return folder
    } catch (error) {
      if (error instanceof CeremonyExistsError) return folder
      if (!(error instanceof CeremonyBusyError)) throw error
      await setTimeout(500)
    }
  }
}

export const contributeAs = (folder: string, name: string) =>
  ballast(['contribute', '--folder', folder, '--name', name, '--entropy-file', '-'], SECRET)

/** Runs `ballast ceremony …` in a process of its own; `onStart` may kill it. */
export function ballast(
  args: readonly string[],
  input = '',
  onStart: (kill: () => void) => void = () => {},
): Promise<{ code: number | null; output: string }> {
  const command = ['--conditions=source', '--import', 'tsx', 'cli/main.ts', 'ceremony', ...args]
  const child = spawn(process.execPath, command)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  child.stdin.end(input)
  onStart(() => child.kill('SIGKILL'))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

/** A copy of a ceremony's folder, to be damaged. */
export async function copyOf(sample: Sample, folder: string): Promise<string> {
  const copy = join(sample.root, randomUUID())
  await cp(folder, copy, { recursive: true })
  return copy
}

type Draft = { -readonly [K in keyof CeremonyRecord]: CeremonyRecord[K] }

/** Rewrites the record as an attacker would who holds the folder. */
export async function rewrite(folder: string, change: (record: Draft) => void): Promise<void> {
  const record = await readCeremony(folder)
  change(record)
  record.id = ceremonyId(record)
  await writeFile(join(folder, CEREMONY_FILES.record), JSON.stringify(record))
}

/** Makes attestations anew that fit the record: nobody but the signatures that people published could object to them. */
export async function forgeAttestations(
  folder: string,
  announcementAt?: (index: number) => CeremonyRecord['announcement'],
): Promise<void> {
  const record = await readCeremony(folder)
  const forged: CeremonyRecord = { ...record, contributions: [] }
  for (const [i, { name, date, circuits }] of record.contributions.entries()) {
    const seen = announcementAt ? { ...forged, announcement: announcementAt(i) } : forged
    const text = JSON.stringify(attest(seen, name, date, circuits))
    await writeFile(join(folder, CEREMONY_FILES.attestation(i + 1, name)), text)
    forged.contributions.push({ name, date, circuits, attestation: hashText(text) })
  }
  await writeFile(join(folder, CEREMONY_FILES.record), JSON.stringify(forged))
}

/** Hashes in the record what now lies in the folder. */
export async function rehash(folder: string): Promise<void> {
  const record = await readCeremony(folder)
  const at = (circuit: string, step: number) => sha256File(join(folder, CEREMONY_FILES.zkey(circuit, step)))
  for (const circuit of record.circuits) {
    circuit.r1cs = await sha256File(join(folder, CEREMONY_FILES.r1cs(circuit.name)))
    circuit.initial = await at(circuit.name, 0)
    const steps = [...record.contributions, ...(record.beacon ? [record.beacon] : [])]
    for (const [i, { circuits }] of steps.entries())
      circuits[circuit.name]!.zkey = await at(circuit.name, i + 1)
  }
  record.id = ceremonyId(record)
  await writeFile(join(folder, CEREMONY_FILES.record), JSON.stringify(record))
}

export async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  const place = at < 0 ? bytes.length + at : at
  bytes[place] = bytes[place]! ^ 1
  await writeFile(path, bytes)
}

/** Where a section of a key begins in its file. */
export async function startOf(path: string, section: number): Promise<number> {
  const bytes = await readFile(path)
  for (let at = 12; at < bytes.length; ) {
    const [id, size] = [bytes.readUInt32LE(at), Number(bytes.readBigUInt64LE(at + 4))]
    if (id === section) return at + 12
    at += 12 + size
  }
  throw new Error(`no section ${section}`)
}

/** Overwrites point `index` of a section with the last one that differs: on the curve, and wrong. */
export async function copyPoint(path: string, section: number, index: number): Promise<void> {
  const file = await openSections(path, 'zkey')
  const points = await file.read(section)
  await file.close()
  const size = section === ZKEY_SECTION.b2 ? 128 : 64
  const point = (i: number) => points.subarray(i * size, (i + 1) * size)
  const isUsed = (i: number) => point(i).some((byte) => byte !== 0) && !point(i).equals(point(index))
  const others = Array.from({ length: points.length / size }, (_, i) => i).filter(isUsed)
  const bytes = await readFile(path)
  point(others.at(-1)!).copy(bytes, (await startOf(path, section)) + index * size)
  await writeFile(path, bytes)
}

export async function swapFiles(folder: string, a: string, b: string): Promise<void> {
  const between = join(folder, `${a}.between`)
  await rename(join(folder, a), between)
  await rename(join(folder, b), join(folder, a))
  await rename(between, join(folder, b))
}

export const removeSample = (sample: Sample | undefined): Promise<void> =>
  sample ? rm(sample.root, { recursive: true, force: true }) : Promise.resolve()

/** Replaces the only place where a file holds some bytes by others of the same length. */
export async function replaceBytes(path: string, from: Uint8Array | string, to: Uint8Array | string) {
  const bytes = await readFile(path)
  const at = bytes.indexOf(from)
  if (at < 0 || bytes.indexOf(from, at + 1) >= 0) throw new Error('the bytes are not there once')
  Buffer.from(to as Uint8Array).copy(bytes, at)
  await writeFile(path, bytes)
}
