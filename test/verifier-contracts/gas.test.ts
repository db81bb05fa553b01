import { decodeEventLog, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shapeOf, type Tier } from '#portfolio/shape.js'
import { sealedTradeLength } from '#prover/sealed-trade.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { type BatchGas, measureBatches, sealedTrade, wideMandate } from './batch-gas.js'
import { makeSignalsCircuit, type SignalsCircuit } from './signals-circuit.js'
import { WiredLedger } from './wired-ledger.js'
import { WiredPortfolio } from './wired-portfolio.js'

let circuit: SignalsCircuit
const gas: Record<string, Record<string, number>> = {}

beforeAll(async () => {
  circuit = await makeSignalsCircuit()
})
afterAll(async () => {
  await circuit?.remove()
  console.log(JSON.stringify(gas))
})

async function measure(tier: Tier) {
  const wired = await WiredLedger.start(circuit, tier)
  try {
    const shape = shapeOf(tier)
    const length = sealedTradeLength(shape.slots)
    const [mandate, first, second] = ['mandate', 'first', 'second'].map(
      (name) => BigInt(keccak256(toHex(name))) >> 3n,
    )
    const portfolio = new WiredPortfolio(wired)
    const { schedule, activate } = await portfolio.mandate(wideMandate(wired.universeId, shape), mandate!)
    const opening = await wired.market(first!)
    const digests = { mandate: mandate!, market: first!, time: opening.time }
    const open = await portfolio.step(0n, digests, sealedTrade(length, 'open'), 100n)
    const next = await wired.market(second!)
    const steady = { mandate: mandate!, market: second!, time: next.time }
    const step = await portfolio.step(mandate! + 1n, steady, sealedTrade(length, 'step'), 200n)
    const used = {
      schedule,
      activate,
      open: open.receipt,
      capture: next.capture,
      publish: next.publish,
      rebalance: step.receipt,
    }
    gas[tier] = Object.fromEntries(Object.entries(used).map(([name, { gasUsed }]) => [name, Number(gasUsed)]))
    return step
  } finally {
    await wired.chain.stop()
  }
}

describe('gas with real pairings', () => {
  it('of a desk rebalance with a trade sealed for two recipients is at most 300,000', async () => {
    await measure('desk')
    expect(gas.desk!.rebalance).toBeLessThanOrEqual(300_000)
  })

  it('does not grow with the book: a fund pays at most 3 % more, for its longer sealed trade', async () => {
    await measure('fund')
    expect(gas.fund!.rebalance! / gas.desk!.rebalance!).toBeLessThanOrEqual(1.03)
  })

  it('of 16 desk rebalances in a batch is at most 127,000 each, 109,000 of it not call data', async () => {
    const [[, { total, callData }]] = [...(await measureBatches(circuit, 'desk', [16]))] as [
      [number, BatchGas],
    ]
    gas.batchOf16 = { each: total / 16, callDataEach: callData / 16 }
    expect(total / 16).toBeLessThanOrEqual(127_000)
    expect((total - callData) / 16).toBeLessThanOrEqual(109_000)
  })

  it('buys an event from which an outsider rebuilds the public vector', async () => {
    const { receipt, x, c } = await measure('tiny')
    const log = receipt.logs.at(-1)!
    const event = decodeEventLog({ abi: rebalanceLedgerAbi, data: log.data, topics: log.topics })
    expect(event.eventName).toBe('Rebalanced')
    expect(event.args).toMatchObject({ epoch: 2n, x, digest: c })
  })
})
