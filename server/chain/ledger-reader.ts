import { type Hex, zeroAddress } from 'viem'
import {
  attestorListAbi,
  mandatesAbi,
  marketSnapshotsAbi,
  rebalanceLedgerAbi,
} from '#verifier-contracts/abi.js'
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
  'paused',
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

  /** Highest evidence tier an attestor may state now; 0 when not listed. */
  async attestorTier(attestor: Hex): Promise<number> {
    const contract = { address: this.#chain.deployment.attestors, abi: attestorListAbi }
    return this.#chain.read({ ...contract, functionName: 'tierOf', args: [attestor] })
  }

  /** Who governs and who manages a portfolio now; undefined before its first mandate is scheduled. */
  async roles(id: Hex): Promise<{ governor: Hex; manager: Hex } | undefined> {
    const contract = { address: this.#chain.deployment.mandates, abi: mandatesAbi }
    const { governor, manager } = await this.#chain.read({
      ...contract,
      functionName: 'rolesOf',
      args: [id],
    })
    return governor === zeroAddress ? undefined : { governor, manager }
  }

  /** Signed vector, its digest, and terms of the active mandate, and the circuit of steps under it; undefined without one. */
  async activeMandate(
    id: Hex,
  ): Promise<{ vector: readonly bigint[]; digest: bigint; terms: Terms; circuitId: Hex } | undefined> {
    const contract = { address: this.#chain.deployment.mandates, abi: mandatesAbi }
    const [version] = await this.#chain.read({ ...contract, functionName: 'versions', args: [id] })
    if (version === 0n) return undefined
    const args = [id, version] as const
    const [{ digest, circuitId }, terms, vector] = await this.#chain.read({
      ...contract,
      functionName: 'mandate',
      args,
    })
    return { vector, digest, terms, circuitId }
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
