import { Worker } from 'node:worker_threads'
import { type CurveMachineImage, FIELD_BYTES } from './curve-machine.js'
import { curveMachineImage } from './curve-machine-image.js'
import { type Group, POINT_BYTES, SCALARS_PER_CALL, windowBits } from './fixed-base.js'
import { threadEntry } from './source-entry.js'

/** One piece of work: canonical little-endian scalars, and where their points go in the whole array. */
export type PointTask = { group: Group; offset: number; scalars: Uint8Array }
export type PointResult = { group: Group; offset: number; points: Uint8Array }

/** What a thread is started with: the curve's code and, per group, the width of its windows. */
export type PointThreadData = { image: CurveMachineImage; bits: Record<Group, number> }

export type PointOptions = {
  readonly threads: number
  readonly signal?: AbortSignal | undefined
  /** Called after each task with the number of points just finished. */
  readonly onPoints?: (group: Group, count: number) => void
}

/**
 * Multiplies both generators by many scalars (canonical, 32 little-endian bytes each) in worker threads.
 * Returns the affine points in `.zkey` form, in order. Rejects with the signal's reason when aborted;
 * no thread outlives the call.
 */
export async function multiplyGenerators(
  scalars: Record<Group, Uint8Array>,
  { threads, signal, onPoints }: PointOptions,
): Promise<Record<Group, Uint8Array>> {
  signal?.throwIfAborted()
  const count = (group: Group) => scalars[group].byteLength / FIELD_BYTES
  const data = {
    image: await curveMachineImage(),
    bits: { G1: windowBits(count('G1')), G2: windowBits(count('G2')) },
  }
  const points = { G1: pointsFor('G1', scalars.G1), G2: pointsFor('G2', scalars.G2) }
  const tasks = split(scalars)
  const store = ({ group, offset, points: piece }: PointResult) => {
    points[group].set(piece, offset * POINT_BYTES[group])
    onPoints?.(group, piece.byteLength / POINT_BYTES[group])
  }
  const workers = Array.from({ length: Math.max(1, Math.min(threads, tasks.length)) }, () => start(data))
  try {
    await Promise.all(workers.map((worker) => drain(worker, tasks, store, signal)))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return points
}

function pointsFor(group: Group, scalars: Uint8Array): Uint8Array {
  return new Uint8Array((scalars.byteLength / FIELD_BYTES) * POINT_BYTES[group])
}

/** G2 first: its points cost four times as much, so that the last tasks are the short ones. */
function split(scalars: Record<Group, Uint8Array>): PointTask[] {
  const step = SCALARS_PER_CALL * FIELD_BYTES
  return (['G2', 'G1'] as const).flatMap((group) => {
    const all = scalars[group]
    return Array.from({ length: Math.ceil(all.byteLength / step) }, (_, i) => ({
      group,
      offset: i * SCALARS_PER_CALL,
      scalars: all.subarray(i * step, (i + 1) * step),
    }))
  })
}

function start(workerData: PointThreadData): Worker {
  const { url, execArgv } = threadEntry('development-key-worker')
  return new Worker(url, { execArgv, workerData })
}

/** Feeds one worker from the shared list until it is empty. */
function drain(
  worker: Worker,
  tasks: PointTask[],
  store: (result: PointResult) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    const settle = (finish: () => void) => {
      signal?.removeEventListener('abort', abort)
      finish()
    }
    const next = () => {
      const task = tasks.shift()
      if (!task) return settle(resolve)
      const scalars = new Uint8Array(task.scalars)
      worker.postMessage({ ...task, scalars }, [scalars.buffer as ArrayBuffer])
    }
    worker.on('message', (result: PointResult) => {
      store(result)
      next()
    })
    worker.on('error', (error) => settle(() => reject(error)))
    worker.on('exit', () => settle(() => reject(new Error('a key thread ended early'))))
    next()
  })
}
