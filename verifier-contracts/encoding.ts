import { type Address, encodeAbiParameters, encodePacked, type Hex, keccak256 } from 'viem'
import { toField } from '#portfolio/units.js'

export { challengeOf as alphaOf, circuitIdOf, evaluateVector as betaOf } from '#prover/challenge.js'
export { type SolidityProof, toSolidityProof } from '#prover/groth16-proof.js'
export * from './encode-key.js'
export * from './typed-data.js'
export * from './universe-content.js'

/** Everything a portfolio's id is the hash of. `windowLength` in seconds. */
export type Creation = {
  readonly governor: Address
  readonly manager: Address
  readonly windowLength: number
  readonly salt: Hex
}

/** What a head is the hash of: the head before it (0 after opening and after a replacement), book and budget. */
export type Head = { readonly previous: Hex; readonly book: bigint; readonly budget: bigint }

/** Predecessor of the first head of a portfolio. */
export const NO_HEAD: Hex = `0x${'00'.repeat(32)}`

const CREATION = [
  {
    type: 'tuple',
    components: [
      { name: 'governor', type: 'address' },
      { name: 'manager', type: 'address' },
      { name: 'windowLength', type: 'uint32' },
      { name: 'salt', type: 'bytes32' },
    ],
  },
] as const

const hashOf = (types: readonly string[], values: readonly unknown[]): Hex =>
  keccak256(
    encodeAbiParameters(
      types.map((type) => ({ type })),
      values,
    ),
  )

export const portfolioIdOf = (creation: Creation): Hex => keccak256(encodeAbiParameters(CREATION, [creation]))

/** First element of a portfolio's public vectors: 248 bits of a hash over chain, ledger, portfolio and circuit. */
export const domainOf = (chainId: number, ledger: Address, portfolioId: Hex, circuitId: Hex): bigint =>
  BigInt(
    hashOf(['uint256', 'address', 'bytes32', 'bytes32'], [BigInt(chainId), ledger, portfolioId, circuitId]),
  ) >> 8n

/** Last head element of a rebalance's public vector: 248 bits of the hash of the sealed trade. */
export const payloadOf = (sealedTrade: Hex): bigint => BigInt(keccak256(sealedTrade)) >> 8n

export const headOf = ({ previous, book, budget }: Head): Hex =>
  hashOf(['bytes32', 'uint256', 'uint256'], [previous, book, budget])

/** Field elements of a signed vector: −x is r − x. */
export const fieldVector = (x: readonly bigint[]): bigint[] => x.map(toField)

/** What a captured market vector is stored as: keccak256 of its elements, 32 bytes each. */
export const vectorHashOf = (vector: readonly bigint[]): Hex =>
  keccak256(encodePacked(['uint256[]'], [fieldVector(vector)]))

/** The id under which a circuit gets another key, from another ceremony, as its own successor. */
export const successorIdOf = (circuitId: Hex, keyHash: Hex): Hex =>
  hashOf(['bytes32', 'bytes32'], [circuitId, keyHash])

/**
 * What a manager signs and alpha is derived from: keccak256(abi.encode(circuitId, x, c)).
 *
 * Alpha is this modulo r.
 *
 * @param x the public vector without trailing zero legs: 16 elements for a sealed rebalance, 16 + N for an open one.
 */
export const statementOf = (circuitId: Hex, x: readonly bigint[], c: bigint): Hex =>
  hashOf(['bytes32', 'uint256[]', 'uint256'], [circuitId, fieldVector(x), c])
