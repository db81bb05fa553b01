import { decodeEventLog, type Hex, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mandate } from '#portfolio/mandate.js'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import { sealedTradeLength } from '#prover/sealed-trade.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { makeSignalsCircuit, type SignalsCircuit } from './signals-circuit.js'
import { WiredLedger } from './wired-ledger.js'

let circuit: SignalsCircuit
const gas: Record<string, Record<string, number>> = {}

beforeAll(async () => {
  circuit = await makeSignalsCircuit()
})
afterAll(async () => {
  await circuit?.remove()
  console.log(JSON.stringify(gas))
})

/** Bytes without zeros to speak of, as a ciphertext has. */
const sealedTrade = (length: number, seed: string): Hex => {
  let text = ''
  for (let i = 0; text.length < 2 * length; i++) text += keccak256(toHex(`${seed}${i}`)).slice(2)
  return `0x${text.slice(0, 2 * length)}`
}

function wideMandate(universeId: bigint, shape: Shape): Mandate {
  const rows = <T>(length: number, row: (i: number) => T) => Array.from({ length }, (_, i) => row(i))
  const hundred = 10_000_000_000n
  return {
    universeId,
    slots: rows(shape.slots, (i) => ({
      groups: [i % shape.groups],
      account: i % shape.accounts,
      maxLong: hundred,
      maxShort: hundred,
      concentrationBps: 5_000n,
    })),
    groups: rows(shape.groups, () => ({ netLoBps: -5_000n, netHiBps: 5_000n, grossBps: 20_000n })),
    netLoBps: -10_000n,
    netHiBps: 10_000n,
    leverageBps: 30_000n,
    gammaLoBps: -500n,
    gammaHiBps: 500n,
    vegaLoBps: -500n,
    vegaHiBps: 500n,
    maxLossBps: rows(shape.scenarios, () => 2_000n),
    accounts: rows(shape.accounts, () => ({ marginMultipleBps: 10_000n, venueCapBps: 8_000n })),
    freeCollateralFloorBps: 1_000n,
    turnoverBps: 10_000n,
    costBps: 50n,
    gainBps: 50n,
    carryBps: 20n,
    rollingCostBps: 100n,
    rollingGainBps: 100n,
    rollingTurnoverBps: 50_000n,
  }
}

async function measure(tier: Tier) {
  const wired = await WiredLedger.start(circuit, tier)
  try {
    const shape = shapeOf(tier)
    const length = sealedTradeLength(shape.slots)
    const [mandate, first, second] = ['mandate', 'first', 'second'].map(
      (name) => BigInt(keccak256(toHex(name))) >> 3n,
    )
    const { schedule, activate } = await wired.mandate(wideMandate(wired.universeId, shape), mandate!)
    const opening = await wired.market(first!)
    const digests = { mandate: mandate!, market: first!, time: opening.time }
    const open = await wired.step(0n, digests, sealedTrade(length, 'open'), 100n)
    const next = await wired.market(second!)
    const steady = { mandate: mandate!, market: second!, time: next.time }
    const step = await wired.step(mandate! + 1n, steady, sealedTrade(length, 'step'), 200n)
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

  it('buys an event from which an outsider rebuilds the public vector', async () => {
    const { receipt, x, c } = await measure('tiny')
    const log = receipt.logs.at(-1)!
    const event = decodeEventLog({ abi: rebalanceLedgerAbi, data: log.data, topics: log.topics })
    expect(event.eventName).toBe('Rebalanced')
    expect(event.args).toMatchObject({ epoch: 2n, x, digest: c })
  })
})
