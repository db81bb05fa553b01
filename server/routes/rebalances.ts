import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { HttpError } from '../http-error.js'
import { judgeRequest, NotOpenError } from '../jobs/plan-step.js'
import { PortfolioParams } from '../schemas/portfolio.js'
import { LIMITED, PROBLEMS } from '../schemas/problem.js'
import {
  formatJob,
  IdempotencyHeaders,
  Job,
  JobParams,
  parseStepRequest,
  StepRequestWire,
} from '../schemas/rebalance.js'
import { Receipt } from '../schemas/receipt.js'

/** Accepts rebalances to plan, prove and submit, and says how each one is getting on. */
const rebalances: FastifyPluginAsyncZod = async (app) => {
  const tags = ['rebalances']

  app.post(
    '/portfolios/:id/rebalances',
    {
      schema: {
        summary: 'Rebalance a portfolio',
        tags,
        params: PortfolioParams,
        headers: IdempotencyHeaders,
        body: StepRequestWire,
        response: { 202: Job, ...LIMITED },
      },
    },
    async (request, reply) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const step = parseStepRequest(request.body, portfolio.universe, app.shape.slots)
      const { epoch } = await app.store.portfolios.currentBook(portfolio.id)
      if (epoch === 0) throw new NotOpenError()
      const key = request.headers['idempotency-key']
      const submitted = { portfolioId: portfolio.id, kind: 'rebalance' as const, request: step, key }
      const inquiry = { portfolio, kind: 'step' as const, caller: request.caller }
      // Told at once for a new job; one that was accepted before is shown, whatever has become of its prices and pools.
      const refusal = await judgeRequest(app.parts, portfolio, step).catch((error: unknown) => ({ error }))
      const job = await app.inquire(inquiry, (admit) =>
        app.jobs.submit(submitted, async (tx) => {
          if (refusal) throw refusal.error
          await admit(tx)
        }),
      )
      return reply.code(202).header('location', `/rebalances/${job.id}`).send(formatJob(job))
    },
  )

  app.get(
    '/portfolios/:id/rebalances',
    {
      schema: {
        summary: 'List the last rebalances of a portfolio, newest first',
        tags,
        params: PortfolioParams,
        response: { 200: z.object({ rebalances: z.array(Job) }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { id } = await app.store.portfolios.get(request.params.id)
      return { rebalances: (await app.store.jobs.ofPortfolio(id)).map(formatJob) }
    },
  )

  app.get(
    '/rebalances/:id',
    { schema: { summary: 'Read a rebalance', tags, params: JobParams, response: { 200: Job, ...PROBLEMS } } },
    async (request) => formatJob(await app.store.jobs.get(request.params.id)),
  )

  app.get(
    '/rebalances/:id/proof',
    {
      schema: {
        summary: 'Fetch proof, public vector and sealed trade of a rebalance',
        tags,
        params: JobParams,
        response: { 200: Receipt, ...PROBLEMS },
      },
    },
    async (request) => {
      const { jobs } = app.store
      const receipt = await jobs.receipt(await jobs.get(request.params.id))
      if (!receipt) throw new NotProvedError()
      return receipt
    },
  )

  app.post(
    '/rebalances/:id/cancel',
    {
      schema: { summary: 'Cancel a rebalance', tags, params: JobParams, response: { 202: Job, ...PROBLEMS } },
    },
    async (request, reply) => reply.code(202).send(formatJob(await app.jobs.cancel(request.params.id))),
  )
}

export default rebalances

export class NotProvedError extends HttpError {
  constructor() {
    super(409, 'The rebalance has no proof yet.', { code: 'SERVER_NOT_PROVED' })
  }
}
