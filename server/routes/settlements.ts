import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { PortfolioParams } from '../schemas/portfolio.js'
import { PROBLEMS } from '../schemas/problem.js'
import { formatSettlement, parseSettlement, SettlementRecord, SettlementWire } from '../schemas/settlement.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'

/** What open trades are settled in, as the chain has it. */
const settlements: FastifyPluginAsyncZod = async (app) => {
  const tags = ['settlements']

  const describe = async ({ id, universe, universeId }: PortfolioRecord): Promise<SettlementRecord> => {
    const [executor, vault, inForce, announced] = await Promise.all([
      app.settlements.executor(),
      app.settlements.vault(id),
      app.settlements.inForce(id, universeId),
      app.settlements.announced(id, universeId),
    ])
    return {
      executor,
      vault: vault ?? null,
      inForce: inForce ? formatSettlement(inForce, universe) : null,
      announced: announced
        ? { dueAt: `${announced.dueAt}`, settlement: formatSettlement(announced.settlement, universe) }
        : null,
    }
  }

  app.get(
    '/portfolios/:id/settlement',
    {
      schema: {
        summary: 'Read what open trades of a portfolio are settled in',
        tags,
        params: PortfolioParams,
        response: { 200: SettlementRecord, ...PROBLEMS },
      },
    },
    async (request) => describe(await app.store.portfolios.get(request.params.id)),
  )

  app.put(
    '/portfolios/:id/settlement',
    {
      schema: {
        summary:
          'List what open trades of a portfolio are settled in: the first at once, a change with notice',
        tags,
        params: PortfolioParams,
        body: SettlementWire,
        response: { 200: SettlementRecord, ...PROBLEMS },
      },
    },
    async (request) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const listing = parseSettlement(request.body, portfolio.universe, portfolio.universeId)
      await app.settlements.list(portfolio.id, listing)
      return describe(portfolio)
    },
  )
}

export default settlements
