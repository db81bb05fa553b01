import { BaseError } from '#portfolio/base-error.js'
import type { TierCircuits } from '#prover/circuits.js'
import { groth16VerifierAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { encodeKey, keyHashOf } from '#verifier-contracts/encode-key.js'
import type { Chain } from './chain.js'

/**
 * Compares the keys this service proves under with those that ledger, snapshots and mandates verify under, as the chain
 * holds them, and with those recorded in the deployment file. Each contract is asked for its own verifier: what the file says
 * is not what decides.
 *
 * @throws {@link RegisteredKeyError} naming the circuit whose key is another one, or not in force.
 */
export async function assertRegisteredKeys(chain: Chain<never>, circuits: TierCircuits): Promise<void> {
  const { ledger, snapshots, mandates } = chain.deployment
  const asked = [
    ['rebalance', ledger],
    ['digest-market', snapshots],
    ['digest-mandate', mandates],
  ] as const
  for (const [statement, address] of asked) {
    const { circuitId, vkey, artifacts } = circuits[statement]
    // The three contracts name their circuit and verifier alike.
    const contract = { address, abi: rebalanceLedgerAbi, args: [] } as const
    const named = await chain.read({ ...contract, functionName: 'CIRCUIT_ID' })
    const recorded = chain.deployment.keys[statement]
    if (named !== circuitId || recorded.circuitId !== circuitId || recorded.keyHash !== keyHashOf(vkey)) {
      throw new RegisteredKeyError(artifacts.id)
    }
    const verifier = await chain.read({ ...contract, functionName: 'VERIFIER' })
    const key = { address: verifier, abi: groth16VerifierAbi, args: [circuitId] } as const
    const held = await chain.read({ ...key, functionName: 'keyOf' })
    const live = await chain.read({ ...key, functionName: 'isLive' })
    if (!live || held !== encodeKey(vkey)) throw new RegisteredKeyError(artifacts.id)
  }
}

/** Proofs made here would be checked under another key, or under none. */
export class RegisteredKeyError extends BaseError {
  constructor(circuit: string) {
    super(`The chain does not hold the verification key of ${circuit} that this service proves under.`, {
      code: 'SERVER_REGISTERED_KEY',
      field: circuit,
      hints: ['Use the deployment that was made from these circuits and keys, or build from its sources.'],
    })
  }
}
