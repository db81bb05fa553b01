import type { Curve } from 'ffjavascript'
import { curves, groth16 } from 'snarkjs'
import { BaseError } from '#portfolio/base-error.js'
import { parseCanonical, SCALAR_FIELD } from './bn254.js'
import { type Groth16Proof, parseProof } from './groth16-proof.js'
import { parseVerificationKey } from './verification-key.js'

export type VerificationRequest = {
  /** snarkjs JSON; run `assertUsableKey` on it once before trusting any verdict under it. */
  readonly vkey: unknown
  readonly proof: unknown
  /** Canonical decimal strings below r, exactly as many as the key has public signals. */
  readonly publicSignals: unknown
}

declare global {
  /** Where snarkjs looks for a curve before it starts one with threads of its own. */
  var curve_bn128: Curve | null | undefined
}

/**
 * Groth16 verification, strict where snarkjs is not: it takes fewer signals than the key has, and coordinates + q.
 * Runs in Node and in browsers; starts no threads, so it needs no clean-up and works under a strict CSP.
 * @returns whether the proof holds for the public signals
 * @throws {MalformedKeyError | MalformedProofError | MalformedSignalsError} for input that is not of the exact form
 */
export async function verifyProof(request: VerificationRequest): Promise<boolean> {
  const key = parseVerificationKey(request.vkey)
  const proof = parseProof(request.proof)
  const signals = parsePublicSignals(request.publicSignals, key.publics)
  globalThis.curve_bn128 ??= await curves.getCurveFromName('bn128', { singleThread: true })
  return isInSubgroup(globalThis.curve_bn128, proof) && groth16.verify(request.vkey, signals, proof)
}

/** snarkjs checks the curve equations alone; the EVM's precompile also checks that the G2 point has order r. */
function isInSubgroup({ G2 }: Curve, { pi_b }: Groth16Proof): boolean {
  const point = G2.fromObject(pi_b.map((coordinate) => coordinate.map(BigInt)))
  return G2.isZero(G2.timesScalar(point, SCALAR_FIELD))
}

/** @throws {MalformedSignalsError} unless the input is a list of exactly `count` canonical field elements */
export function parsePublicSignals(input: unknown, count: number): string[] {
  if (!Array.isArray(input) || input.length !== count) {
    throw new MalformedSignalsError('publicSignals', `a list of ${count}`)
  }
  return Array.from(input, (signal, i) => {
    if (parseCanonical(signal, SCALAR_FIELD) === undefined) {
      throw new MalformedSignalsError(
        `publicSignals[${i}]`,
        'a canonical decimal string below the scalar field prime',
      )
    }
    return signal as string
  })
}

export class MalformedSignalsError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'PROVER_MALFORMED_SIGNALS', field })
  }
}
