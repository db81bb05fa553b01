import type { Account, Address, Chain, PublicClient, Transport, WalletClient } from 'viem'
import {
  deployToken,
  deployUniswap,
  type LocalToken,
  type LocalUniswap,
  makePair,
  makePool,
  mint,
} from '#verifier-contracts/demo/deploy-uniswap.js'

type Clients = {
  readonly walletClient: WalletClient<Transport, Chain, Account>
  readonly publicClient: PublicClient<Transport, Chain>
}

/** A coin's token with its pools: Uniswap V3 at 0.05 % and at 0.3 %, and a pair of Uniswap V2. */
export type LocalCoin = LocalToken & {
  readonly pool: Address
  readonly dearPool: Address
  readonly pair: Address
}

/** Markets against a dollar of six decimals, on a local chain. */
export type LocalMarkets = LocalUniswap & {
  readonly dollar: LocalToken
  readonly coins: Readonly<Record<string, LocalCoin>>
  /** Makes tokens for somebody; `amount` in smallest units. */
  readonly give: (token: LocalToken, to: Address, amount: bigint) => Promise<void>
}

const DECIMALS: Readonly<Record<string, number>> = { BTC: 8 }
/** Dollars a side, in the pair and within ten percent of the price in each pool: as on a large chain. */
const DEPTH = 20_000_000n

/** Deploys Uniswap as published, and pools at these prices (1e-8 dollar per coin). @throws `UniswapMissingError` */
export async function makeLocalMarkets(
  clients: Clients,
  prices: Readonly<Record<string, bigint>>,
): Promise<LocalMarkets> {
  const uniswap = await deployUniswap(clients)
  const dollar = await deployToken(clients, 'USD', 6)
  const coins: Record<string, LocalCoin> = {}
  for (const [name, priceE8] of Object.entries(prices)) {
    const coin = await deployToken(clients, name, DECIMALS[name] ?? 18)
    const spec = { coin, quote: dollar, priceE8, depth: DEPTH }
    coins[name] = {
      ...coin,
      pool: await makePool(clients, uniswap, spec, 500),
      dearPool: await makePool(clients, uniswap, spec, 3_000),
      pair: await makePair(clients, uniswap, spec),
    }
  }
  const give = async (token: LocalToken, to: Address, amount: bigint) => {
    await mint(clients, token, to, amount)
  }
  return { ...uniswap, dollar, coins, give }
}
