import type { Hex } from 'viem'
import type { Shape, Tier } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import type { Digest } from '#prover/digest.js'
import type { ProverPool } from '#prover/prover-pool.js'
import type { Chain } from '../chain/chain.js'
import type { LedgerReader } from '../chain/ledger-reader.js'
import type { MarketPublisher } from '../chain/market-publisher.js'
import type { Settlements } from '../chain/settlements.js'
import type { Store } from '../store/store.js'

/** What every step of a job works with. */
export type EngineParts = {
  readonly tier: Tier
  readonly shape: Shape
  readonly store: Store
  readonly chain: Chain
  readonly ledger: LedgerReader
  readonly settlements: Settlements
  readonly publisher: MarketPublisher
  readonly pool: ProverPool
  readonly circuits: TierCircuits
  readonly ledgerCircuit: Hex
  readonly digest: Digest
  /** Called between a side effect and the row that records it: a test may end the process here. */
  readonly reached: (point: 'sent') => void
}
