import type { Hex } from 'viem'
import { TIERS, VECTORS } from '#portfolio/layout.js'
import { FIELD } from '#portfolio/units.js'
import { hashedPart, publicSignalsOf } from '#prover/challenge.js'
import type { ProvingCircuit } from '#prover/circuits.js'
import { verifyProof } from '#prover/verify.js'
import { payloadOf } from '#verifier-contracts/encoding.js'
import type { Receipt } from './schemas/receipt.js'

/**
 * Whether a receipt is a proof of its own public vector under the pinned key: the signals are recomputed from the vector,
 * the sealed trade must hash to its payload, and every number must be canonical. What the vector says is for the chain's
 * record to confirm.
 *
 * @throws `MalformedProofError` for a proof that is not of the exact form.
 */
export async function verifyReceipt(receipt: Receipt, circuit: ProvingCircuit): Promise<boolean> {
  if (receipt.circuitId !== circuit.circuitId) return false
  const { head } = VECTORS.rebalance
  const x = receipt.x.map(BigInt)
  const c = BigInt(receipt.digest)
  if (x.length !== head.length + TIERS[circuit.tier].slots) return false
  if ([...x, c].some((element) => element >= FIELD)) return false
  if (payloadOf(receipt.sealedTrade as Hex) !== x[head.indexOf('payload')]) return false
  const signals = publicSignalsOf(circuit.circuitId, x, c, hashedPart(x))
  const expected = [signals.c, signals.alpha, signals.beta].map(String)
  if (expected.some((signal, i) => signal !== receipt.publicSignals[i])) return false
  return verifyProof({ vkey: circuit.vkey, proof: receipt.proof, publicSignals: expected })
}
