import { BaseError } from '#portfolio/base-error.js'
import { BASE_FIELD, parseCanonical } from './bn254.js'
import type { G1Point, G2Point } from './curve-points.js'
import type { G1Json, G2Json } from './groth16-proof.js'

/** A Groth16 verification key as snarkjs exports it; `development` marks one made from the public seed. */
export type VerificationKey = {
  readonly development?: true
  readonly protocol: 'groth16'
  readonly curve: 'bn128'
  readonly nPublic: number
  readonly vk_alpha_1: G1Json
  readonly vk_beta_2: G2Json
  readonly vk_gamma_2: G2Json
  readonly vk_delta_2: G2Json
  readonly IC: readonly G1Json[]
}

/** The same key as integers, affine. */
export type VerificationKeyPoints = {
  readonly development: boolean
  readonly publics: number
  readonly alpha: G1Point
  readonly beta: G2Point
  readonly gamma: G2Point
  readonly delta: G2Point
  readonly ic: readonly G1Point[]
}

/**
 * Reads a verification key strictly: protocol, curve, canonical coordinates, one IC point more than public signals.
 * @throws {MalformedKeyError} naming the member at fault
 */
export function parseVerificationKey(input: unknown): VerificationKeyPoints {
  if (typeof input !== 'object' || input === null) throw new MalformedKeyError('vkey', 'an object')
  const vkey = input as Record<string, unknown>
  if (vkey.protocol !== 'groth16') throw new MalformedKeyError('vkey.protocol', '"groth16"')
  if (vkey.curve !== 'bn128') throw new MalformedKeyError('vkey.curve', '"bn128"')
  const publics = vkey.nPublic
  if (typeof publics !== 'number' || !Number.isSafeInteger(publics) || publics < 1) {
    throw new MalformedKeyError('vkey.nPublic', 'a whole number above 0')
  }
  return {
    development: vkey.development === true,
    publics,
    alpha: parseG1('vkey.vk_alpha_1', vkey.vk_alpha_1),
    beta: parseG2('vkey.vk_beta_2', vkey.vk_beta_2),
    gamma: parseG2('vkey.vk_gamma_2', vkey.vk_gamma_2),
    delta: parseG2('vkey.vk_delta_2', vkey.vk_delta_2),
    ic: parseList('vkey.IC', vkey.IC, publics + 1).map((point, i) => parseG1(`vkey.IC[${i}]`, point)),
  }
}

function parseG1(field: string, input: unknown): G1Point {
  const [x, y, z] = parseList(field, input, 3).map((part, i) => parseCoordinate(`${field}[${i}]`, part))
  if (z !== 1n) throw new MalformedKeyError(`${field}[2]`, '"1": no point may be at infinity')
  return [x!, y!]
}

function parseG2(field: string, input: unknown): G2Point {
  const [x, y, z] = parseList(field, input, 3).map((member, i): readonly [bigint, bigint] => {
    const [real, imaginary] = parseList(`${field}[${i}]`, member, 2).map((part, j) =>
      parseCoordinate(`${field}[${i}][${j}]`, part),
    )
    return [real!, imaginary!]
  })
  if (z![0] !== 1n || z![1] !== 0n) {
    throw new MalformedKeyError(`${field}[2]`, '["1", "0"]: no point may be at infinity')
  }
  return [x!, y!]
}

function parseList(field: string, input: unknown, length: number): unknown[] {
  if (!Array.isArray(input) || input.length !== length)
    throw new MalformedKeyError(field, `a list of ${length}`)
  return Array.from(input)
}

function parseCoordinate(field: string, input: unknown): bigint {
  const value = parseCanonical(input, BASE_FIELD)
  if (value === undefined)
    throw new MalformedKeyError(field, 'a canonical decimal string below the base field prime')
  return value
}

export class MalformedKeyError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'PROVER_MALFORMED_KEY', field })
  }
}
