import { inverse, BASE_FIELD as q, reduce, SCALAR_FIELD } from './bn254.js'

export type G1Point = readonly [x: bigint, y: bigint]
/** Elements of F_q² as real and imaginary part, i² = −1. */
export type Fp2 = readonly [real: bigint, imaginary: bigint]
export type G2Point = readonly [x: Fp2, y: Fp2]

/** The generator of G2 (EIP-197), which is γ₂ in snarkjs' keys, and δ₂ in a key that nobody contributed to. */
export const G2_GENERATOR: G2Point = [
  [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  ],
  [
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
]

/** On y² = x³ + 3; the curve's order is prime, so every such point is in G1. */
export function isInG1([x, y]: G1Point): boolean {
  return reduce(y * y - x * x * x - 3n, q) === 0n
}

/** On the twist y² = x³ + 3/(9 + i), and in the subgroup of order r: the twist has a cofactor, so both must be checked. */
export function isInG2(point: G2Point): boolean {
  const [x, y] = point
  const right = sum(product(product(x, x), x), TWIST_B)
  if (!same(product(y, y), right)) return false
  return multiple(SCALAR_FIELD, point) === undefined
}

export function sameG2([ax, ay]: G2Point, [bx, by]: G2Point): boolean {
  return same(ax, bx) && same(ay, by)
}

const norm = ([re, im]: Fp2): bigint => re * re + im * im
const same = (a: Fp2, b: Fp2): boolean => a[0] === b[0] && a[1] === b[1]
const sum = (a: Fp2, b: Fp2): Fp2 => [reduce(a[0] + b[0], q), reduce(a[1] + b[1], q)]
const difference = (a: Fp2, b: Fp2): Fp2 => [reduce(a[0] - b[0], q), reduce(a[1] - b[1], q)]
const product = (a: Fp2, b: Fp2): Fp2 => [
  reduce(a[0] * b[0] - a[1] * b[1], q),
  reduce(a[0] * b[1] + a[1] * b[0], q),
]
const quotient = (a: Fp2, b: Fp2): Fp2 => {
  const scale = inverse(norm(b), q)
  return product(a, [reduce(b[0] * scale, q), reduce(-b[1] * scale, q)])
}

const TWIST_B: Fp2 = quotient([3n, 0n], [9n, 1n])

/** Affine double-and-add; undefined is the point at infinity. Slow (a fifth of a second) and used once per key. */
function multiple(scalar: bigint, point: G2Point): G2Point | undefined {
  let result: G2Point | undefined
  let doubled: G2Point | undefined = point
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = added(result, doubled)
    doubled = added(doubled, doubled)
  }
  return result
}

function added(a: G2Point | undefined, b: G2Point | undefined): G2Point | undefined {
  if (!a) return b
  if (!b) return a
  const [[ax, ay], [bx, by]] = [a, b]
  if (same(ax, bx) && same(sum(ay, by), [0n, 0n])) return undefined
  const slope = same(ax, bx)
    ? quotient(product([3n, 0n], product(ax, ax)), sum(ay, ay))
    : quotient(difference(by, ay), difference(bx, ax))
  const x = difference(difference(product(slope, slope), ax), bx)
  return [x, difference(product(slope, difference(ax, x)), ay)]
}
