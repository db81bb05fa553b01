import { bytesToHex, createPublicClient, createTestClient, createWalletClient, type Hex, http } from 'viem'
import { mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { shapeOf } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import { loadDigest, openingBudget } from '#prover/digest.js'
import { priceFeedAbi } from '#verifier-contracts/abi.js'
import { deployBallast, deployContract } from '#verifier-contracts/deploy.js'
import type { FeedTerms } from '#verifier-contracts/encoding.js'
import type { Deployment } from './chain/deployment.js'
import type { Role } from './chain/keystore.js'
import { type LocalMarkets, makeLocalMarkets } from './local-markets.js'

/** Everybody on a local chain: the service's roles, and the attestor, whose key the service never has. */
export type LocalAccounts = Readonly<Record<Role | 'attestor', PrivateKeyAccount>>

/** A deployment on a local chain with price feeds that whoever holds this object sets. */
export type LocalChain = {
  readonly deployment: Deployment
  readonly accounts: LocalAccounts
  readonly privateKeys: Readonly<Record<Role, Hex>>
  /** Publishes a price, in 1e-8 quote, dated now, on the named feed and on the second one that confirms its jumps. */
  readonly setFeed: (name: string, priceE8: bigint) => Promise<void>
  /** Deploys Uniswap with pools at these prices, in 1e-8 dollar: for open trades. */
  readonly makeMarkets: (prices: Readonly<Record<string, bigint>>) => Promise<LocalMarkets>
  /** Moves the chain's clock forward to `time`, seconds since 1970. */
  readonly warp: (time: bigint) => Promise<void>
}

const MNEMONIC = 'test test test test test test test test test test test junk'
const INDEX = { publisher: 0, governor: 1, manager: 2, submitter: 3, attestor: 4, riskSigner: 5 } as const
const FEED_DECIMALS = 8
const FEED_TERMS = {
  heartbeat: 3_600,
  minPriceE8: 1_000_000n,
  maxPriceE8: 1_000_000_000_000_000n,
  jumpBps: 1_000,
  jumpDelay: 900,
}
/** An estimate made within the second of the last answer would be too low: what is written then does not change. */
const SET_GAS = 150_000n
const SECOND_TERMS = { heartbeat: 3_600, agreeBps: 100 }

/**
 * Deploys everything on a fresh local chain: contracts, development keys, and two stand-in price feeds for each name.
 *
 * @throws `DeploymentError`
 */
export async function deployLocal(options: {
  readonly rpcUrl: string
  readonly circuits: TierCircuits
  readonly feeds: readonly string[]
  /** Seconds between two captures of a market; 1 unless given. */
  readonly minInterval?: number
}): Promise<LocalChain> {
  const { circuits } = options
  const { tier } = circuits.rebalance
  const transport = http(options.rpcUrl)
  const keys = Object.fromEntries(
    Object.entries(INDEX).map(([role, addressIndex]) => {
      const { privateKey } = mnemonicToAccount(MNEMONIC, { addressIndex }).getHdKey()
      return [role, bytesToHex(privateKey!)]
    }),
  ) as Record<Role | 'attestor', Hex>
  const accounts = Object.fromEntries(
    Object.entries(keys).map(([role, key]) => [role, privateKeyToAccount(key)]),
  ) as Record<Role | 'attestor', PrivateKeyAccount>
  const publicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 20, cacheTime: 0 })
  const walletClient = createWalletClient({ account: accounts.publisher, chain: foundry, transport })
  const clients = { publicClient, walletClient }

  const contracts = await deployBallast({
    ...clients,
    shape: shapeOf(tier),
    circuits: {
      rebalance: circuits.rebalance,
      digestMarket: circuits['digest-market'],
      digestMandate: circuits['digest-mandate'],
    },
    emptyBudget: openingBudget(await loadDigest()),
    attestors: [{ address: accounts.attestor.address, tier: 3 }],
    riskSigners: [accounts.riskSigner.address],
    minInterval: options.minInterval ?? 1,
  })
  const feeds: Record<string, FeedTerms> = {}
  for (const name of options.feeds) {
    feeds[name] = {
      address: await deployContract(clients, 'PriceFeed', [name, FEED_DECIMALS]),
      ...FEED_TERMS,
      second: {
        address: await deployContract(clients, 'PriceFeed', [`${name}, second`, FEED_DECIMALS]),
        ...SECOND_TERMS,
      },
    }
  }
  const test = createTestClient({ chain: foundry, mode: 'anvil', transport })
  const { attestor: _, ...privateKeys } = keys
  return {
    deployment: { ...contracts, tier, feeds },
    accounts,
    privateKeys,
    setFeed: async (name, priceE8) => {
      const { address, second } = feeds[name]!
      const set = { abi: priceFeedAbi, functionName: 'set', args: [priceE8] } as const
      // The second first: a price is not seen on the named feed before it can be confirmed.
      for (const feed of [second!.address, address]) {
        const hash = await walletClient.writeContract({ address: feed, ...set, gas: SET_GAS })
        await publicClient.waitForTransactionReceipt({ hash, checkReplacement: false })
      }
    },
    makeMarkets: (prices) => makeLocalMarkets(clients, prices),
    warp: async (time) => {
      await test.setNextBlockTimestamp({ timestamp: time })
      await test.mine({ blocks: 1 })
    },
  }
}
