import { parentPort, workerData } from 'node:worker_threads'
import { CurveMachine } from './curve-machine.js'
import { FixedBase, type Group } from './fixed-base.js'
import type { PointResult, PointTask, PointThreadData } from './point-threads.js'

const { image, bits } = workerData as PointThreadData

/** Thread entry: multiplies a generator by the scalars of each task. The tables are built at a group's first task. */
const bases: Partial<Record<Group, FixedBase>> = {}

parentPort?.on('message', ({ group, offset, scalars }: PointTask) => {
  bases[group] ??= new FixedBase(new CurveMachine(image), group, bits[group])
  const result: PointResult = { group, offset, points: bases[group].multiply(scalars) }
  parentPort?.postMessage(result, [result.points.buffer as ArrayBuffer])
})
