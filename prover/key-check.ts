import { BaseError } from '#portfolio/base-error.js'
import { G2_GENERATOR, isInG1, isInG2, sameG2 } from './curve-points.js'
import { parseVerificationKey, type VerificationKeyPoints } from './verification-key.js'

/** anvil and hardhat: the one chain id on which a development key may decide anything. */
export const LOCAL_CHAIN_ID = 31337

/**
 * α·G1 of every development key (α depends on the public seed alone): it gives such a key away even when the
 * `development` mark has been removed.
 */
export const DEVELOPMENT_ALPHA = [
  12462533935526246378891899908867973779630589395597951497084380362806296349445n,
  17066409815624775757725115722229264044629633596694229257897110421360062342378n,
] as const

/**
 * Refuses a verification key that proves nothing. With δ = γ, which is how snarkjs leaves a key that nobody has
 * contributed to, A = α, B = β, C = −vk_x passes for any public signals.
 * Returns the key as integers.
 * @throws {MalformedKeyError} for a wrong protocol, curve, coordinate, or number of IC points
 * @throws {UnusableKeyError} for points outside their group and for δ₂ = γ₂ or δ₂ = the generator
 */
export function assertUsableKey(vkey: unknown): VerificationKeyPoints {
  const key = parseVerificationKey(vkey)
  if (sameG2(key.delta, key.gamma)) {
    throw new UnusableKeyError('vkey.vk_delta_2', 'differ from vk_gamma_2: the key has no contribution')
  }
  if (sameG2(key.delta, G2_GENERATOR)) {
    throw new UnusableKeyError('vkey.vk_delta_2', 'differ from the generator: the key has no contribution')
  }
  if (!isInG1(key.alpha)) throw new UnusableKeyError('vkey.vk_alpha_1', 'be on the curve')
  for (const [i, point] of key.ic.entries()) {
    if (!isInG1(point)) throw new UnusableKeyError(`vkey.IC[${i}]`, 'be on the curve')
  }
  for (const member of ['beta', 'gamma', 'delta'] as const) {
    if (!isInG2(key[member])) throw new UnusableKeyError(`vkey.vk_${member}_2`, 'be in the group G2')
  }
  return key
}

/** Whether the key comes from the public development seed, so that anyone can forge proofs under it. */
export function isDevelopmentKey({ development, alpha }: VerificationKeyPoints): boolean {
  return development || (alpha[0] === DEVELOPMENT_ALPHA[0] && alpha[1] === DEVELOPMENT_ALPHA[1])
}

/**
 * `assertUsableKey`, and development keys only on a local chain.
 * @throws {DevelopmentKeyError} for a development key on any chain id but 31337
 */
export function assertKeyForChain(vkey: unknown, chainId: number): VerificationKeyPoints {
  const key = assertUsableKey(vkey)
  if (chainId !== LOCAL_CHAIN_ID && isDevelopmentKey(key)) throw new DevelopmentKeyError(chainId)
  return key
}

export class UnusableKeyError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must ${expected}.`, {
      code: 'PROVER_UNUSABLE_KEY',
      field,
      hints: ['Take the key from a finished ceremony, or make a development key.'],
    })
  }
}

export class DevelopmentKeyError extends BaseError {
  constructor(chainId: number) {
    super(`A development key proves nothing and is refused on chain ${chainId}.`, {
      code: 'PROVER_DEVELOPMENT_KEY',
      hints: [`Development keys are for chain id ${LOCAL_CHAIN_ID}; elsewhere use the key of a ceremony.`],
    })
  }
}
