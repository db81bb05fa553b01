import { mandateVector } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import type { Digest } from '#prover/digest.js'
import type { ProverPool } from '#prover/prover-pool.js'
import { digestStatement } from '#prover/statement.js'
import { mandatesAbi } from '#verifier-contracts/abi.js'
import { toSolidityProof } from '#verifier-contracts/encoding.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { Chain } from './chain.js'

export type RegistrarParts = {
  readonly chain: Chain
  readonly pool: ProverPool
  readonly circuits: TierCircuits
  readonly digest: Digest
  readonly shape: Shape
}

/**
 * Brings a portfolio's first mandate into force, from wherever an earlier attempt stopped: schedule with the proof of its
 * digest, then activate.
 *
 * @throws `ContractError` when the chain refuses the mandate.
 */
export async function ensureMandate(
  parts: RegistrarParts,
  portfolio: PortfolioRecord,
  signal: AbortSignal,
): Promise<void> {
  const contract = { address: parts.chain.deployment.mandates, abi: mandatesAbi }
  const [active, , waiting] = await parts.chain.read({
    ...contract,
    functionName: 'versions',
    args: [portfolio.id],
  })
  if (active > 0n) return
  if (waiting === 0n) await scheduleMandate(parts, portfolio, signal)
  await parts.chain.send('governor', { ...contract, functionName: 'activate', args: [portfolio.id] })
}

/**
 * Schedules the limits and terms that `portfolio` carries, with the proof of their digest.
 *
 * @throws `ContractError` when the chain refuses the mandate, or its governor is another one by now.
 */
export async function scheduleMandate(
  { chain, pool, circuits, digest, shape }: RegistrarParts,
  portfolio: Pick<PortfolioRecord, 'creation' | 'mandate' | 'terms'>,
  signal: AbortSignal,
): Promise<void> {
  const contract = { address: chain.deployment.mandates, abi: mandatesAbi }
  const vector = mandateVector(portfolio.mandate, shape)
  const circuit = circuits['digest-mandate']
  const statement = digestStatement(digest, 'mandate', vector, circuit.circuitId)
  const request = {
    circuit: circuit.artifacts,
    input: statement.input,
    expectedPublicSignals: statement.publicSignals,
  }
  const { proof } = await pool.prove(request, { signal })
  const args = [portfolio.creation, vector, portfolio.terms, statement.signals.c, toSolidityProof(proof)]
  await chain.send('governor', { ...contract, functionName: 'schedule', args })
}
