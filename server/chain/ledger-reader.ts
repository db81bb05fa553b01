import type { Hex } from 'viem'
import { mandatesAbi, marketSnapshotsAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import type { Terms } from '../schemas/terms.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'

export const VERDICTS = ['none', 'green', 'amber', 'red', 'stale', 'paused', 'closed'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Names of the bits that speak against green, from the lowest. */
const REASONS = [
  'reducing',
  'cure_time_over',
  'snapshot_old',
  'mandate_changed',
  'key_not_live',
  'attestation_old',
  'attestation_weak',
  'book_replaced',
  'flow_overdue',
] as const

/** What the ledger says of portfolios; nothing here knows anything private. */
export class LedgerReader {
  readonly #chain: Chain

  constructor(chain: Chain) {
    this.#chain = chain
  }

  get #ledger() {
    return { address: this.#chain.deployment.ledger, abi: rebalanceLedgerAbi }
  }

  async status(id: Hex): Promise<{ verdict: Verdict; reasons: string[] }> {
    const [verdict, bits] = await this.#chain.read({ ...this.#ledger, functionName: 'status', args: [id] })
    return { verdict: VERDICTS[verdict]!, reasons: REASONS.filter((_, i) => (bits >> BigInt(i)) & 1n) }
  }

  /** The stored record; undefined for a portfolio that never opened. */
  async record(id: Hex) {
    try {
      return await this.#chain.read({ ...this.#ledger, functionName: 'portfolio', args: [id] })
    } catch (error) {
      if (error instanceof ContractError && error.contractError === 'NotOpen') return undefined
      throw error
    }
  }

  async lastProof(id: Hex) {
    return this.#chain.read({ ...this.#ledger, functionName: 'lastProof', args: [id] })
  }

  /** Net flow a step at a snapshot of `time` must consume, in 1e-16 quote. */
  async netFlowAt(id: Hex, time: bigint): Promise<bigint> {
    const [flow] = await this.#chain.read({ ...this.#ledger, functionName: 'netFlowAt', args: [id, time] })
    return flow
  }

  async attestorTier(attestor: Hex): Promise<number> {
    return this.#chain.read({ ...this.#ledger, functionName: 'attestorTier', args: [attestor] })
  }

  /** Version of the active mandate, 0 without one. */
  async mandateVersion(id: Hex): Promise<bigint> {
    const address = this.#chain.deployment.mandates
    const [active] = await this.#chain.read({
      address,
      abi: mandatesAbi,
      functionName: 'versions',
      args: [id],
    })
    return active
  }

  /** Whether a step may refer to this snapshot now. `notBefore` is the time of the last snapshot used. */
  async isUsable(universeId: bigint, digest: bigint, terms: Terms, notBefore: bigint): Promise<boolean> {
    return this.#chain.read({
      address: this.#chain.deployment.snapshots,
      abi: marketSnapshotsAbi,
      functionName: 'isUsable',
      args: [universeId, digest, BigInt(terms.marketMaxAge), BigInt(terms.grace), notBefore],
    })
  }

  /**
   * Whether a step may refer to this snapshot for `seconds` more, even if the market is captured again meanwhile. Under a
   * shorter grace: whether it may now, and for the whole grace after the next capture.
   */
  async staysUsable(universeId: bigint, digest: bigint, terms: Terms, seconds: number): Promise<boolean> {
    const marketMaxAge = terms.marketMaxAge - seconds
    if (marketMaxAge < 0 || terms.grace === 0) return false
    const grace = Math.max(terms.grace - seconds, 0)
    return this.isUsable(universeId, digest, { ...terms, marketMaxAge, grace }, 0n)
  }
}
