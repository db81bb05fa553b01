import { BaseError } from '#portfolio/base-error.js'
import { BASE_FIELD, parseCanonical } from './bn254.js'

export type G1Json = readonly [x: string, y: string, z: string]
export type Fp2Json = readonly [real: string, imaginary: string]
export type G2Json = readonly [x: Fp2Json, y: Fp2Json, z: Fp2Json]

/** A Groth16 proof as snarkjs writes it: affine points (z = 1), coordinates as canonical decimal strings. */
export type Groth16Proof = {
  readonly protocol: 'groth16'
  readonly curve: 'bn128'
  readonly pi_a: G1Json
  readonly pi_b: G2Json
  readonly pi_c: G1Json
}

/** The same proof as the EVM's pairing precompile takes it (EIP-197): in G2, the imaginary part comes first. */
export type SolidityProof = {
  readonly a: readonly [bigint, bigint]
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]]
  readonly c: readonly [bigint, bigint]
}

/**
 * Checks the shape of a proof from outside: exact members and lengths, canonical coordinates below q, z = 1.
 * It does not check that the points are on the curve; `verifyProof` does.
 * @throws {MalformedProofError} naming the member at fault
 */
export function parseProof(input: unknown): Groth16Proof {
  if (typeof input !== 'object' || input === null) throw new MalformedProofError('proof', 'an object')
  const { protocol, curve, pi_a, pi_b, pi_c } = input as Record<string, unknown>
  if (protocol !== 'groth16') throw new MalformedProofError('proof.protocol', '"groth16"')
  if (curve !== 'bn128') throw new MalformedProofError('proof.curve', '"bn128"')
  return {
    protocol,
    curve,
    pi_a: parseG1('proof.pi_a', pi_a),
    pi_b: parseG2('proof.pi_b', pi_b),
    pi_c: parseG1('proof.pi_c', pi_c),
  }
}

export function toSolidityProof(proof: Groth16Proof): SolidityProof {
  const point = ([x, y]: G1Json): [bigint, bigint] => [BigInt(x), BigInt(y)]
  const swapped = ([real, imaginary]: Fp2Json): [bigint, bigint] => [BigInt(imaginary), BigInt(real)]
  const [bx, by] = proof.pi_b
  return { a: point(proof.pi_a), b: [swapped(bx), swapped(by)], c: point(proof.pi_c) }
}

/** @throws {MalformedProofError} if a coordinate is not below q */
export function fromSolidityProof({ a, b, c }: SolidityProof): Groth16Proof {
  const point = ([x, y]: readonly [bigint, bigint]) => [`${x}`, `${y}`, '1']
  const swapped = ([imaginary, real]: readonly [bigint, bigint]) => [`${real}`, `${imaginary}`]
  return parseProof({
    protocol: 'groth16',
    curve: 'bn128',
    pi_a: point(a),
    pi_b: [swapped(b[0]), swapped(b[1]), ['1', '0']],
    pi_c: point(c),
  })
}

function parseG1(field: string, input: unknown): G1Json {
  const [x, y, z] = parseList(field, input, 3).map((member, i) => parseCoordinate(`${field}[${i}]`, member))
  if (z !== '1') throw new MalformedProofError(`${field}[2]`, '"1"')
  return [x!, y!, z]
}

function parseG2(field: string, input: unknown): G2Json {
  const [x, y, z] = parseList(field, input, 3).map((member, i): Fp2Json => {
    const [real, imaginary] = parseList(`${field}[${i}]`, member, 2).map((part, j) =>
      parseCoordinate(`${field}[${i}][${j}]`, part),
    )
    return [real!, imaginary!]
  })
  if (z![0] !== '1' || z![1] !== '0') throw new MalformedProofError(`${field}[2]`, '["1", "0"]')
  return [x!, y!, z!]
}

function parseList(field: string, input: unknown, length: number): unknown[] {
  if (!Array.isArray(input) || input.length !== length) {
    throw new MalformedProofError(field, `a list of ${length}`)
  }
  return Array.from(input)
}

function parseCoordinate(field: string, input: unknown): string {
  if (parseCanonical(input, BASE_FIELD) === undefined) {
    throw new MalformedProofError(field, 'a canonical decimal string below the base field prime')
  }
  return input as string
}

export class MalformedProofError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'PROVER_MALFORMED_PROOF', field })
  }
}
