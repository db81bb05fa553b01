import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { reportPlan } from '../jobs/plan-report.js'
import { PlanReport } from '../schemas/plan.js'
import { PortfolioParams } from '../schemas/portfolio.js'
import { LIMITED } from '../schemas/problem.js'
import { parseStepRequest, StepRequestWire } from '../schemas/rebalance.js'

/** Dry runs. They tell how far a private book is from its limits, so they are for the fund's own key alone, and counted. */
const plans: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/portfolios/:id/plans',
    {
      schema: {
        summary: 'Plan a rebalance without doing it',
        tags: ['plans'],
        params: PortfolioParams,
        body: StepRequestWire,
        response: { 200: PlanReport, ...LIMITED },
      },
    },
    async (request) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const step = parseStepRequest(request.body, portfolio.universe, app.shape.slots)
      return app.inquire({ portfolio, kind: 'plan', caller: request.caller }, async (admit) => {
        await admit()
        return reportPlan(app.parts, portfolio, step)
      })
    },
  )
}

export default plans
