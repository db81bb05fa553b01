import fp from 'fastify-plugin'
import { JobFeed } from '../jobs/job-feed.js'
import { openStore, type Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    store: Store
    feed: JobFeed
  }
}

export type StorePluginOptions = {
  readonly dataDir: string
  readonly keyFile: string
  readonly binding: string
  readonly crashAt: string | undefined
}

/** Opens the data directory, and tells listeners what is committed to it. */
export default fp<StorePluginOptions>(
  async (app, { crashAt, ...options }) => {
    const feed = new JobFeed()
    const store = await openStore({
      ...options,
      afterCommit: (event) => {
        app.log.info({ jobId: event.jobId, state: event.state, code: event.code ?? undefined })
        if (event.state === crashAt) process.kill(process.pid, 'SIGKILL')
        feed.publish(event)
      },
    })
    app.decorate('store', store)
    app.decorate('feed', feed)
    app.addHook('onClose', async () => store.close())
  },
  { name: 'store' },
)
