import { type Address, createPublicClient, type Hex, http, parseEventLogs } from 'viem'
import { formatDecimal, PRICE_DECIMALS, parseDecimal, VALUE_DECIMALS } from '#portfolio/units.js'
import type { Embedded } from '#server/embedded.js'
import type { LocalCoin, LocalMarkets } from '#server/local-markets.js'
import type { PlanReport } from '#server/schemas/plan.js'
import type { Job } from '#server/schemas/rebalance.js'
import { tradeExecutorAbi } from '#verifier-contracts/abi.js'
import { type DemoClient, DemoError } from './demo-client.js'
import type { Marks } from './desk-fund.js'
import type { Progress } from './progress.js'

/** What the demo trades openly: small beside the book, so that it stays inside every limit. */
const TRADES = { BTC: '-1', ETH: '30' } as const
const SLIPPAGE_BPS = '10'

type Stage = {
  readonly stack: Embedded
  readonly fund: DemoClient
  readonly progress: Progress
  readonly marks: Marks
  readonly id: Hex
  /** Runs a job to its end under a label. */
  readonly run: (label: string, path: string, body: unknown, key: string) => Promise<Job>
}

/**
 * Brings Uniswap to the local chain, puts the fund's coins in its vault, and does one trade in the transaction of its proof.
 *
 * @throws `DemoError` where the trade is not executed, or no better than proven.
 */
export async function demoOpenTrade({ stack, fund, progress, marks, id, run }: Stage): Promise<void> {
  progress.begin('Uniswap V3 as published, pools of 20 million dollars a side, a vault')
  const prices = Object.fromEntries(
    Object.entries(marks.spot).map(([name, price]) => [name, parseDecimal(price, PRICE_DECIMALS, name)]),
  )
  const markets = await stack.makeMarkets(prices)
  await settle(fund, markets, id)
  progress.end()

  const routes = Object.fromEntries(
    Object.keys(TRADES).map((name) => [name, [{ pool: markets.coins[name]!.pool, shareBps: '10000' }]]),
  )
  const body = { mode: 'trades', trades: TRADES, open: true, slippageBps: SLIPPAGE_BPS, routes }
  const plan = await fund.call<PlanReport>('POST', `/portfolios/${id}/plans`, body)
  if (plan.execution?.refusal !== null) {
    throw new DemoError(plan.execution?.refusal ?? 'none', 'the chain would not execute the open trade')
  }
  const path = `/portfolios/${id}/rebalances`
  const job = await run('one transaction: proof checked, legs executed', path, body, 'demo-open-trade')
  const fills = await fillsOf(stack, job.txHash as Hex)
  plan.trades.forEach(({ symbol, quantity, expectedFill }, i) => {
    const filled = priceOf(fills[i]!, markets.coins[symbol]!)
    console.log(`    ${symbol} ${quantity} at ${short(filled)}, proven at worst ${short(expectedFill)}`)
  })
  const { improvement } = plan.execution
  if (parseDecimal(improvement, VALUE_DECIMALS, 'improvement') <= 0n) {
    throw new DemoError(improvement, 'the open trade was no better than proven')
  }
  console.log(`    ${short(improvement)} dollars better than proven stay in the vault, and wait as a flow`)
}

/** The governor lists tokens and venue; then what the book says of account 0 is put in the vault. */
async function settle(fund: DemoClient, { coins, dollar, v3Factory, give }: LocalMarkets, id: Hex) {
  const { vault } = await fund.call<{ vault: Address }>('PUT', `/portfolios/${id}/settlement`, {
    account: 0,
    quote: dollar.address,
    tokens: Object.fromEntries(Object.entries(coins).map(([name, { address }]) => [name, address])),
    venues: [{ kind: 'uniswap-v3', factory: v3Factory }],
  })
  const { book } = await fund.call<{ book: { cash: string[]; quantities: Record<string, string> } }>(
    'GET',
    `/portfolios/${id}/book`,
  )
  for (const [name, coin] of Object.entries(coins)) {
    await give(coin, vault, parseDecimal(book.quantities[name], coin.decimals, name))
  }
  const cash = parseDecimal(book.cash[0], VALUE_DECIMALS, 'cash')
  await give(dollar, vault, cash / 10n ** BigInt(VALUE_DECIMALS - dollar.decimals))
}

/** What each leg moved at the vault, in the order of the slots. */
async function fillsOf(stack: Embedded, hash: Hex) {
  const client = createPublicClient({ transport: http(stack.rpcUrl) })
  const { logs } = await client.getTransactionReceipt({ hash })
  const events = parseEventLogs({ abi: tradeExecutorAbi, eventName: 'LegExecuted', logs })
  return events.map(({ args }) => args).sort((a, b) => Number(a.slot - b.slot))
}

/** Dollars of six decimals per coin, to 1e-8. */
function priceOf({ tokens, quote }: { tokens: bigint; quote: bigint }, { decimals }: LocalCoin): string {
  return formatDecimal((-quote * 10n ** BigInt(decimals + 2)) / tokens, PRICE_DECIMALS)
}

const short = (text: string) => text.replace(/(\.\d\d)\d*$/, '$1')
