import { createHash } from 'node:crypto'
import { type Hex, SCALAR_FIELD } from './bn254.js'

/**
 * Public, and meant to be: everyone can compute τ, α, β and δ of a development key from it, and so prove anything
 * under that key. Changing a letter changes every development key.
 */
export const DEVELOPMENT_SEED = 'ballast development keys: public seed, no security, version 1'

/** The secrets of a Groth16 set-up (Groth 2016, section 3.2), which a ceremony would destroy. γ is 1, as in snarkjs. */
export type ToxicWaste = { tau: bigint; alpha: bigint; beta: bigint; gamma: 1n; delta: bigint }

/**
 * τ, α and β depend on the seed alone, so every development key has the same α, recognisable without a flag;
 * δ also depends on the circuit.
 */
export function developmentToxicWaste(circuitId: Hex): ToxicWaste {
  return {
    tau: scalar('tau'),
    alpha: scalar('alpha'),
    beta: scalar('beta'),
    gamma: 1n,
    delta: scalar(`delta ${circuitId.toLowerCase()}`),
  }
}

/** SHA-512(seed ‖ 0 ‖ label) mod r: 512 bits make the bias of the reduction less than 2^-256. */
function scalar(label: string): bigint {
  const digest = createHash('sha512').update(`${DEVELOPMENT_SEED}\0${label}`).digest('hex')
  return BigInt(`0x${digest}`) % SCALAR_FIELD
}
