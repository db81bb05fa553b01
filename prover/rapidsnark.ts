import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type RapidsnarkRequest = {
  readonly binary: string
  readonly zkeyPath: string
  /** A `.wtns` file's bytes: every private value of the statement. */
  readonly witness: Uint8Array
  /** A directory of our own, mode 0700. */
  readonly directory: string
}

/**
 * Proves with native rapidsnark, which takes files and nothing else: the witness, so every private value, is
 * on the file system while it runs. It goes to a directory that only this user may enter, in memory where the system has
 * `/dev/shm`, and is unlinked as soon as the prover ends, whether or not it succeeded; when the proving process is
 * killed, the pool removes the directory, and the next pool what a killed pool left.
 */
export async function proveWithRapidsnark(
  request: RapidsnarkRequest,
): Promise<{ proof: unknown; publicSignals: unknown }> {
  const [witness, proof, signals] = ['witness', 'proof', 'public'].map((name) =>
    join(request.directory, name),
  ) as [string, string, string]
  try {
    await writeFile(witness, request.witness, { mode: 0o600, flag: 'wx' })
    await promisify(execFile)(request.binary, [request.zkeyPath, witness, proof, signals])
    await rm(witness)
    const [proofJson, signalsJson] = await Promise.all([readJson(proof), readJson(signals)])
    return {
      proof: { ...(proofJson as object), protocol: 'groth16', curve: 'bn128' },
      publicSignals: signalsJson,
    }
  } finally {
    await Promise.all([witness, proof, signals].map((path) => rm(path, { force: true })))
  }
}

/** Where private files may lie: memory, if the system has it as a directory. */
export function privateDirectoryRoot(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

const PREFIX = 'ballast-prover-'

/** A fresh directory under the root that only this user may enter (0700), named after this process. */
export function makePrivateDirectory(root: string): string {
  return mkdtempSync(join(root, `${PREFIX}${process.pid}-`))
}

/** Removes what processes that no longer run left behind, because they and their provers were killed at once. */
export function removeStaleDirectories(root: string): void {
  for (const name of readdirSync(root)) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN
    if (owner > 0 && !runs(owner)) rmSync(join(root, name), { recursive: true, force: true })
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** rapidsnark pads its JSON with zero bytes in some versions. */
async function readJson(path: string): Promise<unknown> {
  return JSON.parse((await readFile(path, 'utf8')).replace(/\0+$/, ''))
}
