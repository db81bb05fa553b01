import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'
import { assertAttestation } from './attestation.js'
import { CeremonyClosedError, KeyFileError, keyHashAt, stepOf } from './contribute.js'
import { CEREMONY_FILES, makeWhole, readCeremony, sha256File, withFolder, writeCeremony } from './folder.js'
import type { OnCeremonyProgress } from './init-ceremony.js'
import { applyBeaconTo } from './phase-two.js'
import {
  type Announcement,
  announcementHash,
  announcementSchema,
  type CeremonyRecord,
  type Step,
} from './record.js'

/** What the beacon's contribution is called inside the keys. */
export const BEACON_NAME = 'beacon'

/**
 * Says before the last contribution which public randomness will close the ceremony. The attestations made afterwards
 * carry its hash, which is what proves that it came first; an announcement that one of them carries cannot be replaced.
 * @throws {BeaconError} when it is too late, or the time is not in the future
 */
export async function announceBeacon(
  folder: string,
  announcement: Omit<Announcement, 'announced'>,
): Promise<CeremonyRecord> {
  const announced = new Date().toISOString()
  const parsed = announcementSchema.safeParse({ ...announcement, announced })
  if (!parsed.success) {
    throw new BeaconError(`be announced with a proper ${String(parsed.error.issues[0]?.path[0])}`)
  }
  if (parsed.data.notBefore <= announced) throw new BeaconError('be announced before it can be known')
  return withFolder(folder, async () => {
    const record = await readCeremony(folder)
    if (record.beacon) throw new CeremonyClosedError()
    if ((await announcementsAttested(folder, record)).some((hash) => hash !== null)) {
      throw new BeaconError('stay as it was announced: a participant has attested it')
    }
    const next = { ...record, announcement: parsed.data }
    await writeCeremony(folder, next)
    return next
  })
}

export type BeaconOptions = {
  readonly folder: string
  /** 32 to 64 bytes of hex, as read at the announced source. */
  readonly value: string
  readonly iterations: number
  readonly onProgress?: OnCeremonyProgress
  readonly signal?: AbortSignal
}

/**
 * Closes the ceremony with the announced randomness.
 * @throws {BeaconError} when none was announced, none of the last participants attested it, it is not due, or it has other
 * iterations than announced
 */
export async function applyBeacon(options: BeaconOptions): Promise<CeremonyRecord> {
  const { folder, iterations, onProgress, signal } = options
  const value = options.value.toLowerCase().replace(/^0x/, '')
  if (!/^([0-9a-f]{2}){32,64}$/.test(value)) throw new BeaconError('be 32 to 64 bytes of hex')
  return withFolder(folder, async () => {
    const record = await readCeremony(folder)
    if (record.beacon) throw new CeremonyClosedError()
    await assertAnnounced(folder, record, iterations)
    const step = record.contributions.length + 1
    const circuits: Step = {}
    for (const { name } of record.circuits) {
      signal?.throwIfAborted()
      const before = join(folder, CEREMONY_FILES.zkey(name, step - 1))
      const after = join(folder, CEREMONY_FILES.zkey(name, step))
      if ((await sha256File(before)) !== keyHashAt(record, name, step - 1)) throw new KeyFileError(name)
      // A beacon takes a moment and always gives the same key: what an interrupted run left is made again.
      if (existsSync(after)) await rm(after)
      const beacon = { name: BEACON_NAME, value, iterations }
      await makeWhole(after, (temporary) =>
        applyBeaconTo(before, temporary, beacon, (share) => onProgress?.(name, share)),
      )
      circuits[name] = await stepOf(after)
    }
    const next = { ...record, beacon: { value, iterations, date: new Date().toISOString(), circuits } }
    await writeCeremony(folder, next)
    return next
  })
}

/** @throws {BeaconError} unless the announcement stands, is due, and is named by the last contribution's attestation and no attestation names another. */
export async function assertAnnounced(
  folder: string,
  record: CeremonyRecord,
  iterations: number,
  now = new Date().toISOString(),
): Promise<void> {
  const { announcement, contributions } = record
  if (!announcement) throw new BeaconError('have been announced')
  if (contributions.length === 0) throw new BeaconError('follow a contribution')
  const attested = await announcementsAttested(folder, record)
  if (attested.at(-1) === null) throw new BeaconError('have been announced before the last contribution')
  if (attested.some((hash) => hash !== null && hash !== announcementHash(announcement))) {
    throw new BeaconError('be the one that every participant attested who came after its announcement')
  }
  if (iterations !== announcement.iterations) throw new BeaconError('have the announced iterations')
  if (now < announcement.notBefore) throw new BeaconError('not come before its announced time')
}

/** What the attestations say about the announcement, in order. */
async function announcementsAttested(folder: string, record: CeremonyRecord): Promise<(string | null)[]> {
  const hashes: (string | null)[] = []
  for (const [index, { name }] of record.contributions.entries()) {
    const path = join(folder, CEREMONY_FILES.attestation(index + 1, name))
    const text = await readFile(path, 'utf8').catch(() => '')
    hashes.push(assertAttestation(record, index, text).announcement)
  }
  return hashes
}

/** The public randomness is not what was announced, or was not announced in time. */
export class BeaconError extends BaseError {
  constructor(expected: string) {
    super(`The beacon must ${expected}.`, { code: 'PROVER_CEREMONY_BEACON', field: 'beacon' })
  }
}
