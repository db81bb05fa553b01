import type { Shape } from '#portfolio/shape.js'
import { checkUniverse, type Universe } from '#portfolio/universe.js'
import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import { universeContent, universeIdOf } from '#verifier-contracts/encoding.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'

/** @throws what `universeContent` and `checkUniverse` throw, naming the field. */
export function universeIdFor(chain: Chain, universe: Universe, shape: Shape): bigint {
  checkUniverse(universe, shape)
  return universeIdOf(universeContent(universe, chain.deployment.feeds, shape), shape)
}

/** Registers a universe unless it is registered; anyone may, since its id is the hash of its content. */
export async function ensureUniverse(chain: Chain, universe: Universe, shape: Shape): Promise<bigint> {
  const content = universeContent(universe, chain.deployment.feeds, shape)
  const universeId = universeIdOf(content, shape)
  const call = { address: chain.deployment.snapshots, abi: marketSnapshotsAbi }
  try {
    await chain.read({ ...call, functionName: 'universe', args: [universeId] })
  } catch (error) {
    if (!(error instanceof ContractError && error.contractError === 'UnknownUniverse')) throw error
    await chain.send('publisher', { ...call, functionName: 'registerUniverse', args: [content] })
  }
  return universeId
}
