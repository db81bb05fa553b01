import type { Hex } from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import type { ProvingCircuit, TierCircuits } from '#prover/circuits.js'
import { groth16VerifierAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { encodeKey, keyHashOf } from '#verifier-contracts/encode-key.js'
import { successorIdOf } from '#verifier-contracts/encoding.js'
import type { Chain } from './chain.js'

/** The circuits under the ids by which the chain knows them, and the one by which the ledger's portfolios begin. */
export type RegisteredCircuits = { readonly circuits: TierCircuits; readonly ledgerCircuit: Hex }

/**
 * Compares the keys this service proves under with those that ledger, snapshots and mandates verify under, as the chain
 * holds them, and with those recorded in the deployment file. Each contract is asked for its own verifier: what the file says
 * is not what decides. The circuit of steps may be the ledger's own or a successor of it.
 *
 * @throws {@link RegisteredKeyError} naming the circuit whose key is another one, or not in force.
 */
export async function registeredCircuits(
  chain: Chain<never>,
  circuits: TierCircuits,
): Promise<RegisteredCircuits> {
  const { ledger, snapshots, mandates } = chain.deployment
  const of = async (statement: keyof TierCircuits, address: Hex) => {
    const circuit = circuits[statement]
    const refused = new RegisteredKeyError(circuit.artifacts.id)
    // The three contracts name their circuit and verifier alike.
    const contract = { address, abi: rebalanceLedgerAbi, args: [] } as const
    const named = await chain.read({ ...contract, functionName: 'CIRCUIT_ID' })
    const recorded = chain.deployment.keys[statement]
    if (recorded.circuitId !== named) throw refused
    const verifier = await chain.read({ ...contract, functionName: 'VERIFIER' })
    const held = async (id: Hex) =>
      (id !== named || recorded.keyHash === keyHashOf(circuit.vkey)) && holds(chain, verifier, id, circuit)
    return { circuit, named, held, verifier, refused }
  }
  for (const [statement, address] of [
    ['digest-market', snapshots],
    ['digest-mandate', mandates],
  ] as const) {
    const { circuit, named, held, refused } = await of(statement, address)
    if (named !== circuit.circuitId || !(await held(named))) throw refused
  }

  const { circuit: rebalance, named, held, verifier, refused } = await of('rebalance', ledger)
  const newKey = successorIdOf(rebalance.circuitId, keyHashOf(rebalance.vkey))
  for (const circuitId of [newKey, rebalance.circuitId]) {
    if ((await held(circuitId)) && (await descends(chain, verifier, circuitId, named))) {
      return { circuits: { ...circuits, rebalance: { ...rebalance, circuitId } }, ledgerCircuit: named }
    }
  }
  throw refused
}

async function holds(chain: Chain<never>, address: Hex, id: Hex, { vkey }: ProvingCircuit): Promise<boolean> {
  const key = { address, abi: groth16VerifierAbi, args: [id] } as const
  // keyOf refuses ids that nobody registered.
  if ((await chain.read({ ...key, functionName: 'keyHash' })) === NO_HASH) return false
  const held = await chain.read({ ...key, functionName: 'keyOf' })
  return held === encodeKey(vkey) && (await chain.read({ ...key, functionName: 'isLive' }))
}

const NO_HASH: Hex = `0x${'0'.repeat(64)}`

/** Whether a circuit is `first` or takes its place, directly or through others. */
async function descends(chain: Chain<never>, address: Hex, id: Hex, first: Hex): Promise<boolean> {
  for (let at = id; at !== NO_HASH; ) {
    if (at === first) return true
    at = await chain.read({ address, abi: groth16VerifierAbi, functionName: 'predecessorOf', args: [at] })
  }
  return false
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
