import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { PortfolioParams } from '../schemas/portfolio.js'
import { PROBLEMS } from '../schemas/problem.js'
import { Element } from '../schemas/wire.js'
import { INQUIRY_KINDS } from '../store/inquiry-store.js'

const Inquiry = z
  .object({
    at: z.string(),
    caller: z.string(),
    kind: z.enum(INQUIRY_KINDS),
    mandateDigest: Element,
    outcome: z.enum(['admitted', 'limited']),
  })
  .meta({ id: 'Inquiry' })

const Inquiries = z.object({ perHour: z.record(z.enum(INQUIRY_KINDS), z.int()), inquiries: z.array(Inquiry) })

/** Shows the fund who has asked what its book would answer. */
const inquiries: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/portfolios/:id/inquiries',
    {
      schema: {
        summary: 'List the last dry runs and steps asked for, newest first',
        tags: ['portfolios'],
        params: PortfolioParams,
        response: { 200: Inquiries, ...PROBLEMS },
      },
    },
    async (request) => {
      const { id } = await app.store.portfolios.get(request.params.id)
      const records = await app.store.inquiries.list(id)
      return {
        perHour: { ...app.inquiriesPerHour },
        inquiries: records.map(({ at, caller, kind, mandateDigest, outcome }) => ({
          at: at.toISOString(),
          caller,
          kind,
          mandateDigest: `${mandateDigest}`,
          outcome,
        })),
      }
    },
  )
}

export default inquiries
