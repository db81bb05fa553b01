import fp from 'fastify-plugin'
import type { Hex } from 'viem'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import { type Digest, loadDigest } from '#prover/digest.js'
import { assertKeyForChain } from '#prover/key-check.js'
import { ProverPool } from '#prover/prover-pool.js'
import { registeredCircuits } from '../chain/registered-keys.js'

declare module 'fastify' {
  interface FastifyInstance {
    tier: Tier
    shape: Shape
    /** Under the ids by which the chain knows them. */
    circuits: TierCircuits
    /** The circuit by which the ledger's portfolios begin: it never changes. */
    ledgerCircuit: Hex
    digest: Digest
    pool: ProverPool
  }
}

export type ProverPluginOptions = {
  readonly tier: Tier
  readonly circuits: TierCircuits
  readonly size: number
  readonly timeoutMs: number
}

/**
 * Starts the provers.
 *
 * @throws `DevelopmentKeyError`, `UnusableKeyError` when a key may not be used on this chain
 * @throws `RegisteredKeyError` when the chain verifies under another key
 */
export default fp<ProverPluginOptions>(
  async (app, { tier, circuits, size, timeoutMs }) => {
    for (const { vkey, development, artifacts } of Object.values(circuits)) {
      assertKeyForChain(vkey, app.chain.deployment.chainId)
      app.log.warn({ circuit: artifacts.id, development })
    }
    const registered = await registeredCircuits(app.chain, circuits)
    const pool = new ProverPool({ size, timeoutMs })
    app.decorate('tier', tier)
    app.decorate('shape', shapeOf(tier))
    app.decorate('circuits', registered.circuits)
    app.decorate('ledgerCircuit', registered.ledgerCircuit)
    app.decorate('digest', await loadDigest())
    app.decorate('pool', pool)
    app.addHook('onClose', async () => pool.close())
  },
  { name: 'prover', dependencies: ['chain'] },
)
