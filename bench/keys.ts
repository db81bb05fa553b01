import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { makeDevelopmentKey } from '#prover/development-key.js'
import type { Figures } from './main.js'

/** Seconds to make the development key of the rebalance circuit, all cores, nothing cached. */
export async function measure(): Promise<Figures> {
  const seconds: Record<string, number> = {}
  for (const tier of ['tiny', 'desk'] as const) {
    const { r1csPath } = await compileCircuit(circuitOf('rebalance', tier))
    const folder = await mkdtemp(join(tmpdir(), 'ballast-keys-'))
    const started = performance.now()
    await makeDevelopmentKey({
      r1csPath,
      circuitId: `0x${'00'.repeat(32)}`,
      zkeyPath: join(folder, 'development.zkey'),
      vkeyPath: join(folder, 'development.vkey.json'),
    })
    seconds[tier] = Math.round((performance.now() - started) / 100) / 10
    await rm(folder, { recursive: true })
  }
  return { seconds }
}
