import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  parseAbi,
  size,
  zeroAddress,
} from 'viem'
import { rebalanceLedgerAbi, tradeExecutorAbi } from '#verifier-contracts/abi.js'
import { VENUE_KINDS, type VenueKind } from '#verifier-contracts/open-trade.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'

/** The pools of one factory; `feePips` (1e-6) is that of its Uniswap V2 pairs, 0 for Uniswap V3. */
export type Venue = { readonly kind: VenueKind; readonly factory: Address; readonly feePips: number }

/** What a governor lists: one token per instrument, none where it is not traded on chain. */
export type Listing = {
  readonly universeId: bigint
  readonly account: number
  readonly quote: Address
  readonly tokens: readonly (Address | undefined)[]
  readonly venues: readonly Venue[]
}

/** What open legs are settled in, with decimals as the tokens gave them. */
export type Settlement = {
  readonly account: number
  readonly quote: { readonly address: Address; readonly decimals: number }
  readonly assets: readonly ({ readonly address: Address; readonly decimals: number } | undefined)[]
  readonly venues: readonly Venue[]
}

const KINDS = Object.keys(VENUE_KINDS) as VenueKind[]
const POOL = parseAbi(['function factory() view returns (address)'])
const WORD = 32

type Stored = {
  readonly account: number
  readonly quoteDecimals: number
  readonly quote: Address
  readonly assets: readonly { readonly token: Address; readonly decimals: number }[]
  readonly venues: readonly { readonly kind: number; readonly factory: Address; readonly feePips: number }[]
}

/** What portfolios settle open trades in, and a look at what the executor would do. All of it is public. */
export class Settlements {
  readonly #chain: Chain
  #executor: Promise<Address> | undefined

  constructor(chain: Chain) {
    this.#chain = chain
  }

  /** The ledger's own executor; asked for once. */
  executor(): Promise<Address> {
    const { ledger } = this.#chain.deployment
    const call = {
      address: ledger,
      abi: rebalanceLedgerAbi,
      functionName: 'EXECUTOR' as const,
      args: [] as const,
    }
    this.#executor ??= this.#chain.read(call).catch((error: unknown) => {
      this.#executor = undefined
      throw error
    })
    return this.#executor
  }

  async #contract() {
    return { address: await this.executor(), abi: tradeExecutorAbi }
  }

  /** The portfolio's vault; undefined before its first listing. */
  async vault(id: Hex): Promise<Address | undefined> {
    const vault = await this.#chain.read({
      ...(await this.#contract()),
      functionName: 'vaultOf',
      args: [id],
    })
    return vault === zeroAddress ? undefined : vault
  }

  /** What is in force; undefined when nothing is. */
  async inForce(id: Hex, universeId: bigint): Promise<Settlement | undefined> {
    const call = { ...(await this.#contract()), functionName: 'settlementOf' as const }
    return ifListed(this.#chain.read({ ...call, args: [id, universeId] }).then(settlementOf))
  }

  /** What was announced last, and from when it is in force, in seconds. */
  async announced(
    id: Hex,
    universeId: bigint,
  ): Promise<{ dueAt: bigint; settlement: Settlement } | undefined> {
    const call = { ...(await this.#contract()), functionName: 'announced' as const }
    const answer = this.#chain.read({ ...call, args: [id, universeId] })
    return ifListed(answer.then(([dueAt, stored]) => ({ dueAt, settlement: settlementOf(stored) })))
  }

  /** Announces a listing with the governor's key. @throws `ContractError` */
  async list(id: Hex, listing: Listing): Promise<void> {
    const tokens = listing.tokens.map((token) => token ?? zeroAddress)
    const venues = listing.venues.map((venue) => ({ ...venue, kind: VENUE_KINDS[venue.kind] }))
    await this.#chain.send('governor', {
      ...(await this.#contract()),
      functionName: 'list',
      args: [id, { ...listing, tokens, venues }],
    })
  }

  /** Which factory a pool says it is of; undefined for what is no pool. The executor asks the factory itself. */
  async factoryOf(pool: Address): Promise<Address | undefined> {
    const { client } = this.#chain
    const asked = { abi: POOL, functionName: 'factory' } as const
    try {
      const { data } = await this.#chain.guard(client.call({ to: pool, data: encodeFunctionData(asked) }))
      // An address without code answers with nothing, and does not revert.
      return data === undefined || size(data) < WORD ? undefined : decodeFunctionResult({ ...asked, data })
    } catch (error) {
      if (error instanceof ContractError) return undefined
      throw error
    }
  }

  /**
   * Executes a trade as the ledger would at the newest block, without doing it.
   *
   * @returns how much better than proven it would be, in 1e-16 quote.
   * @throws `ContractError` by the name the executor refuses it with.
   */
  async rehearse(id: Hex, legs: readonly bigint[], payload: Hex): Promise<bigint> {
    const { client, deployment } = this.#chain
    const call = { ...(await this.#contract()), functionName: 'execute' as const }
    const { result } = await this.#chain.guard(
      client.simulateContract({ ...call, args: [id, legs, payload], account: deployment.ledger }),
    )
    return result
  }
}

async function ifListed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ContractError && error.contractError === 'NotListed') return undefined
    throw error
  }
}

const settlementOf = ({ account, quoteDecimals, quote, assets, venues }: Stored): Settlement => ({
  account,
  quote: { address: quote, decimals: quoteDecimals },
  assets: assets.map(({ token, decimals }) =>
    token === zeroAddress ? undefined : { address: token, decimals },
  ),
  venues: venues.map(({ kind, factory, feePips }) => ({ kind: KINDS[kind]!, factory, feePips })),
})
