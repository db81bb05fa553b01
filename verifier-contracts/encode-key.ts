import { concat, type Hex, keccak256, toHex } from 'viem'
import { parseVerificationKey, type VerificationKey } from '#prover/verification-key.js'

/**
 * The 22 words a verification key is registered as: alpha, beta, gamma, delta, IC_0..IC_3; imaginary part first in G2.
 *
 * @throws MalformedKeyError when the key is not one of a circuit with three public signals, strictly written.
 */
export function encodeKey(vkey: VerificationKey): Hex {
  const key = parseVerificationKey({ ...vkey, nPublic: 3 })
  const g2 = [key.beta, key.gamma, key.delta].flatMap(([[xRe, xIm], [yRe, yIm]]) => [xIm, xRe, yIm, yRe])
  const words = [...key.alpha, ...g2, ...key.ic.flat()]
  return concat(words.map((word) => toHex(word, { size: 32 })))
}

/** What the verifier reports for a registered key. */
export const keyHashOf = (vkey: VerificationKey): Hex => keccak256(encodeKey(vkey))

/**
 * The key behind its registered bytes, as snarkjs writes it. Inverse of {@link encodeKey}, but for the development mark,
 * which `isDevelopmentKey` finds by its points.
 *
 * @throws MalformedKeyError when the bytes are not 22 reduced words.
 */
export function decodeKey(bytes: Hex): VerificationKey {
  const words = Array.from({ length: (bytes.length - 2) / 64 }, (_, i) =>
    BigInt(`0x${bytes.slice(2 + 64 * i, 66 + 64 * i)}`).toString(),
  )
  const g1 = (at: number) => [words[at], words[at + 1], '1']
  const g2 = (at: number) => [
    [words[at + 1], words[at]],
    [words[at + 3], words[at + 2]],
    ['1', '0'],
  ]
  const key = {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: 3,
    vk_alpha_1: g1(0),
    vk_beta_2: g2(2),
    vk_gamma_2: g2(6),
    vk_delta_2: g2(10),
    IC: [14, 16, 18, 20].map(g1),
  }
  parseVerificationKey(key)
  return key as unknown as VerificationKey
}
