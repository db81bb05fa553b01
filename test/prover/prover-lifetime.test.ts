import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeToyCircuit, type ToyCircuit, toyInput } from './toy-circuit.js'

let toy: ToyCircuit

beforeAll(async () => {
  toy = await makeToyCircuit()
})
afterAll(() => toy.remove())

type Report = { step: string; pids: number[] }

/** Starts a process that owns a pool, with one job; resolves with its provers' ids when the job reaches `step`. */
async function ownerAt(step: string): Promise<{ owner: ChildProcess; pids: number[] }> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const path = fileURLToPath(new URL('../fixtures/pool-owner.ts', import.meta.url))
  const owner = fork(path, [], { execArgv: ['--conditions=source', '--import', tsx] })
  const { id, wasmPath, zkeyPath, vkeyPath, hashes } = toy
  owner.send({ circuit: { id, wasmPath, zkeyPath, vkeyPath, hashes }, ...toyInput(2n, 3n, 4n) })
  for (;;) {
    const [report] = (await once(owner, 'message')) as [Report]
    if (report.step === step) return { owner, pids: report.pids }
  }
}

async function allGone(pids: number[]): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const alive = pids.filter((pid) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    })
    if (alive.length === 0) return true
    await sleep(100)
  }
  return false
}

it('an idle pool does not keep its process alive, and its provers go with it', async () => {
  const { owner, pids } = await ownerAt('done')
  expect(pids).toHaveLength(1)
  expect(await Promise.race([once(owner, 'exit'), sleep(5000, 'still there')])).toEqual([0, null])
  expect(await allGone(pids)).toBe(true)
})

it('provers end when their parent is killed at work', async () => {
  const { owner, pids } = await ownerAt('proving')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  expect(pids).toHaveLength(1)
  expect(await allGone(pids)).toBe(true)
})
