import { buildBn128 } from 'ffjavascript'
import type { CurveMachineImage } from './curve-machine.js'

/**
 * ffjavascript's BN254 module, as data for `CurveMachine`. Kept apart from it because ffjavascript cannot be imported
 * in a worker thread: its worker polyfill takes the thread for one of its own.
 */
export async function curveMachineImage(): Promise<CurveMachineImage> {
  const { tm } = await buildBn128(true)
  return { code: tm.code, free: tm.initalPFree, g1Generator: tm.pG1gen, g2Generator: tm.pG2gen }
}
