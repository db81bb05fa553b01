import { shapeOf } from '#portfolio/shape.js'
import { evaluateStep } from '#portfolio/step.js'
import { loadCircuits } from '#prover/circuits.js'
import { loadDigest } from '#prover/digest.js'
import { ProverPool } from '#prover/prover-pool.js'
import { rebalanceStatement } from '#prover/statement.js'
import { intentOf, randomStep } from '../test/helpers/arbitrary-step.js'
import { BLINDINGS, PLACE } from '../test/helpers/statement.js'
import type { Figures } from './main.js'
import { measureOverhead } from './overhead.js'

const RUNS = 5

/**
 * Median milliseconds of witness, proof and strict verification, one warm prover process, snarkjs and rapidsnark in turn
 * on the same statement and key (rapidsnark is null unless RAPIDSNARK names its binary), and what the service adds.
 */
export async function measure(): Promise<Figures> {
  const figures: Record<string, Record<string, number | null>> = {}
  const put = (name: string, tier: string, value: number | null) => {
    figures[name] = { ...figures[name], [tier]: value }
  }
  const { RAPIDSNARK: rapidsnark } = process.env
  for (const tier of ['desk', 'fund'] as const) {
    const { circuitId, artifacts: circuit } = (await loadCircuits(tier)).rebalance
    const shape = shapeOf(tier)
    const seed = Array.from({ length: 72 }, (_, i) => i).find((i) => intentOf(i) === 'compliant')!
    const step = randomStep(seed, shape)
    const place = { ...PLACE, circuitId }
    const verdict = evaluateStep(step, shape)
    const statement = rebalanceStatement(await loadDigest(), step, verdict, shape, BLINDINGS, place)
    const request = { circuit, input: statement.input, expectedPublicSignals: [...statement.publicSignals] }

    const pools = [new ProverPool({ size: 1, rapidsnark: '' })]
    if (rapidsnark) pools.push(new ProverPool({ size: 1, rapidsnark }))
    const timings = pools.map(() => [] as { witnessMs: number; proveMs: number; verifyMs: number }[])
    // The first run of each loads the key; the counted ones alternate, so that a noisy machine is noisy for both.
    for (let run = 0; run <= RUNS; run++) {
      for (const [i, pool] of pools.entries()) {
        const result = await pool.prove(request)
        if (run > 0) timings[i]!.push(result.timings)
      }
    }
    await Promise.all(pools.map((pool) => pool.close()))
    const [plain, native] = timings
    put('witnessMs', tier, median(plain!.map(({ witnessMs }) => witnessMs)))
    put('snarkjsMs', tier, median(plain!.map(({ proveMs }) => proveMs)))
    put('rapidsnarkMs', tier, native ? median(native.map(({ proveMs }) => proveMs)) : null)
    put('overheadMs', tier, await measureOverhead(tier))
    put('verifyMs', tier, median(plain!.map(({ verifyMs }) => verifyMs)))
  }
  return figures
}

const median = (xs: readonly number[]): number =>
  Math.round([...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]!)
