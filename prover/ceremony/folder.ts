import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'
import { type CeremonyRecord, parseRecord } from './record.js'

const four = (step: number) => String(step).padStart(4, '0')

/** The file name part of a contributor's name. */
const slug = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'contributor'

/** Names of the files of a ceremony; all follow from the record, none is taken from a file. */
export const CEREMONY_FILES = {
  record: 'ceremony.json',
  attestations: 'attestations',
  final: 'final',
  page: 'index.html',
  r1cs: (circuit: string) => `${circuit}.r1cs`,
  /** The key after so many contributions, the beacon counted. */
  zkey: (circuit: string, step: number) => `${circuit}_${four(step)}.zkey`,
  attestation: (step: number, name: string) => join('attestations', `${four(step)}-${slug(name)}.json`),
} as const

/** @throws {NoCeremonyError} @throws {CeremonyRecordError} */
export async function readCeremony(folder: string): Promise<CeremonyRecord> {
  const text = await readFile(join(folder, CEREMONY_FILES.record), 'utf8').catch(() => undefined)
  if (text === undefined) throw new NoCeremonyError()
  return parseRecord(text)
}

/** What makes a step part of the ceremony: until the record is renamed into place, nothing has happened. */
export async function writeCeremony(folder: string, record: CeremonyRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`
  parseRecord(text)
  await writeWhole(join(folder, CEREMONY_FILES.record), text)
}

/** Makes a file by way of a temporary one, so that it is there whole or not at all, even when the power fails. */
export async function makeWhole(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await make(temporary)
    const file = await open(temporary, 'r+')
    await file.sync().finally(() => file.close())
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

export const writeWhole = (path: string, text: string): Promise<void> =>
  makeWhole(path, (temporary) => writeFile(temporary, text))

/**
 * Runs one step at a time in a folder, across processes. What a killed step left (a lock of a process that is gone,
 * temporary files) is cleared away first.
 * @throws {CeremonyBusyError} when another process is at work in the folder
 */
export async function withFolder<T>(folder: string, step: () => Promise<T>): Promise<T> {
  await mkdir(join(folder, CEREMONY_FILES.attestations), { recursive: true })
  const lock = join(folder, '.lock')
  const take = () => writeFile(lock, String(process.pid), { flag: 'wx' })
  await take().catch(async () => {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
    if (holder > 0 && isRunning(holder)) throw new CeremonyBusyError()
    await rm(lock, { force: true })
    await take()
  })
  try {
    for (const file of (await readdir(folder, { recursive: true })) as string[]) {
      if (file.endsWith('.tmp')) await rm(join(folder, file), { force: true })
    }
    return await step()
  } finally {
    await rm(lock, { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Hash of a file of any size, in hex. @throws the signal's reason when aborted */
export async function hashFile(
  path: string,
  algorithm: 'sha256' | 'blake2b512',
  options: { onShare?: ((share: number) => void) | undefined; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { size } = await stat(path)
  const hash = createHash(algorithm)
  let done = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    options.signal?.throwIfAborted()
    hash.update(chunk)
    done += chunk.length
    options.onShare?.(done / size)
  }
  return hash.digest('hex')
}

export const sha256File = async (path: string): Promise<string> => `0x${await hashFile(path, 'sha256')}`

/** There is no ceremony in the folder. */
export class NoCeremonyError extends BaseError {
  constructor() {
    super('There is no ceremony in this folder.', {
      code: 'PROVER_CEREMONY_ABSENT',
      hints: ['Begin one with `ballast ceremony init`, or name the folder of another.'],
    })
  }
}

/** Another process is making a step in the same folder. */
export class CeremonyBusyError extends BaseError {
  constructor() {
    super('Another process is at work in this folder.', {
      code: 'PROVER_CEREMONY_BUSY',
      hints: ['Wait for it to end, then run the command again.'],
    })
  }
}
