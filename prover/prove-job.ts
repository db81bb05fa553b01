import { rmSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { curves } from 'snarkjs'
import { WarmCircuit } from './prove-circuit.js'
import { toFailure } from './prove-error.js'
import type { ProveJob, ProveReply } from './prove-message.js'

/**
 * Child process entry: proves the jobs its parent sends, one at a time, keeping each circuit it has met warm.
 * Private inputs come by message and stay in memory. Below normal priority, so that the service stays responsive.
 */
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

const warm = new Map<string, WarmCircuit>()
let privateDirectory: string | undefined

process.on('message', async (job: ProveJob) => {
  privateDirectory = job.rapidsnark?.directory
  try {
    // Made here, with threads, so that the verifier's single-threaded one is not taken for proving.
    globalThis.curve_bn128 ??= await curves.getCurveFromName('bn128')
    const circuit = await load(job)
    const { expectedPublicSignals, rapidsnark } = job
    const onStep = (step: 'witness' | 'proving' | 'verifying') => reply({ kind: 'step', step })
    const result = await circuit.prove(job.input, { expectedPublicSignals, rapidsnark, onStep })
    reply({ kind: 'done', result, rssBytes: process.memoryUsage.rss() })
  } catch (error) {
    reply({ kind: 'failed', failure: toFailure(error), rssBytes: process.memoryUsage.rss() })
  }
})

/** The parent is gone: leave nothing behind, neither files nor a native prover (we lead our own process group). */
process.on('disconnect', () => {
  if (privateDirectory) rmSync(privateDirectory, { recursive: true, force: true })
  try {
    process.kill(-process.pid, 'SIGKILL')
  } finally {
    process.exit()
  }
})

/** Pinned hashes are part of the name under which a circuit is kept: other files are other circuits. */
async function load({ circuit: artifacts }: ProveJob): Promise<WarmCircuit> {
  const name = JSON.stringify(artifacts)
  const known = warm.get(name)
  if (known) return known
  const loaded = await WarmCircuit.load(artifacts)
  warm.set(name, loaded)
  return loaded
}

function reply(message: ProveReply): void {
  process.send?.(message)
}
