import fp from 'fastify-plugin'
import type { MarketKeeper } from '../chain/market-keeper.js'
import type { Publishing } from '../config.js'
import { createKeeper } from '../create-keeper.js'

declare module 'fastify' {
  interface FastifyInstance {
    keeper: MarketKeeper | undefined
  }
}

export type KeeperPluginOptions = { readonly publishing: Publishing | undefined }

/** Publishes the markets of this service's portfolios without being asked, if the settings say so. */
export default fp<KeeperPluginOptions>(
  async (app, { publishing }) => {
    const { chain, publisher, store, log } = app
    const universes = () => store.portfolios.universeIds()
    const keeper = publishing && createKeeper({ chain, publisher, publishing, universes, log })
    app.decorate('keeper', keeper)
    app.addHook('onReady', async () => keeper?.start())
    app.addHook('onClose', async () => keeper?.stop())
  },
  { name: 'keeper', dependencies: ['jobs'] },
)
