import { setImmediate } from 'node:timers/promises'

/** Nothing else waits longer than this, in milliseconds: not Ctrl-C, nor a request to the process that computes. */
const WORK_MAX = 50

/**
 * Lets other work have its turn in a long computation. What is returned is to be called after every small part of it: it gives
 * a promise to await once in 50 ms, and undefined otherwise. The promise fails with the reason of a `signal` that has stopped
 * the work.
 */
export function takeTurns(signal?: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now()
  const turn = async () => {
    await setImmediate()
    signal?.throwIfAborted()
    since = performance.now()
  }
  return () => (performance.now() - since < WORK_MAX ? undefined : turn())
}
