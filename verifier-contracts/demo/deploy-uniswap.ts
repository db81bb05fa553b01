import { type Abi, type Address, encodeDeployData, type Hex, parseAbi, type TransactionReceipt } from 'viem'
import { demoTokenAbi, liquidityProviderAbi } from '../abi.js'
import { DeploymentError, type DeployOptions, deployContract, succeeded } from '../deploy.js'
import { readUniswapCode } from './uniswap-code.js'

type Clients = Pick<DeployOptions, 'walletClient' | 'publicClient'>

/** A token of the local chain; `address` of a contract that has `mint`. */
export type LocalToken = { readonly address: Address; readonly decimals: number }

/** Uniswap's factories, and whoever trades there besides the fund. */
export type LocalUniswap = {
  readonly v2Factory: Address
  readonly v3Factory: Address
  readonly provider: Address
}

/**
 * A market to make: `priceE8` in 1e-8 quote per coin; `depth` in whole quote is what each side of the pair holds, or of the
 * pool within ten percent of the price.
 */
export type MarketSpec = {
  readonly coin: LocalToken
  readonly quote: LocalToken
  readonly priceE8: bigint
  readonly depth: bigint
}

const FACTORY = parseAbi([
  'constructor(address feeToSetter)',
  'function createPair(address, address) returns (address)',
  'function getPair(address, address) view returns (address)',
  'function createPool(address, address, uint24) returns (address)',
  'function getPool(address, address, uint24) view returns (address)',
])
const POOL = parseAbi([
  'function initialize(uint160)',
  'function slot0() view returns (uint160, int24, uint16, uint16, uint16, uint8, bool)',
])
const SPACING: Readonly<Record<number, number>> = { 500: 10, 3000: 60, 10000: 200 }
/** Ticks in ten percent: 1.0001^953 = 1.1. */
const TEN_PERCENT = 953
const RESERVE = 100n
/** Of every call. An estimate may be too low: a pool does more in a block whose time is not that of its last one. */
const GAS = 8_000_000n

/** Deploys Uniswap's own contracts on a local chain. @throws `UniswapMissingError`, `DeploymentError` */
export async function deployUniswap(clients: Clients): Promise<LocalUniswap> {
  const code = readUniswapCode()
  const setter = clients.walletClient.account.address
  const v2Factory = await deployCode(
    clients,
    encodeDeployData({ abi: FACTORY, bytecode: code.v2Factory, args: [setter] }),
  )
  const v3Factory = await deployCode(clients, code.v3Factory)
  return { v2Factory, v3Factory, provider: await deployContract(clients, 'LiquidityProvider', []) }
}

/** A stand-in token. */
export async function deployToken(clients: Clients, symbol: string, decimals: number): Promise<LocalToken> {
  return { address: await deployContract(clients, 'DemoToken', [symbol, decimals]), decimals }
}

/** Makes tokens for whoever is to have them; `amount` in smallest units. */
export const mint = (clients: Clients, { address }: LocalToken, to: Address, amount: bigint) =>
  send(clients, { address, abi: demoTokenAbi, functionName: 'mint', args: [to, amount] })

/** A Uniswap V2 pair at this price. */
export async function makePair(clients: Clients, { v2Factory, provider }: LocalUniswap, spec: MarketSpec) {
  const { coin, quote } = spec
  const tokens = [coin.address, quote.address] as const
  const factory = { address: v2Factory, abi: FACTORY }
  await send(clients, { ...factory, functionName: 'createPair', args: tokens })
  const pair = await clients.publicClient.readContract({ ...factory, functionName: 'getPair', args: tokens })
  const { coins, money } = amountsOf(spec)
  await stock(clients, provider, spec)
  await send(clients, {
    address: provider,
    abi: liquidityProviderAbi,
    functionName: 'provideV2',
    args: [pair, coin.address, coins, quote.address, money],
  })
  return pair
}

/** A Uniswap V3 pool at this price with `fee` in 1e-6 (500, 3000 or 10000), liquid within ten percent of it. */
export async function makePool(
  clients: Clients,
  { v3Factory, provider }: LocalUniswap,
  spec: MarketSpec,
  fee: number,
): Promise<Address> {
  const { coin, quote, priceE8 } = spec
  const args = [coin.address, quote.address, fee] as const
  const factory = { address: v3Factory, abi: FACTORY }
  await send(clients, { ...factory, functionName: 'createPool', args })
  const address = await clients.publicClient.readContract({ ...factory, functionName: 'getPool', args })
  const pool = { address, abi: POOL }
  // Smallest units of the quote per smallest unit of the coin, as a fraction.
  const over = priceE8 * 10n ** BigInt(quote.decimals)
  const under = 10n ** BigInt(8 + coin.decimals)
  const coinFirst = BigInt(coin.address) < BigInt(quote.address)
  const start = coinFirst ? squareRoot((over << 192n) / under) : squareRoot((under << 192n) / over)
  await send(clients, { ...pool, functionName: 'initialize', args: [start] })
  const [, tick] = await clients.publicClient.readContract({ ...pool, functionName: 'slot0' })
  const spacing = SPACING[fee]!
  const down = (ticks: number) => Math.floor(ticks / spacing) * spacing
  // One side holds L·√P·(1 − 1/√1.1) of the quote: 0.04654 of L·√P.
  const liquidity =
    (amountsOf(spec).money << 96n) / ((squareRoot((over << 192n) / under) * 4_654n) / 100_000n)
  await stock(clients, provider, spec)
  await send(clients, {
    address: provider,
    abi: liquidityProviderAbi,
    functionName: 'provideV3',
    args: [address, down(tick - TEN_PERCENT), down(tick + TEN_PERCENT), liquidity],
  })
  return address
}

/** Each side of a market in smallest units. */
function amountsOf({ coin, quote, priceE8, depth }: MarketSpec) {
  const money = depth * 10n ** BigInt(quote.decimals)
  const coins = (depth * 10n ** BigInt(8 + coin.decimals)) / priceE8
  return { coins, money }
}

/** Gives the provider what it puts in, and plenty to trade with. */
async function stock(clients: Clients, provider: Address, spec: MarketSpec): Promise<void> {
  const { coins, money } = amountsOf(spec)
  await mint(clients, spec.coin, provider, coins * RESERVE)
  await mint(clients, spec.quote, provider, money * RESERVE)
}

/** The root rounded down, by Newton's method from above. */
function squareRoot(x: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(x.toString(2).length / 2))
  for (;;) {
    const next = (root + x / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

type Call = {
  readonly address: Address
  readonly abi: Abi
  readonly functionName: string
  readonly args: readonly unknown[]
}

/** Sends a call and waits until it is mined. @throws `DeploymentError` naming the function */
async function send(clients: Clients, call: Call): Promise<TransactionReceipt> {
  return succeeded(
    clients,
    await clients.walletClient.writeContract({ ...call, gas: GAS }),
    call.functionName,
  )
}

async function deployCode(clients: Clients, data: Hex): Promise<Address> {
  const receipt = await succeeded(clients, await clients.walletClient.sendTransaction({ data }), 'Uniswap')
  if (!receipt.contractAddress) throw new DeploymentError('Uniswap')
  return receipt.contractAddress
}
