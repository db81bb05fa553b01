import { encodeFunctionData } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Route } from '#verifier-contracts/open-trade.js'
import { ROLES } from '../helpers/roles.js'
import { OpenFund, type Proposal } from './open-fund.js'
import { BTC, ETH, HOSTILE, mixedTrade, PERP, V2, V3, VAULT } from './open-market.js'

const E8 = 100_000_000n
const HALF = E8 / 2n

let fund: OpenFund
let routes: readonly Route[]

beforeAll(async () => {
  fund = await OpenFund.start()
  routes = mixedTrade(fund.market).routes
})
afterAll(async () => {
  await fund?.live.stop()
})

const named = async (call: unknown) => (await fund.refusal(call))?.[0]

const hostile = (contract: 'HostilePool' | 'OddToken', functionName: string, args: readonly unknown[]) =>
  fund.live.send(ROLES.governor, {
    address: contract === 'HostilePool' ? fund.market.pools.hostile : fund.market.tokens.eth.address,
    abi: fund.market.contracts[contract].abi,
    functionName,
    args,
  })

describe('routes that were proven and do not fit', () => {
  test.each([
    ['leave a leg out', () => routes.slice(0, 2), ['WrongQuantity', [BigInt(ETH), 0n, 10n * E8]]],
    [
      'trade what has no leg',
      () => [...routes, { slot: PERP, venue: V3, pool: fund.market.pools.btcPool, quantity: 1n }],
      ['NotExecutable', [BigInt(PERP)]],
    ],
    [
      'trade a unit less',
      () => routes.with(1, { ...routes[1]!, quantity: routes[1]!.quantity - 1n }),
      ['WrongQuantity', [BigInt(BTC), HALF - 1n, HALF]],
    ],
    [
      'trade a unit more',
      () => routes.with(1, { ...routes[1]!, quantity: routes[1]!.quantity + 1n }),
      ['WrongQuantity', [BigInt(BTC), HALF + 1n, HALF]],
    ],
    [
      'name a pool of other tokens',
      () => routes.with(0, { ...routes[0]!, pool: fund.market.pools.ethPool }),
      ['WrongPool', () => fund.market.pools.ethPool],
    ],
    [
      'name a pool of another factory',
      () => routes.with(0, { ...routes[0]!, pool: fund.market.pools.hostile }),
      ['WrongPool', () => fund.market.pools.hostile],
    ],
  ] as const)('are refused: they %s', async (_, list, [name, args]) => {
    const { call } = await fund.propose({ ...mixedTrade(fund.market), routes: list() })
    const refusal = await fund.refusal(call)
    const expected = typeof args === 'function' ? [args()] : args
    expect(refusal?.[0]).toBe(name)
    expect(JSON.stringify(refusal![1], text).toLowerCase()).toBe(JSON.stringify(expected, text).toLowerCase())
  })

  const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)

  test('are refused for a perpetual, by name', async () => {
    const one = { slot: PERP, venue: V3, pool: fund.market.pools.btcPool, quantity: HALF }
    const legs = { [PERP]: { trade: HALF, fill: 90_100n * E8 } }
    const { call } = await fund.propose({ legs, routes: [one] })
    expect(await fund.refusal(call)).toEqual(['NotExecutable', [BigInt(PERP)]])
  })
})

describe('a pool that cheats', () => {
  let deal: Proposal
  const bound = 45_150n * 10n ** 6n
  /** Amounts in the order of the pool's tokens. */
  const ordered = (coins: bigint, dollars: bigint) =>
    BigInt(fund.market.tokens.btc.address) < BigInt(fund.market.tokens.usd.address)
      ? [coins, dollars]
      : [dollars, coins]

  beforeAll(async () => {
    const one = { slot: BTC, venue: HOSTILE, pool: fund.market.pools.hostile, quantity: HALF }
    deal = await fund.propose({ legs: { [BTC]: { trade: HALF, fill: 90_300n * E8 } }, routes: [one] })
  })

  test('gets the bound of its leg and not a unit more', async () => {
    await fund.undone(async () => {
      await hostile('HostilePool', 'give', [fund.market.tokens.btc.address, HALF])
      await hostile('HostilePool', 'ask', ordered(-HALF, bound + 1n))
      expect(await fund.refusal(deal.call)).toEqual(['WorseThanProven', [BigInt(BTC), bound + 1n, bound]])
      await hostile('HostilePool', 'ask', ordered(-HALF, bound))
      await fund.live.send(ROLES.stranger, deal.call)
      const { usd, btc } = await fund.state()
      expect([usd, btc]).toEqual([VAULT.usd - bound, VAULT.btc + HALF])
    })
  })

  test('is refused when it gives less, asks twice, or calls the ledger', async () => {
    await fund.undone(async () => {
      await hostile('HostilePool', 'ask', ordered(-HALF, 1n))
      expect(await fund.refusal(deal.call)).toEqual(['WrongFill', [BigInt(BTC), 0n, HALF]])
      await hostile('HostilePool', 'give', [fund.market.tokens.btc.address, HALF - 1n])
      expect(await fund.refusal(deal.call)).toEqual(['WrongFill', [BigInt(BTC), HALF - 1n, HALF]])
      await hostile('HostilePool', 'give', [fund.market.tokens.btc.address, HALF])
      expect(await named(deal.call)).toBeUndefined()
      await hostile('HostilePool', 'askAgain', ordered(-HALF, 1n))
      expect(await named(deal.call)).toBe('UnexpectedCallback')
    })
    await fund.undone(async () => {
      const again = encodeFunctionData(deal.call)
      await hostile('HostilePool', 'give', [fund.market.tokens.btc.address, HALF])
      await hostile('HostilePool', 'ask', ordered(-HALF, bound))
      await hostile('HostilePool', 'call', [fund.live.deployment.ledger, again])
      expect(await named(deal.call)).toBe('WrongHead')
    })
  })
})

describe('a token that cheats', () => {
  let mixed: Proposal

  beforeAll(async () => {
    mixed = await fund.propose(mixedTrade(fund.market))
  })

  test.each([
    ['keeps a fee of each transfer', 'setFee', [1n]],
    ['refuses transfers', 'setRefuses', [true]],
  ] as const)('is refused: it %s', async (_, functionName, args) => {
    await fund.undone(async () => {
      await hostile('OddToken', functionName, args)
      expect(await named(mixed.call)).toBeDefined()
    })
    expect(await named(mixed.call)).toBeUndefined()
  })

  test('takes nothing while it is sold', async () => {
    const { ethPair } = fund.market.pools
    const one = { slot: ETH, venue: V2, pool: ethPair, quantity: 10n * E8 }
    const legs = { [ETH]: { trade: -10n * E8, fill: 2_975n * E8 } }
    const sale = await fund.propose({ legs, routes: [one] })
    expect(await named(sale.call)).toBeUndefined()
    await fund.undone(async () => {
      await hostile('OddToken', 'setSurcharge', [1n])
      const ten = 10n ** 19n
      expect(await fund.refusal(sale.call)).toEqual(['WrongFill', [BigInt(ETH), ten + 1n, ten]])
    })
  })
})
