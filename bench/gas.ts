import { type Hex, hexToBytes } from 'viem'
import type { Tier } from '#portfolio/shape.js'
import { NO_HEAD } from '#verifier-contracts/encoding.js'
import { stepFrom, tinyBook, tinyMandate } from '../test/fixtures/tiny-fund.js'
import { LiveLedger } from '../test/helpers/live-ledger.js'
import { ROLES, WINDOW_LENGTH } from '../test/helpers/roles.js'
import { measureBatches } from '../test/verifier-contracts/batch-gas.js'
import { OpenFund } from '../test/verifier-contracts/open-fund.js'
import { BTC, mixedTrade } from '../test/verifier-contracts/open-market.js'
import { makeSignalsCircuit } from '../test/verifier-contracts/signals-circuit.js'
import type { Figures } from './main.js'

const E8 = 100_000_000n

const BATCHES = [1, 4, 16, 64]

/**
 * Gas of every step of the main job with real proofs, on anvil: a universe of as many spot and perp slots as the tier has
 * (at most 16), a trade sealed for two recipients. Batches are of desk rebalances, one per portfolio; their proofs are real
 * ones of a circuit that says nothing, since what a proof says costs nothing. Open trades are of tiny, on Uniswap as
 * published: one leg in one V3 pool, and two legs, each half in a V3 pool and half in a V2 pair.
 */
export async function measure(): Promise<Figures> {
  const perTier = {} as Record<string, Record<string, number>>
  const breakdown = {} as Record<string, Record<string, number>>
  for (const tier of ['desk', 'fund'] as const) {
    const { gas, parts } = await measureTier(tier)
    for (const [name, used] of Object.entries(gas)) perTier[name] = { ...perTier[name], [tier]: used }
    breakdown[tier] = parts
  }
  const { rebalance } = perTier
  return {
    ...perTier,
    rebalanceFundOverDesk: rebalance!.fund! / rebalance!.desk!,
    ...(await measureBatchSizes()),
    rebalanceOpen: await measureOpenTrades(),
    breakdown,
  }
}

/** Gas per rebalance in batches, in all and without what the call data costs. */
async function measureBatchSizes(): Promise<Figures> {
  const circuit = await makeSignalsCircuit()
  try {
    const batchPerRebalance: Record<string, number> = {}
    const batchPerRebalanceWithoutCallData: Record<string, number> = {}
    for (const [size, { total, callData }] of await measureBatches(circuit, 'desk', BATCHES)) {
      batchPerRebalance[size] = Math.round(total / size)
      batchPerRebalanceWithoutCallData[size] = Math.round((total - callData) / size)
    }
    return { batchPerRebalance, batchPerRebalanceWithoutCallData }
  } finally {
    await circuit.remove()
  }
}

async function measureOpenTrades(): Promise<Figures> {
  const fund = await OpenFund.start()
  try {
    const { legs, routes } = mixedTrade(fund.market)
    const pool = routes.find(({ slot }) => slot === BTC)!
    const one = { legs: { [BTC]: legs[BTC]! }, routes: [{ ...pool, quantity: -legs[BTC]!.trade }] }
    const gasOf = async (request: Parameters<OpenFund['propose']>[0]) => {
      const proposal = await fund.propose(request)
      return fund.undone(async () => Number((await fund.live.send(ROLES.stranger, proposal.call)).gasUsed))
    }
    return { oneLegOneRoute: await gasOf(one), twoLegsFourRoutes: await gasOf({ legs, routes }) }
  } finally {
    await fund.live.stop()
  }
}

async function measureTier(tier: Tier) {
  const live = await LiveLedger.start(tier, 16)
  try {
    const market = await live.publish({ BTC: 90_000n * E8, ETH: 3_000n * E8 })
    const shape = live.shape
    const small = tinyMandate(live.universeId)
    const mandate = {
      ...small,
      slots: live.universe.instruments.map(
        ({ account }, i) => small.slots[i] ?? { ...small.slots[0]!, account },
      ),
      groups: Array.from({ length: shape.groups }, () => small.groups[0]!),
      maxLossBps: Array.from({ length: shape.scenarios }, () => small.maxLossBps[0]!),
      accounts: Array.from({ length: shape.accounts }, () => small.accounts[0]!),
    }
    await live.adoptMandate(1n, mandate)
    const windowLength = BigInt(WINDOW_LENGTH)
    const book = tinyBook(live.universeId, shape)
    const opening = stepFrom(book, market, mandate, { windowLength })
    const first = { oldBook: 11n, newBook: 11n, oldBudget: 0n, newBudget: 12n, trade: 13n }
    const opened = await live.submission(1n, opening, 1n, first)
    const { message, words } = await live.attest('open', {
      portfolioId: opened.portfolioId,
      commitment: opened.statement.head.newBook,
    })
    await live.send(
      ROLES.submitter,
      live.ledger('open', [live.creation(1n), opened.submission, message, words]),
    )

    const { newBook, newBudget } = opened.statement.head
    const head = { previous: NO_HEAD, book: newBook, budget: newBudget }
    const trades = [-E8 / 2n, 0n, 5n * E8]
    const step = stepFrom(book, market, mandate, { trades, budget: opened.verdict.newBudget, windowLength })
    const second = { oldBook: 11n, newBook: 21n, oldBudget: 12n, newBudget: 22n, trade: 23n }
    const { submission, portfolioId } = await live.submission(1n, step, 2n, second)
    const receipt = await live.send(
      ROLES.submitter,
      live.ledger('rebalance', [portfolioId, head, submission]),
    )
    const parts = await breakdownOf(live, receipt.transactionHash)
    const measured = ['capture', 'publish', 'schedule', 'activate', 'open', 'rebalance']
    return { gas: Object.fromEntries(measured.map((name) => [name, live.gasUsed[name]!])), parts }
  } finally {
    await live.stop()
  }
}

type Frame = { to: Hex; input: Hex; gasUsed: Hex; calls?: Frame[] }

/** Where a transaction's gas went: what every transaction pays, its calls by target, and the ledger's own work. */
async function breakdownOf(live: LiveLedger, hash: Hex): Promise<Record<string, number>> {
  const response = await fetch(live.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'debug_traceTransaction',
      params: [hash, { tracer: 'callTracer' }],
    }),
  })
  const { result } = (await response.json()) as { result: Frame }
  const callData = hexToBytes(result.input).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
  const { verifier, snapshots } = live.deployment
  const targets: Record<string, Hex> = {
    verifier,
    snapshots,
    signature: '0x0000000000000000000000000000000000000001',
  }
  const total = Number(result.gasUsed)
  const parts: Record<string, number> = { transaction: 21_000, callData }
  for (const [name, address] of Object.entries(targets)) {
    const calls = (result.calls ?? []).filter(({ to }) => to.toLowerCase() === address.toLowerCase())
    parts[name] = calls.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0)
  }
  const known = Object.values(parts).reduce((sum, used) => sum + used, 0)
  return { ...parts, ledger: total - known, total }
}
