import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { ensureUniverse } from '../chain/universe-registry.js'
import { HttpError } from '../http-error.js'
import { domainFor } from '../jobs/domains.js'
import { takeIn } from '../portfolio-intake.js'
import { Portfolio, PortfolioParams, PortfolioRequest } from '../schemas/portfolio.js'
import { LIMITED, PROBLEMS } from '../schemas/problem.js'
import { formatJob, IdempotencyHeaders, Job } from '../schemas/rebalance.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'

/** Creates portfolios and opens them on chain. */
const portfolios: FastifyPluginAsyncZod = async (app) => {
  const tags = ['portfolios']

  const describe = async (portfolio: PortfolioRecord): Promise<Portfolio> => {
    const { chainId, ledger } = app.chain.deployment
    const [record, roles] = await Promise.all([
      app.ledger.record(portfolio.id),
      app.ledger.roles(portfolio.id),
    ])
    const { governor, manager } = roles ?? portfolio.creation
    return {
      id: portfolio.id,
      state: record ? 'open' : 'draft',
      universeId: `${portfolio.universeId}`,
      domain: `${domainFor(app, portfolio.id)}`,
      circuitId: app.circuits.rebalance.circuitId,
      chainId,
      ledger,
      governor,
      manager,
      windowLength: portfolio.creation.windowLength,
      epoch: `${record?.epoch ?? 0n}`,
      attested: record !== undefined || Boolean(portfolio.attestation),
      developmentKeys: app.circuits.rebalance.development,
    }
  }

  app.post(
    '/portfolios',
    {
      schema: {
        summary: 'Create a portfolio',
        tags,
        body: PortfolioRequest,
        response: { 201: Portfolio, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { portfolios } = app.store
      const created = await takeIn(request.body, { chain: app.chain, portfolios, shape: app.shape })
      await portfolios.create(created)
      const body = await describe(await portfolios.get(created.id))
      return reply.code(201).header('location', `/portfolios/${created.id}`).send(body)
    },
  )

  app.get(
    '/portfolios',
    {
      schema: {
        summary: 'List portfolios',
        tags,
        response: { 200: z.object({ ids: z.array(z.string()) }), ...PROBLEMS },
      },
    },
    async () => ({ ids: await app.store.portfolios.list() }),
  )

  app.get(
    '/portfolios/:id',
    {
      schema: {
        summary: 'Read a portfolio',
        tags,
        params: PortfolioParams,
        response: { 200: Portfolio, ...PROBLEMS },
      },
    },
    async (request) => describe(await app.store.portfolios.get(request.params.id)),
  )

  app.post(
    '/portfolios/:id/open',
    {
      schema: {
        summary: 'Open a portfolio on chain with its attested book',
        tags,
        params: PortfolioParams,
        headers: IdempotencyHeaders,
        response: { 202: Job, ...LIMITED },
      },
    },
    async (request, reply) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      await app.store.portfolios.currentBook(portfolio.id)
      if (!portfolio.attestation) throw new MissingAttestationError()
      await ensureUniverse(app.chain, portfolio.universe, app.shape)
      const key = request.headers['idempotency-key']
      const submitted = { portfolioId: portfolio.id, kind: 'open' as const, request: {}, key }
      const inquiry = { portfolio, kind: 'step' as const, caller: request.caller }
      const job = await app.inquire(inquiry, (admit) => app.jobs.submit(submitted, admit))
      return reply.code(202).header('location', `/rebalances/${job.id}`).send(formatJob(job))
    },
  )
}

export default portfolios

export class MissingAttestationError extends HttpError {
  constructor() {
    super(409, 'The book has no attestation.', {
      code: 'SERVER_MISSING_ATTESTATION',
      field: 'attestation',
      hints: [
        'Have the request of PUT /portfolios/{id}/book signed, then POST /portfolios/{id}/attestations.',
      ],
    })
  }
}
