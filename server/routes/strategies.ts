import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { checkDefinition } from '#strategy/definition.js'
import { PortfolioParams } from '../schemas/portfolio.js'
import { PROBLEMS, Problem } from '../schemas/problem.js'
import { parseStrategy, StrategyWire } from '../schemas/strategy.js'

const VersionedStrategy = z
  .object({ version: z.int(), strategy: StrategyWire })
  .meta({ id: 'VersionedStrategy' })

/** The version a change starts from, as ETag gave it. */
const MatchHeaders = z.object({ 'if-match': z.string().regex(/^"[1-9]\d{0,8}"$/) })
const VersionQuery = z.strictObject({
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .optional(),
})

const etag = (version: number) => `"${version}"`

/** The private strategy of a portfolio, by versions: read and replaced with the fund's own key alone. */
const strategies: FastifyPluginAsyncZod = async (app) => {
  const tags = ['strategies']

  app.get(
    '/portfolios/:id/strategy',
    {
      schema: {
        summary: 'Read the strategy of a portfolio, the newest version unless one is named',
        tags,
        params: PortfolioParams,
        querystring: VersionQuery,
        response: { 200: VersionedStrategy, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const asked = request.query.version
      const found = await app.store.strategies.get(portfolio, asked === undefined ? undefined : Number(asked))
      return reply.header('etag', etag(found.version)).send(found)
    },
  )

  app.put(
    '/portfolios/:id/strategy',
    {
      schema: {
        summary: 'Replace the strategy of a portfolio by a new version',
        tags,
        params: PortfolioParams,
        headers: MatchHeaders,
        body: StrategyWire,
        response: { 200: VersionedStrategy, 412: Problem, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const { universe, mandate } = portfolio
      checkDefinition(parseStrategy(request.body, universe), { universe, mandate, shape: app.shape })
      const expected = Number(request.headers['if-match'].slice(1, -1))
      const version = await app.store.strategies.add(portfolio, expected, request.body)
      return reply.header('etag', etag(version)).send({ version, strategy: request.body })
    },
  )
}

export default strategies
