import { copyFile, mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hex } from '../bn254.js'
import { type CeremonyKeyPin, type CeremonyKeyPins, ceremonyKeyFiles } from '../production-key.js'
import type { VerificationKey } from '../verification-key.js'
import { CEREMONY_FILES, makeWhole, readCeremony, sha256File, withFolder, writeWhole } from './folder.js'
import { exportKey } from './phase-two.js'
import { type VerificationReport, type VerifyOptions, verifyCeremony } from './verify-ceremony.js'

export type FinalizeOptions = Omit<VerifyOptions, 'unfinished'> & {
  /** The manifest to pin the keys in. */
  readonly manifestPath: string
  /** The hash under which the verifier contract knows a key. */
  readonly keyHash: (vkey: VerificationKey) => Hex
}

/**
 * Verifies a closed ceremony, writes its proving and verification keys into the folder's `final/`, and pins them in a
 * manifest. A test's verification keys carry the `development` mark, so that nothing but a local chain takes them.
 * @throws everything that `verifyCeremony` throws
 */
export async function finalizeCeremony(
  options: FinalizeOptions,
): Promise<{ report: VerificationReport; pins: CeremonyKeyPins }> {
  const { folder, manifestPath, keyHash } = options
  const report = await verifyCeremony(options)
  return withFolder(folder, async () => {
    const record = await readCeremony(folder)
    const transcript = await sha256File(join(folder, CEREMONY_FILES.record))
    const final = join(folder, CEREMONY_FILES.final)
    await mkdir(final, { recursive: true })
    const pins: Record<string, CeremonyKeyPin> = {}
    for (const { name, r1cs } of record.circuits) {
      const files = ceremonyKeyFiles(name, record.kind)
      const [zkey, vkeyPath] = [join(final, files.zkey), join(final, files.vkey)]
      const closed = join(folder, CEREMONY_FILES.zkey(name, record.contributions.length + 1))
      await makeWhole(zkey, (temporary) => copyFile(closed, temporary))
      const exported = (await exportKey(zkey)) as VerificationKey
      const vkey: VerificationKey = record.kind === 'test' ? { development: true, ...exported } : exported
      await writeWhole(vkeyPath, `${JSON.stringify(vkey, null, 1)}\n`)
      pins[name] = {
        kind: record.kind,
        r1cs: r1cs as Hex,
        zkey: (await sha256File(zkey)) as Hex,
        zkeyBytes: (await stat(zkey)).size,
        vkey: (await sha256File(vkeyPath)) as Hex,
        keyHash: keyHash(vkey),
        ceremony: record.id as Hex,
        transcript: transcript as Hex,
      }
    }
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8'))
    manifest.keys = { ...manifest.keys, ...pins }
    await writeWhole(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`)
    return { report, pins }
  })
}
