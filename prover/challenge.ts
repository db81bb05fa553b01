import { encodeAbiParameters, type Hex, keccak256, parseAbiParameters } from 'viem'
import { VECTORS } from '#portfolio/layout.js'
import { FIELD, toField } from '#portfolio/units.js'

/** Three public signals of every circuit: c = digest(tag, x), the challenge α, and β = Σ x_i·α^(i+1). */
export type PublicSignals = { readonly c: bigint; readonly alpha: bigint; readonly beta: bigint }

/** keccak256(abi.encode(name, tier, r1cs hash)): what a verification key is registered under. */
export const circuitIdOf = (statement: string, tier: string, r1csHash: Hex): Hex =>
  keccak256(encodeAbiParameters(parseAbiParameters('string, string, bytes32'), [statement, tier, r1csHash]))

/** α = keccak256(abi.encode(circuitId, x, c)) mod r, over an x that the caller has cut as {@link hashedPart} says. */
export const challengeOf = (circuitId: Hex, x: readonly bigint[], c: bigint): bigint =>
  BigInt(
    keccak256(
      encodeAbiParameters(parseAbiParameters('bytes32, uint256[], uint256'), [circuitId, x.map(toField), c]),
    ),
  ) % FIELD

/** β by Horner's rule. */
export const evaluateVector = (x: readonly bigint[], alpha: bigint): bigint =>
  x.reduceRight((partial, element) => ((partial + toField(element)) * alpha) % FIELD, 0n)

/**
 * The part of a rebalance vector that enters α: all of it for an open trade, the head alone for a sealed one. There the
 * legs are 0 by the head's own `open`, so the head fixes x, and the chain need not touch N zeros.
 */
export const hashedPart = (x: readonly bigint[]): readonly bigint[] => {
  const { head } = VECTORS.rebalance
  return x[head.indexOf('open')] === 0n ? x.slice(0, head.length) : x
}

/** The public signals of a vector whose digest is `c`; `hashed` is the part of x that enters α. */
export function publicSignalsOf(circuitId: Hex, x: readonly bigint[], c: bigint, hashed = x): PublicSignals {
  const alpha = challengeOf(circuitId, hashed, c)
  return { c, alpha, beta: evaluateVector(x, alpha) }
}
