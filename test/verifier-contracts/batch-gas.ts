import { encodeFunctionData, type Hex, hexToBytes, keccak256, toHex } from 'viem'
import type { Mandate } from '#portfolio/mandate.js'
import type { Shape, Tier } from '#portfolio/shape.js'
import { sealedTradeLength } from '#prover/sealed-trade.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import type { SignalsCircuit } from './signals-circuit.js'
import { WiredLedger } from './wired-ledger.js'
import { WiredPortfolio } from './wired-portfolio.js'

/** Gas of a whole transaction, and the part of it that its call data costs: 16 a byte, 4 a zero byte. */
export type BatchGas = { readonly total: number; readonly callData: number }

/** Bytes without zeros to speak of, as a ciphertext has. */
export const sealedTrade = (length: number, seed: string): Hex => {
  let text = ''
  for (let i = 0; text.length < 2 * length; i++) text += keccak256(toHex(`${seed}${i}`)).slice(2)
  return `0x${text.slice(0, 2 * length)}`
}

/** A mandate for every slot, group, scenario and account of a shape. */
export function wideMandate(universeId: bigint, shape: Shape): Mandate {
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

/**
 * Gas of batches of these sizes, each of as many portfolios of the tier that all step to a new book at one market, with a
 * sealed trade for two recipients and a real proof of a circuit that says nothing: what a proof says costs nothing.
 */
export async function measureBatches(
  circuit: SignalsCircuit,
  tier: Tier,
  sizes: readonly number[],
): Promise<ReadonlyMap<number, BatchGas>> {
  const wired = await WiredLedger.start(circuit, tier)
  try {
    const length = sealedTradeLength(wired.shape.slots)
    const [mandate, first, second] = ['mandate', 'first', 'second'].map(
      (name) => BigInt(keccak256(toHex(name))) >> 3n,
    )
    const opening = await wired.market(first!)
    const portfolios = Array.from(
      { length: Math.max(...sizes) },
      (_, i) => new WiredPortfolio(wired, BigInt(i)),
    )
    for (const [i, portfolio] of portfolios.entries()) {
      await portfolio.mandate(wideMandate(wired.universeId, wired.shape), mandate!)
      const digests = { mandate: mandate!, market: first!, time: opening.time }
      await portfolio.step(0n, digests, sealedTrade(length, `open ${i}`), 1_000n * BigInt(i))
    }
    const { time } = await wired.market(second!)
    const digests = { mandate: mandate!, market: second!, time }
    const entries = []
    for (const [i, portfolio] of portfolios.entries()) {
      const book = BigInt(keccak256(toHex(`book ${i}`))) >> 3n
      const sealed = sealedTrade(length, `step ${i}`)
      entries.push((await portfolio.entry(book, digests, sealed, 1_000n * BigInt(i) + 500n)).entry)
    }
    const rpc = (method: string, params: readonly unknown[]) =>
      // Cast: viem lists no such method of the node.
      wired.chain.publicClient.request({ method, params } as never)
    const measured = new Map<number, BatchGas>()
    for (const size of sizes) {
      const snapshot = await rpc('evm_snapshot', [])
      const batch = entries.slice(0, size).sort((a, b) => (a.portfolioId < b.portfolioId ? -1 : 1))
      const call = { abi: rebalanceLedgerAbi, functionName: 'rebalanceBatch', args: [batch] } as const
      const { gasUsed } = await wired.send({ address: wired.at.ledger, ...call })
      measured.set(size, { total: Number(gasUsed), callData: callDataGas(encodeFunctionData(call)) })
      await rpc('evm_revert', [snapshot])
    }
    return measured
  } finally {
    await wired.chain.stop()
  }
}

const callDataGas = (data: Hex): number =>
  hexToBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
