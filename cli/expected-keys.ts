import { STATEMENTS } from '#circuits/circuit.js'
import manifest from '#circuits/manifest.js'
import type { Tier } from '#portfolio/shape.js'
import { circuitIdOf } from '#prover/challenge.js'
import { loadCircuits, type TierCircuits } from '#prover/circuits.js'
import { LOCAL_CHAIN_ID } from '#prover/key-check.js'
import { CeremonyKeyError, type CeremonyKeyPins } from '#prover/production-key.js'
import type { Deployment } from '#server/chain/deployment.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'

/**
 * Circuits and keys as this copy of the sources has them, whatever a deployment says: those of the pinned ceremony, or on a
 * local chain its own development keys.
 *
 * @throws `CeremonyKeyError` where no ceremony is pinned and development keys would mean nothing.
 */
export async function expectedKeys(
  { tier, chainId, keys }: Pick<Deployment, 'tier' | 'chainId' | 'keys'>,
  pins = manifest.keys as CeremonyKeyPins,
): Promise<Deployment['keys']> {
  const pinned = pinnedKeys(tier, pins)
  const isPinned = pinned?.rebalance.keyHash === keys.rebalance.keyHash
  if (pinned && (isPinned || chainId !== LOCAL_CHAIN_ID)) return pinned
  if (chainId !== LOCAL_CHAIN_ID) throw new CeremonyKeyError(`rebalance-${tier}`, 'pin')
  return keysOf(await loadCircuits(tier))
}

/** Circuit and key hash of each statement. */
export const keysOf = (circuits: TierCircuits): Deployment['keys'] => {
  const entries = Object.entries(circuits).map(([statement, { circuitId, vkey }]) => [
    statement,
    { circuitId, keyHash: keyHashOf(vkey) },
  ])
  return Object.fromEntries(entries)
}

/** Undefined unless a ceremony's key of every circuit of the tier is pinned. */
function pinnedKeys(tier: Tier, pins: CeremonyKeyPins): Deployment['keys'] | undefined {
  const entries = STATEMENTS.map((statement) => {
    const pin = pins[`${statement}-${tier}`]
    return [statement, pin && { circuitId: circuitIdOf(statement, tier, pin.r1cs), keyHash: pin.keyHash }]
  })
  return entries.every(([, key]) => key) ? Object.fromEntries(entries) : undefined
}
