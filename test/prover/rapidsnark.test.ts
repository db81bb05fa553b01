import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ProverPool } from '#prover/prover-pool.js'
import { privateDirectoryRoot } from '#prover/rapidsnark.js'
import { verifyProof } from '#prover/verify.js'
import { makeToyCircuit, type ToyCircuit, toyInput } from './toy-circuit.js'

let toy: ToyCircuit
let binary: string
let pool: ProverPool

beforeAll(async () => {
  toy = await makeToyCircuit()
  const tsx = createRequire(import.meta.url).resolve('tsx/cli')
  const script = fileURLToPath(new URL('../fixtures/native-prover.ts', import.meta.url))
  // A real rapidsnark, where there is one, else its double.
  binary = process.env.RAPIDSNARK ?? join(toy.directory, 'native-prover')
  if (!process.env.RAPIDSNARK) {
    await writeFile(binary, `#!/bin/sh\nexec "${process.execPath}" "${tsx}" "${script}" "$@"\n`)
    await chmod(binary, 0o755)
  }
})
afterEach(() => pool.close())
afterAll(() => toy.remove())

const job = () => ({ circuit: toy, ...toyInput(2n, 3n, 4n) })
/** Of this process alone: others prove beside it, and remove what killed ones left. */
const privateDirectories = () =>
  readdirSync(privateDirectoryRoot()).filter((name) => name.startsWith(`ballast-prover-${process.pid}-`))

/** States of the processes in a session that still run: a killed one may stay listed as Z until somebody reaps it. */
function running(session: number): string[] {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-s', `${session}`], { encoding: 'utf8' })
  return stdout.split('\n').filter((state) => state !== '' && !state.startsWith('Z'))
}

describe('proving with a native binary', () => {
  it('gives a proof that verifies and leaves no file', async () => {
    const before = privateDirectories()
    pool = new ProverPool({ size: 1, rapidsnark: binary })
    const { proof, publicSignals } = await pool.prove(job())
    expect(await verifyProof({ vkey: toy.vkey, proof, publicSignals })).toBe(true)
    const own = privateDirectories().filter((name) => !before.includes(name))
    expect(own.flatMap((name) => readdirSync(join(privateDirectoryRoot(), name)))).toEqual([])
    await pool.close()
    expect(privateDirectories()).toEqual(before)
  })

  it('unlinks the witness when the binary fails', async () => {
    const before = privateDirectories()
    pool = new ProverPool({ size: 1, rapidsnark: '/bin/false' })
    await expect(pool.prove(job())).rejects.toMatchObject({ code: 'PROVER_BACKEND' })
    const own = privateDirectories().filter((name) => !before.includes(name))
    expect(own).toHaveLength(1)
    expect(readdirSync(join(privateDirectoryRoot(), own[0]!))).toEqual([])
  })

  it('removes what a killed owner left, and nothing else', async () => {
    const { pid } = spawnSync('true')
    const [stale, live] = [pid, process.pid].map((owner) =>
      mkdtempSync(join(privateDirectoryRoot(), `ballast-prover-${owner}-`)),
    )
    await writeFile(join(stale!, 'witness'), 'private')
    pool = new ProverPool({ size: 1, rapidsnark: binary })
    expect(existsSync(stale!)).toBe(false)
    expect(existsSync(live!)).toBe(true)
    rmSync(live!, { recursive: true })
  })

  it('stops the binary and removes the witness when cancelled', async () => {
    const before = privateDirectories()
    pool = new ProverPool({ size: 1, rapidsnark: binary })
    const controller = new AbortController()
    let group = 0
    const onProgress = async (step: string) => {
      if (step !== 'proving') return
      group = pool.pids[0]!
      await sleep(50)
      expect(running(group).length).toBeGreaterThan(1)
      controller.abort(new Error('stopped'))
    }
    await expect(pool.prove(job(), { signal: controller.signal, onProgress })).rejects.toThrow('stopped')
    expect(privateDirectories()).toEqual(before)
    await sleep(100)
    expect(running(group)).toEqual([])
  })
})
