import type { Address, Hex } from 'viem'
import type { TierCircuits } from '#prover/circuits.js'

/** What a deployment keeps for ever, in seconds but for the tolerance. `notice` is that of mandates, roles and attestors. */
export type DeploymentRules = {
  readonly notice: number
  readonly marketNotice: number
  readonly minInterval: number
  readonly optionMaxAge: number
  readonly spotToleranceBps: number
  /** Uptime feed of a rollup's sequencer, and the wait after a restart. */
  readonly sequencer?: { readonly feed: Address; readonly grace: number }
}

export const DEFAULT_RULES: DeploymentRules = {
  notice: 86_400,
  marketNotice: 172_800,
  minInterval: 15,
  optionMaxAge: 300,
  spotToleranceBps: 50,
}

/** What a circuit's key is registered under, and its hash. */
export type RegisteredKey = { readonly circuitId: Hex; readonly keyHash: Hex }

/** Where everything is, who governs it, and the block from which its events are worth reading. */
export type Deployment = {
  readonly chainId: number
  readonly verifier: Address
  readonly settings: Address
  readonly snapshots: Address
  readonly mandates: Address
  readonly ledger: Address
  readonly attestors: Address
  readonly fromBlock: bigint
  readonly governor: Address
  readonly guardian: Address
  readonly marketGovernor: Address
  readonly keys: Readonly<Record<keyof TierCircuits, RegisteredKey>>
  readonly rules: DeploymentRules
}
