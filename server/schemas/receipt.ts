import { z } from 'zod'
import { Bytes, Element, Hash } from './wire.js'

const G1 = z.array(Element).length(3)
const G2 = z.array(z.array(Element).length(2)).length(3)

/** A proof as snarkjs writes it. */
export const ProofWire = z
  .strictObject({ protocol: z.literal('groth16'), curve: z.literal('bn128'), pi_a: G1, pi_b: G2, pi_c: G1 })
  .meta({ id: 'Proof' })

/**
 * What anyone needs to check a step: `x` is the public vector with its legs, `digest` is c, `publicSignals` (c, α, β).
 * The sealed trade hashes to the vector's payload; only its recipients can open it.
 */
export const Receipt = z
  .strictObject({
    circuitId: Hash,
    x: z.array(Element).max(64),
    digest: Element,
    publicSignals: z.array(Element).length(3),
    proof: ProofWire,
    sealedTrade: Bytes,
  })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof Receipt>
