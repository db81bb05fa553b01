import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { appendFile, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ProverPool, type ProverPoolOptions } from '#prover/prover-pool.js'
import { verifyProof } from '#prover/verify.js'
import { makeToyCircuit, type ToyCircuit, toyInput } from './toy-circuit.js'

let toy: ToyCircuit
const pools: ProverPool[] = []
/** For the tests that leave a prover as they found it. */
let shared: ProverPool

beforeAll(async () => {
  toy = await makeToyCircuit()
  shared = new ProverPool({ size: 1, rapidsnark: '' })
})
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close()
})
afterAll(async () => {
  await shared.close()
  await toy.remove()
})

function openPool(options: Partial<ProverPoolOptions> = {}): ProverPool {
  const pool = new ProverPool({ size: 1, rapidsnark: '', ...options })
  pools.push(pool)
  return pool
}

const job = (scale: bigint, a: bigint, b: bigint) => ({ circuit: toy, ...toyInput(scale, a, b) })

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('ProverPool', () => {
  it('gives each of 20 concurrent callers the proof of its own statement', async () => {
    const pool = openPool({ size: 2 })
    const requests = Array.from({ length: 20 }, (_, i) =>
      job(BigInt(i + 1), BigInt(1000 + i), BigInt(77 * i)),
    )
    const results = await Promise.all(requests.map((request) => pool.prove(request)))
    for (const [i, { proof, publicSignals }] of results.entries()) {
      expect(publicSignals).toEqual(requests[i]!.expectedPublicSignals)
      expect(await verifyProof({ vkey: toy.vkey, proof, publicSignals })).toBe(true)
    }
    expect(pool.pids).toHaveLength(2)
  })

  it('reports the steps in order and how long they took', async () => {
    const steps: string[] = []
    const { timings } = await shared.prove(job(2n, 3n, 4n), { onProgress: (step) => steps.push(step) })
    expect(steps).toEqual(['witness', 'proving', 'verifying'])
    expect(timings.totalMs).toBeCloseTo(timings.witnessMs + timings.proveMs + timings.verifyMs, 3)
  })

  it('kills the prover of a cancelled job, drops waiting ones, and goes on', async () => {
    const pool = openPool()
    const [running, waiting] = [new AbortController(), new AbortController()]
    let pid = 0
    const onProgress = (step: string) => {
      if (step !== 'proving') return
      pid = pool.pids[0]!
      running.abort(new Error('running stopped'))
    }
    const first = pool.prove(job(2n, 3n, 4n), { signal: running.signal, onProgress })
    const second = pool.prove(job(2n, 3n, 5n), { signal: waiting.signal })
    const third = pool.prove(job(2n, 3n, 6n))
    waiting.abort(new Error('waiting stopped'))
    await expect(second).rejects.toThrow('waiting stopped')
    await expect(first).rejects.toThrow('running stopped')
    expect(isAlive(pid)).toBe(false)
    expect((await third).publicSignals).toEqual(['36', '2'])
  })

  it('refuses a job that was cancelled before it came', async () => {
    const pool = openPool()
    await expect(
      pool.prove(job(2n, 3n, 4n), { signal: AbortSignal.abort(new Error('early')) }),
    ).rejects.toThrow('early')
    expect(pool.pids).toEqual([])
  })

  it('passes on what the progress callback throws, and goes on', async () => {
    const pool = openPool()
    const onProgress = () => {
      throw new Error('callback')
    }
    await expect(pool.prove(job(2n, 3n, 4n), { onProgress })).rejects.toThrow('callback')
    expect((await pool.prove(job(2n, 3n, 4n))).publicSignals).toEqual(['24', '2'])
  })

  it('stops a job that takes too long', async () => {
    const pool = openPool({ timeoutMs: 20 })
    await expect(pool.prove(job(2n, 3n, 4n))).rejects.toMatchObject({ code: 'PROVER_TIMEOUT' })
    expect(pool.pids).toEqual([])
  })

  it('stops a prover that outgrows its memory', async () => {
    const pool = openPool({ rssLimitBytes: 2 ** 20 })
    // Either found while it works, or after the job, when the prover is replaced.
    await pool.prove(job(2n, 3n, 4n)).catch((error) => expect(error).toMatchObject({ code: 'PROVER_MEMORY' }))
    expect(pool.pids).toEqual([])
  })

  it('survives the death of its prover, working or idle', async () => {
    const pool = openPool()
    const killNow = (step: string) => step === 'proving' && process.kill(pool.pids[0]!, 'SIGKILL')
    await expect(pool.prove(job(2n, 3n, 4n), { onProgress: killNow })).rejects.toMatchObject({
      code: 'PROVER_CRASHED',
    })
    expect((await pool.prove(job(2n, 3n, 4n))).publicSignals).toEqual(['24', '2'])
    process.kill(pool.pids[0]!, 'SIGKILL')
    await sleep(200)
    expect((await pool.prove(job(2n, 3n, 5n))).publicSignals).toEqual(['30', '2'])
  })

  it('replaces a prover after its number of jobs', async () => {
    const pool = openPool({ recycleAfter: 2 })
    const pids: number[] = []
    for (let i = 0n; i < 4n; i++) {
      await pool.prove(job(2n, 3n, i), {
        onProgress: (step) => step === 'witness' && pids.push(pool.pids[0]!),
      })
    }
    expect(pids[0]).toBe(pids[1])
    expect(pids[2]).toBe(pids[3])
    expect(pids[1]).not.toBe(pids[2])
    expect(isAlive(pids[0]!)).toBe(false)
    expect(isAlive(pids[2]!)).toBe(false)
  })

  it.each([['25', '2'], ['24', '3'], ['24'], ['24', '2', '0'], []])(
    'makes no proof when the request expects %j, %j',
    async (...expectedPublicSignals) => {
      const steps: string[] = []
      const wrong = shared.prove(
        { ...job(2n, 3n, 4n), expectedPublicSignals },
        { onProgress: (step) => steps.push(step) },
      )
      await expect(wrong).rejects.toMatchObject({ code: 'PROVER_PUBLIC_SIGNALS_MISMATCH' })
      expect(steps).toEqual(['witness'])
    },
  )

  it('refuses an expectation that is not canonical', async () => {
    const expected = { ...job(2n, 3n, 4n), expectedPublicSignals: ['024', '2'] }
    await expect(shared.prove(expected)).rejects.toMatchObject({ code: 'PROVER_MALFORMED_SIGNALS' })
  })

  it('says of a false statement only that it is false', async () => {
    const { input, ...rest } = job(2n, 31337n, 4n)
    const wrong = shared.prove({ ...rest, input: { ...input, squareOfSum: '31337' } })
    const error = await wrong.catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PROVER_WITNESS', circuitId: 'product.tiny' })
    expect(JSON.stringify(error) + error.stack).not.toMatch(/31337|squareOfSum/)
  })

  it('refuses an input that snarkjs would coerce', async () => {
    const { input, ...rest } = job(2n, 3n, 4n)
    const wrong = shared.prove({ ...rest, input: { ...input, scale: '02' } })
    await expect(wrong).rejects.toMatchObject({ code: 'PROVER_WITNESS_INPUT', field: 'scale' })
  })

  it.each(['wasm', 'zkey', 'vkey'] as const)('refuses a %s file other than the pinned one', async (kind) => {
    const path = join(toy.directory, `tampered.${kind}`)
    await copyFile(toy[`${kind}Path`], path)
    await appendFile(path, ' ')
    const circuit = { ...toy, [`${kind}Path`]: path }
    const error = await shared.prove({ ...job(2n, 3n, 4n), circuit }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PROVER_ARTIFACT', detail: kind })
    expect(error.message).not.toContain(toy.directory)
  })

  it('keeps private inputs out of the command line and the environment', async () => {
    let seen = ''
    const look = () => {
      const pid = shared.pids[0]!
      seen += readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
    }
    await shared.prove(job(2n, 987654321n, 4n), { onProgress: look })
    expect(seen).toContain('prove-job')
    expect(seen).not.toContain('987654321')
  })

  it('runs below normal priority', async () => {
    await shared.prove(job(2n, 3n, 4n))
    expect(Number(execFileSync('ps', ['-o', 'ni=', '-p', `${shared.pids[0]}`]).toString())).toBe(10)
  })

  it('stops everything when closed', async () => {
    const pool = openPool()
    const jobs = [job(2n, 3n, 4n), job(2n, 3n, 5n)].map((request) => pool.prove(request))
    const pids = pool.pids
    const settled = Promise.allSettled([...jobs, pool.close()])
    for (const result of (await settled).slice(0, 2)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'PROVER_CLOSED' } })
    }
    expect(pids.some(isAlive)).toBe(false)
    await expect(pool.prove(job(2n, 3n, 4n))).rejects.toMatchObject({ code: 'PROVER_CLOSED' })
  })
})
