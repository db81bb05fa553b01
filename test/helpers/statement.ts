import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { loadDigest } from '#prover/digest.js'
import { rebalanceStatement } from '#prover/statement.js'

/** Fixed places and blindings: tests of the statement need them distinct, not secret. */
export const PLACE = { circuitId: `0x${'11'.repeat(32)}`, domain: 12_345n, epoch: 7n, payload: 999n } as const
export const BLINDINGS = {
  oldBook: 101n,
  newBook: 102n,
  oldBudget: 103n,
  newBudget: 104n,
  trade: 105n,
} as const

/** The statement of `step` with the model's verdict, claiming `compliant` as the model found unless told otherwise. */
export async function statementOf(step: Step, shape: Shape, claim?: Verdict['outcome']) {
  const verdict = evaluateStep(step, shape)
  const claimed = { ...verdict, outcome: claim ?? verdict.outcome }
  return { verdict, ...rebalanceStatement(await loadDigest(), step, claimed, shape, BLINDINGS, PLACE) }
}
