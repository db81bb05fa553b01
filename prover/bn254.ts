import { FIELD } from '#portfolio/units.js'

/** BN254 (alt_bn128, EIP-196): order of the groups, and so the field of every signal and witness value. */
export const SCALAR_FIELD = FIELD

/** BN254: the field of point coordinates. */
export const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

/** `SCALAR_FIELD − 1` is divisible by 2 to this power, so domains reach 2^28 and doubled domains 2^27. */
export const TWO_ADICITY = 28

/** The smallest quadratic non-residue of the scalar field: its odd powers give the roots of unity that snarkjs uses. */
const NON_RESIDUE = 5n

export type Hex = `0x${string}`

/** The representative of x in [0, modulus). */
export function reduce(x: bigint, modulus: bigint): bigint {
  const remainder = x % modulus
  return remainder < 0n ? remainder + modulus : remainder
}

/** base^exponent mod modulus, for exponent ≥ 0. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = reduce(base, modulus)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** x⁻¹ mod modulus by Fermat; the modulus is prime, and 0 maps to 0. */
export function inverse(x: bigint, modulus: bigint): bigint {
  return power(x, modulus - 2n, modulus)
}

/** The primitive 2^log2Size-th root of unity that snarkjs' transforms use: 5^((r−1)/2^log2Size). */
export function rootOfUnity(log2Size: number): bigint {
  return power(NON_RESIDUE, (SCALAR_FIELD - 1n) >> BigInt(log2Size), SCALAR_FIELD)
}

/** A canonical decimal string (no sign, no leading zero) below the modulus, as an integer; undefined for anything else. */
export function parseCanonical(text: unknown, modulus: bigint): bigint | undefined {
  if (typeof text !== 'string' || text.length > 78 || !/^(0|[1-9][0-9]*)$/.test(text)) return undefined
  const value = BigInt(text)
  return value < modulus ? value : undefined
}
