import { type Address, encodeDeployData, erc20Abi, parseAbi } from 'viem'
import { rebalanceLedgerAbi, tradeExecutorAbi } from '#verifier-contracts/abi.js'
import {
  deployToken,
  deployUniswap,
  type LocalToken,
  makePair,
  makePool,
  mint,
} from '#verifier-contracts/demo/deploy-uniswap.js'
import { portfolioIdOf } from '#verifier-contracts/encoding.js'
import { type Route, VENUE_KINDS } from '#verifier-contracts/open-trade.js'
import { connect } from '../helpers/connect.js'
import type { LiveLedger } from '../helpers/live-ledger.js'
import { ROLES } from '../helpers/roles.js'
import { compileHostile, type HostileContract } from './hostile-contracts.js'

const E8 = 100_000_000n
export const PRICES = { BTC: 90_000n * E8, ETH: 3_000n * E8 }
/** Places of the listing's venues. */
export const V2 = 0
export const V3 = 1
export const HOSTILE = 2
/** Slots of the universe that the fund trades; slot 1 is a perpetual. */
export const BTC = 0
export const PERP = 1
export const ETH = 2
/** Depth in dollars a side: the pair's whole reserve; the pools' within ten percent of the price. As on a large chain. */
const PAIR_DEPTH = 10_000_000n
const POOL_DEPTH = 20_000_000n
/** What is in the vault beside the book's promises, in smallest units. */
export const VAULT = { usd: 200_000n * 10n ** 6n, btc: 10n * E8, eth: 100n * 10n ** 18n }

/** Half a bitcoin sold at 89,600 at worst and ten ether bought at 3,020, each in a pool of either kind. */
export const mixedTrade = ({ pools }: Pick<OpenMarket, 'pools'>) => ({
  legs: {
    [BTC]: { trade: -E8 / 2n, fill: 89_600n * E8 },
    [ETH]: { trade: 10n * E8, fill: 3_020n * E8 },
  },
  routes: [
    { slot: BTC, venue: V3, pool: pools.btcPool, quantity: 30_000_000n },
    { slot: BTC, venue: V2, pool: pools.btcPair, quantity: 20_000_000n },
    { slot: ETH, venue: V3, pool: pools.ethPool, quantity: 6n * E8 },
    { slot: ETH, venue: V2, pool: pools.ethPair, quantity: 4n * E8 },
  ] satisfies Route[],
})

const POOL = parseAbi(['function token0() view returns (address)'])

export type OpenMarket = Awaited<ReturnType<typeof makeOpenMarket>>

/**
 * Uniswap as published with pools for bitcoin and ether, a pool that cheats, an ether token that can be told to, and what a
 * portfolio settles in. Its mandate must be in force.
 */
export async function makeOpenMarket(live: LiveLedger, salt: bigint) {
  const clients = connect(live.rpcUrl)
  const wallet = { walletClient: clients.as(ROLES.governor), publicClient: clients.reader }
  const contracts = compileHostile()
  const deploy = async ({ abi, bytecode }: HostileContract, args: readonly unknown[] = []) => {
    const data = encodeDeployData({ abi, bytecode, args })
    const hash = await wallet.walletClient.sendTransaction({ data })
    return (await clients.reader.waitForTransactionReceipt({ hash })).contractAddress!
  }
  const uniswap = await deployUniswap(wallet)
  const usd = await deployToken(wallet, 'USD', 6)
  const btc = await deployToken(wallet, 'BTC', 8)
  const eth: LocalToken = { address: await deploy(contracts.OddToken, [18]), decimals: 18 }
  const tokens = { usd, btc, eth }
  const market = (coin: LocalToken, priceE8: bigint, depth: bigint) => ({ coin, quote: usd, priceE8, depth })
  const pools = {
    btcPair: await makePair(wallet, uniswap, market(btc, PRICES.BTC, PAIR_DEPTH)),
    btcPool: await makePool(wallet, uniswap, market(btc, PRICES.BTC, POOL_DEPTH), 500),
    ethPair: await makePair(wallet, uniswap, market(eth, PRICES.ETH, PAIR_DEPTH)),
    ethPool: await makePool(wallet, uniswap, market(eth, PRICES.ETH, POOL_DEPTH), 3_000),
    hostile: await deploy(contracts.HostilePool),
  }
  const factory = { address: await deploy(contracts.HostileFactory), abi: contracts.HostileFactory.abi }
  await live.send(ROLES.governor, { ...factory, functionName: 'set', args: [pools.hostile] })
  for (const token of [usd, btc]) await mint(wallet, token, pools.hostile, 10n ** 13n)

  const ledger = { address: live.deployment.ledger, abi: rebalanceLedgerAbi }
  const address = await clients.reader.readContract({ ...ledger, functionName: 'EXECUTOR' })
  const executor = { address, abi: tradeExecutorAbi }
  const id = portfolioIdOf(live.creation(salt))
  const listing = {
    universeId: live.universeId,
    account: 0,
    quote: usd.address,
    tokens: [btc.address, `0x${'00'.repeat(20)}`, eth.address],
    venues: [
      { kind: VENUE_KINDS['uniswap-v2'], factory: uniswap.v2Factory, feePips: 3_000 },
      { kind: VENUE_KINDS['uniswap-v3'], factory: uniswap.v3Factory, feePips: 0 },
      { kind: VENUE_KINDS['uniswap-v3'], factory: factory.address, feePips: 0 },
    ],
  }
  await live.send(ROLES.governor, { ...executor, functionName: 'list', args: [id, listing] })
  const vault = await clients.reader.readContract({ ...executor, functionName: 'vaultOf', args: [id] })
  for (const name of ['usd', 'btc', 'eth'] as const) await mint(wallet, tokens[name], vault, VAULT[name])

  const balanceOf = (token: LocalToken, holder: Address) =>
    clients.reader.readContract({
      address: token.address,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [holder],
    })
  const coinFirst = async (pool: Address, coin: LocalToken) =>
    (
      await clients.reader.readContract({ address: pool, abi: POOL, functionName: 'token0' })
    ).toLowerCase() === coin.address.toLowerCase()
  return { uniswap, tokens, pools, executor, vault, contracts, balanceOf, coinFirst }
}
