import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { announceBeacon, applyBeacon } from '#prover/ceremony/beacon.js'
import { contribute } from '#prover/ceremony/contribute.js'
import { finalizeCeremony } from '#prover/ceremony/finalize-ceremony.js'
import { initCeremony } from '#prover/ceremony/init-ceremony.js'
import { verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import type { Figures } from './main.js'

/**
 * Seconds of each step of a whole ceremony, all circuits of the tier, three participants, powers of tau made here. A step's
 * first use of the curve, compiling and hashing are part of it; a participant's text is not.
 */
export async function measure(): Promise<Figures> {
  const figures: Record<string, Figures> = {}
  for (const tier of ['tiny', 'desk'] as const) {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-ceremony-'))
    const seconds: Record<string, number> = {}
    const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
      const started = performance.now()
      const result = await work()
      seconds[step] = Math.round((performance.now() - started) / 100) / 10
      return result
    }
    const take = (name: string) => contribute({ folder, name, entropy: randomBytes(64) })
    try {
      await timed('init', () => initCeremony({ folder, tier, kind: 'test', ptau: 'local' }))
      const notBefore = new Date(Date.now() + 1_000).toISOString()
      await announceBeacon(folder, { source: 'random bytes of this run', notBefore, iterations: 10 })
      await take('first')
      await take('second')
      await timed('contribute', () => take('third'))
      const value = randomBytes(32).toString('hex')
      await timed('beacon', () => applyBeacon({ folder, value, iterations: 10 }))
      await timed('verify', () => verifyCeremony({ folder }))
      const manifestPath = join(folder, 'manifest.tmp')
      await copyFile('circuits/manifest.json', manifestPath)
      await timed('finalize', () => finalizeCeremony({ folder, manifestPath, keyHash: keyHashOf }))
      figures[tier] = seconds
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return { seconds: figures }
}
