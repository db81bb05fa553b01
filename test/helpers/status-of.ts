import type { Hex } from 'viem'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import type { LiveLedger } from './live-ledger.js'

/** The verdict on a portfolio as numbered on chain, 1 for green, and the reasons against green. */
export const statusOf = ({ reader, deployment }: LiveLedger, id: Hex): Promise<readonly [number, bigint]> =>
  reader.readContract({
    address: deployment.ledger,
    abi: rebalanceLedgerAbi,
    functionName: 'status',
    args: [id],
  })
