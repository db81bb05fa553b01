import { type Address, concat, type Hex, numberToHex, type PublicClient, toHex } from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import { G2_GENERATOR } from '#prover/curve-points.js'

/** What a deployment asks of a chain. `gas` is what the account will need at most. */
export type ChainDemand = {
  readonly chainId: number
  readonly payers: readonly { readonly role: string; readonly address: Address; readonly gas: bigint }[]
  /** Contracts that must be there, by the name of what names them. */
  readonly contracts: Readonly<Record<string, Address>>
}

/** Most gas of the contracts, and of the governor's calls: measured, and held by a test. */
export const DEPLOYMENT_GAS: Readonly<Record<'contracts' | 'governor', bigint>> = {
  contracts: 26_000_000n,
  governor: 2_000_000n,
}

const word = (value: bigint) => toHex(value, { size: 32 })
const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
const G1 = concat([word(1n), word(2n)])
const MINUS_G1 = concat([word(1n), word(BASE_FIELD - 2n)])
const TWICE_G1 = concat([
  word(0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n),
  word(0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n),
])
const G2 = concat(G2_GENERATOR.flatMap(([re, im]) => [word(im), word(re)]))

/** Known answers of the BN254 precompiles: G + G, 2·G, and e(G, H)·e(−G, H) = 1 where e(G, H)·e(G, H) is not. */
const PRECOMPILES: readonly (readonly [name: string, address: number, input: Hex, output: Hex])[] = [
  ['ecAdd', 6, concat([G1, G1]), TWICE_G1],
  ['ecMul', 7, concat([G1, word(2n)]), TWICE_G1],
  ['ecPairing', 8, concat([G1, G2, MINUS_G1, G2]), word(1n)],
  ['ecPairing', 8, concat([G1, G2, G1, G2]), word(0n)],
]

/** Creation code that leaves its first word as code, after copying it within memory: PUSH0 and MCOPY. */
const COPY = '0x60ab5f5260205f60205e60206020f3'

/** Creation code that stores in transient storage and leaves what it loads from there: TSTORE and TLOAD. */
const TRANSIENT = '0x60ab5f5d5f5c5f5260205ff3'

/**
 * Asks a chain, before anything is sent, whether it is the right one and can carry the contracts.
 *
 * @throws {@link UnfitChainError} naming what is missing.
 */
export async function probeChain(client: PublicClient, demand: ChainDemand): Promise<void> {
  const chainId = await client.getChainId()
  if (chainId !== demand.chainId) throw new UnfitChainError('chainId', `it is chain ${chainId}`)
  for (const [name, address, data, expected] of PRECOMPILES) {
    const to = numberToHex(address, { size: 20 })
    if ((await answer(client, { to, data })) !== expected) {
      throw new UnfitChainError(name, `its precompile ${address} does not answer as BN254's ${name}`)
    }
  }
  for (const [name, data] of [
    ['MCOPY', COPY],
    ['TSTORE', TRANSIENT],
  ] as const) {
    if ((await answer(client, { data })) !== word(0xabn)) {
      throw new UnfitChainError(name, `it does not know ${name}: the contracts are compiled for Cancun`)
    }
  }
  for (const [name, address] of Object.entries(demand.contracts)) {
    if (!(await client.getCode({ address }))) {
      throw new UnfitChainError(name, `there is no contract at the address of ${name}`)
    }
  }
  const { maxFeePerGas } = await client.estimateFeesPerGas()
  for (const { role, address, gas } of demand.payers) {
    const need = gas * maxFeePerGas
    const balance = await client.getBalance({ address })
    if (balance < need) {
      throw new UnfitChainError(
        `balance of the ${role}`,
        `the ${role} has ${balance} wei and may need ${need}`,
      )
    }
  }
}

/** Undefined where the chain answers nothing, or the call fails. */
async function answer(client: PublicClient, call: { to?: Hex; data: Hex }): Promise<Hex | undefined> {
  try {
    return (await client.call(call)).data
  } catch (error) {
    if (isUnreachable(error)) throw error
    return undefined
  }
}

/** A node that is not there answers nothing about the chain. */
const isUnreachable = (error: unknown): boolean =>
  (error as { walk?: (is: (e: unknown) => boolean) => unknown }).walk?.((e) =>
    ['HttpRequestError', 'TimeoutError'].includes((e as Error).name),
  ) != null

/** The chain is another one, or cannot carry the contracts; nothing was sent. */
export class UnfitChainError extends BaseError {
  constructor(what: string, found: string) {
    super(`The chain does not do: ${found}.`, {
      code: 'CONTRACTS_UNFIT_CHAIN',
      field: what,
      hints: ['Nothing was sent. docs/deployment.md says what a chain must have.'],
    })
  }
}
