import fp from 'fastify-plugin'
import { Chain } from '../chain/chain.js'
import type { Deployment } from '../chain/deployment.js'
import type { Keystore } from '../chain/keystore.js'
import { LedgerReader } from '../chain/ledger-reader.js'
import { Settlements } from '../chain/settlements.js'

declare module 'fastify' {
  interface FastifyInstance {
    chain: Chain
    ledger: LedgerReader
    settlements: Settlements
  }
}

export type ChainPluginOptions = {
  readonly rpcUrl: string
  readonly deployment: Deployment
  readonly keystore: Keystore
}

/** Connects to the chain that the deployment is on, and to no other. */
export default fp<ChainPluginOptions>(
  async (app, { rpcUrl, deployment, keystore }) => {
    const chain = await Chain.connect(rpcUrl, deployment, keystore)
    app.decorate('chain', chain)
    app.decorate('ledger', new LedgerReader(chain))
    app.decorate('settlements', new Settlements(chain))
  },
  { name: 'chain' },
)
