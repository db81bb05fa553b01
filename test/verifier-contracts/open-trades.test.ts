import { erc20Abi, type Hex, parseAbi, parseEventLogs } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liquidityProviderAbi, rebalanceLedgerAbi, tradeExecutorAbi } from '#verifier-contracts/abi.js'
import { payloadOf, withdrawalTypedData } from '#verifier-contracts/encoding.js'
import { encodeOpenTrade, type Route } from '#verifier-contracts/open-trade.js'
import { ROLES } from '../helpers/roles.js'
import { OpenFund, type Proposal } from './open-fund.js'
import { BTC, ETH, mixedTrade, V2, V3, VAULT } from './open-market.js'

const E8 = 100_000_000n
const HALF = E8 / 2n
const LOWEST = 4_295_128_740n
const HIGHEST = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341n
const PAYLOAD = 15
const PAIR = parseAbi(['function getReserves() view returns (uint112, uint112, uint32)'])

let fund: OpenFund
let mixed: Proposal
let routes: readonly Route[]

beforeAll(async () => {
  fund = await OpenFund.start()
  const trade = mixedTrade(fund.market)
  routes = trade.routes
  mixed = await fund.propose(trade)
})
afterAll(async () => {
  await fund?.live.stop()
})

const named = async (call: unknown) => (await fund.refusal(call))?.[0]

/** What the bitcoin pool would take or give for half a bitcoin now, in smallest units of the dollar. */
async function quotePool(side: 'buy' | 'sell'): Promise<bigint> {
  const { pools, uniswap, tokens, coinFirst } = fund.market
  const first = await coinFirst(pools.btcPool, tokens.btc)
  const zeroForOne = (side === 'sell') === first
  const { result } = await fund.live.reader.simulateContract({
    address: uniswap.provider,
    abi: liquidityProviderAbi,
    functionName: 'swapV3',
    args: [pools.btcPool, zeroForOne, side === 'sell' ? HALF : -HALF, zeroForOne ? LOWEST : HIGHEST],
    account: ROLES.governor,
  })
  const dollars = first ? result[1] : result[0]
  return dollars < 0n ? -dollars : dollars
}

/** The least that the bitcoin pair takes for half a bitcoin: R_in·out·1000 / ((R_out − out)·997), rounded up. */
async function quotePair(): Promise<bigint> {
  const { pools, tokens, coinFirst } = fund.market
  const pair = { address: pools.btcPair, abi: PAIR }
  const [a, b] = await fund.live.reader.readContract({ ...pair, functionName: 'getReserves' })
  const [coins, dollars] = (await coinFirst(pools.btcPair, tokens.btc)) ? [a, b] : [b, a]
  const kept = (coins - HALF) * 997n
  return (dollars * HALF * 1_000n + kept - 1n) / kept
}

/** Somebody sells (or buys back) bitcoin in the pool. */
async function moveBitcoin(coins: bigint) {
  const { pools, uniswap, tokens, coinFirst } = fund.market
  const zeroForOne = coins > 0n === (await coinFirst(pools.btcPool, tokens.btc))
  await fund.live.send(ROLES.governor, {
    address: uniswap.provider,
    abi: liquidityProviderAbi,
    functionName: 'swapV3',
    args: [pools.btcPool, zeroForOne, coins, zeroForOne ? LOWEST : HIGHEST],
    // An estimate may be too low: a pool does more in a block whose time is not that of its last one.
    gas: 1_000_000n,
  })
}

describe('a bound', () => {
  // On half a bitcoin, a unit of the dollar is two hundred of the fill.
  test('of a sale is met to the unit in a pool of Uniswap V3', async () => {
    const brings = await quotePool('sell')
    const one = { slot: BTC, venue: V3, pool: fund.market.pools.btcPool, quantity: HALF }
    const sell = (fill: bigint) => fund.propose({ legs: { [BTC]: { trade: -HALF, fill } }, routes: [one] })
    const at = await sell(200n * brings)
    expect(await fund.refusal(at.call)).toBeUndefined()
    const beyond = await sell(200n * brings + 1n)
    expect(await fund.refusal(beyond.call)).toEqual(['WorseThanProven', [BigInt(BTC), brings, brings + 1n]])
  })

  test('of a purchase is met to the unit in a pair of Uniswap V2, and leaves nothing to record', async () => {
    const costs = await quotePair()
    const one = { slot: BTC, venue: V2, pool: fund.market.pools.btcPair, quantity: HALF }
    const buy = (fill: bigint) => fund.propose({ legs: { [BTC]: { trade: HALF, fill } }, routes: [one] })
    const beyond = await buy(200n * costs - 1n)
    expect(await fund.refusal(beyond.call)).toEqual(['WorseThanProven', [BigInt(BTC), costs, costs - 1n]])
    const at = await buy(200n * costs)
    await fund.undone(async () => {
      await fund.live.send(ROLES.stranger, at.call)
      const { portfolio, usd, btc } = await fund.state()
      expect(portfolio).toMatchObject({ epoch: 2n, pendingFlows: 0n })
      expect([usd, btc]).toEqual([VAULT.usd - costs, VAULT.btc + HALF])
    })
  })
})

describe('a proven step is undone whole', () => {
  test('by a sandwich that moves the price beyond the bound, and not by one that does not', async () => {
    const before = await fund.state()
    await fund.undone(async () => {
      await moveBitcoin(5n * E8)
      expect(await named(mixed.call)).toBeUndefined()
      await moveBitcoin(20n * E8)
      expect(await named(mixed.call)).toBe('WorseThanProven')
      // Sent all the same, as it would be between the attacker's transactions.
      const { status, logs } = await fund.sendUnseen(mixed.call)
      expect([status, logs]).toEqual(['reverted', []])
      expect(await fund.state()).toEqual(before)
    })
    expect(await named(mixed.call)).toBeUndefined()
  })

  test('when its deadline has passed', async () => {
    await fund.undone(async () => {
      await fund.live.chain.increaseTime({ seconds: 601 })
      await fund.live.chain.mine({ blocks: 1 })
      expect(await named(mixed.call)).toBe('DeadlinePassed')
    })
  })

  test('when governor and manager have taken the tokens out of the vault', async () => {
    const { executor, tokens } = fund.market
    await fund.undone(async () => {
      const withdrawal = { token: tokens.btc.address, to: ROLES.stranger.address, amount: VAULT.btc }
      const message = { portfolioId: fund.id, nonce: 0n, ...withdrawal }
      const typed = withdrawalTypedData(fund.live.deployment.chainId, executor.address, message)
      const signature = await ROLES.manager.signTypedData(typed)
      const args = [fund.id, withdrawal, signature]
      await fund.live.send(ROLES.governor, { ...executor, functionName: 'withdraw', args })
      expect((await fund.state()).btc).toBe(0n)
      expect(await named(mixed.call)).toBe('TransferFailed')
    })
  })
})

describe('call data', () => {
  const submission = () => mixed.submission
  const call = (legs: readonly bigint[], changed: object = {}) => {
    const [id, head] = mixed.call.args
    return fund.live.ledger('rebalanceOpen', [id, head, { ...submission(), ...changed }, legs])
  }
  const legsOf = () => mixed.statement.x.slice(16)

  test('with any leg changed, missing or added is refused, also when the manager signs it', async () => {
    const legs = legsOf()
    const variants = [
      ...legs.flatMap((leg, i) => [legs.with(i, leg + 1n), legs.with(i, leg - 1n)]),
      legs.slice(0, 3),
      [...legs, 0n],
      [...legs, 1n << 128n],
      [],
    ]
    for (const variant of variants) {
      expect(await named(call(variant))).toBe('NotAuthorized')
      const x = [...mixed.statement.x.slice(0, 16), ...variant]
      const authorization = await fund.live.authorize(x, submission().step.digest)
      expect(await named(call(variant, { authorization }))).toBe('InvalidProof')
    }
    expect(await named(call(legs))).toBeUndefined()
  })

  test('with other routes or another deadline is refused, also when the manager signs it', async () => {
    const { timestamp } = await fund.live.reader.getBlock()
    const deadline = timestamp + 600n
    const elsewhere = routes.with(0, { ...routes[0]!, pool: fund.market.pools.btcPair, venue: V2 })
    const shifted = routes
      .with(0, { ...routes[0]!, quantity: routes[0]!.quantity - 1n })
      .with(1, { ...routes[1]!, quantity: routes[1]!.quantity + 1n })
    const payloads: Hex[] = [
      encodeOpenTrade({ deadline, routes: elsewhere }),
      encodeOpenTrade({ deadline, routes: shifted }),
      encodeOpenTrade({ deadline, routes: routes.toReversed() }),
      encodeOpenTrade({ deadline: deadline + 3_600n, routes }),
      `${mixed.payload}00`,
    ]
    for (const sealedTrade of payloads) {
      expect(await named(call(legsOf(), { sealedTrade }))).toBe('NotAuthorized')
      const x = mixed.statement.x.with(PAYLOAD, payloadOf(sealedTrade))
      const authorization = await fund.live.authorize(x, submission().step.digest)
      expect(await named(call(legsOf(), { sealedTrade, authorization }))).toBe('InvalidProof')
    }
  })

  test('of an open step is no sealed one', async () => {
    const [id, head] = mixed.call.args
    expect(await named(fund.live.ledger('rebalance', [id, head, submission()]))).toBe('WrongTradeForm')
    const step = { ...submission().step, open: false }
    expect(await named(call(legsOf(), { step }))).toBe('WrongTradeForm')
  })
})

test('a step is executed whole: what is better than proven stays, and the next proof takes it in', async () => {
  const { market, live } = fund
  const before = await fund.state()
  const receipt = await fund.send(mixed)
  const after = await fund.state()
  expect([after.btc, after.eth]).toEqual([before.btc - HALF, before.eth + 10n ** 19n])

  const fills = parseEventLogs({ abi: tradeExecutorAbi, eventName: 'LegExecuted', logs: receipt.logs })
  expect(fills.map(({ args }) => [args.slot, args.tokens])).toEqual([
    [BigInt(BTC), -HALF],
    [BigInt(ETH), 10n ** 19n],
  ])
  const paid = fills.reduce((total, { args }) => total + args.quote, 0n)
  expect(after.usd - before.usd).toBe(paid)
  // Proven: half a bitcoin for 44,800 and ten ether for 30,200.
  const improvement = (paid - 14_600n * 10n ** 6n) * 10n ** 10n
  expect(improvement).toBeGreaterThan(0n)
  const [recorded] = parseEventLogs({
    abi: rebalanceLedgerAbi,
    eventName: 'ImprovementRecorded',
    logs: receipt.logs,
  })
  expect(recorded!.args).toMatchObject({ epoch: 2n, amount: improvement })
  const [step] = parseEventLogs({ abi: rebalanceLedgerAbi, eventName: 'Rebalanced', logs: receipt.logs })
  expect(step!.args).toMatchObject({ x: mixed.statement.x, sealedTrade: mixed.payload })

  for (const token of Object.values(market.tokens)) {
    expect(await market.balanceOf(token, market.executor.address)).toBe(0n)
    for (const spender of [market.executor.address, ...Object.values(market.pools), ROLES.stranger.address]) {
      for (const owner of [market.vault, market.executor.address]) {
        const args = [owner, spender] as const
        const query = { address: token.address, abi: erc20Abi, functionName: 'allowance', args } as const
        expect(await live.reader.readContract(query)).toBe(0n)
      }
    }
  }
  for (const address of [market.executor.address, market.vault]) {
    expect(await live.reader.getBalance({ address })).toBe(0n)
  }

  await fund.publish()
  const silent = await fund.heartbeat(0n)
  expect(await named(silent.call)).toBe('NotAuthorized')
  const told = await fund.heartbeat(improvement)
  await fund.send(told)
  expect((await fund.state()).portfolio).toMatchObject({ epoch: 3n, pendingFlows: 0n })
  expect(await live.reader.readContract(live.ledger('status', [fund.id]))).toEqual([1, 0n])
})
