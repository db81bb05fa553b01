import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { PROBLEMS } from '../schemas/problem.js'

const Health = z.object({
  status: z.literal('ok'),
  chainTime: z.string(),
  unfinished: z.int(),
  provers: z.int(),
  developmentKeys: z.boolean(),
  publishing: z
    .object({ universes: z.int(), failing: z.int() })
    .nullable()
    .describe('Universes kept fresh, and those whose last publication failed; null when none are'),
})

/** Answers only after asking the chain and the store: a service that cannot reach them is not well. */
const health: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/healthz',
    {
      schema: {
        summary: 'Ask whether the service can work',
        tags: ['health'],
        response: { 200: Health, ...PROBLEMS },
      },
    },
    async () => {
      const [now, unfinished] = await Promise.all([app.chain.now(), app.store.jobs.unfinished()])
      return {
        status: 'ok' as const,
        chainTime: `${now}`,
        unfinished: unfinished.length,
        provers: app.pool.pids.length,
        developmentKeys: app.circuits.rebalance.development,
        publishing: app.keeper?.health ?? null,
      }
    },
  )
}

export default health
