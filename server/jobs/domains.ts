import type { Hex } from 'viem'
import { domainOf } from '#verifier-contracts/encoding.js'
import type { EngineParts } from './engine-parts.js'

/** First element of a portfolio's public vectors. */
export const domainFor = ({ chain, circuits }: Pick<EngineParts, 'chain' | 'circuits'>, id: Hex): bigint =>
  domainOf(chain.deployment.chainId, chain.deployment.ledger, id, circuits.rebalance.circuitId)

/** Where a portfolio's blindings are derived: of the circuit it began with, so that a book's is found under every later one. */
export const blindingDomainFor = (
  { chain, ledgerCircuit }: Pick<EngineParts, 'chain' | 'ledgerCircuit'>,
  id: Hex,
): bigint => domainOf(chain.deployment.chainId, chain.deployment.ledger, id, ledgerCircuit)
