import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import type { Hex } from 'viem'
import { z } from 'zod'
import { VERDICTS } from '../chain/ledger-reader.js'
import { PortfolioParams } from '../schemas/portfolio.js'
import { PROBLEMS } from '../schemas/problem.js'
import { Receipt } from '../schemas/receipt.js'
import { PortfolioNotFoundError } from '../store/portfolio-store.js'
import { verifyReceipt } from '../verify-receipt.js'

/** What the chain says of a portfolio, and nothing else. */
const PublicRecord = z
  .object({
    id: z.string(),
    verdict: z.enum(VERDICTS),
    reasons: z.array(z.string()),
    epoch: z.string(),
    head: z.string(),
    universeId: z.string(),
    mandateVersion: z.string(),
    snapshotTime: z.string(),
    attestedAt: z.string(),
    attestedTier: z.string(),
    attestedBy: z.string(),
    compliant: z.boolean(),
    closed: z.boolean(),
    developmentKeys: z.boolean(),
  })
  .meta({ id: 'PublicRecord' })

/** The public side: read from the chain and the verification key alone, never from the store. */
const publicRecord: FastifyPluginAsyncZod = async (app) => {
  const tags = ['public']

  app.get(
    '/public/portfolios/:id',
    {
      schema: {
        summary: 'Read the public record of a portfolio',
        tags,
        params: PortfolioParams,
        response: { 200: PublicRecord, ...PROBLEMS },
      },
    },
    async (request) => {
      const id = request.params.id as Hex
      const record = await app.ledger.record(id)
      if (!record) throw new PortfolioNotFoundError()
      const [{ verdict, reasons }, { compliant }] = await Promise.all([
        app.ledger.status(id),
        app.ledger.lastProof(id),
      ])
      return {
        id,
        verdict,
        reasons,
        epoch: `${record.epoch}`,
        head: record.head,
        universeId: `${record.universeId}`,
        mandateVersion: `${record.mandateVersion}`,
        snapshotTime: `${record.snapshotTime}`,
        attestedAt: `${record.attestedAt}`,
        attestedTier: `${record.attestedTier}`,
        attestedBy: `${record.attestedBy}`,
        compliant,
        closed: record.closed,
        developmentKeys: app.circuits.rebalance.development,
      }
    },
  )

  app.post(
    '/public/verify',
    {
      schema: {
        summary: 'Check a receipt strictly, off chain',
        tags,
        body: Receipt,
        response: { 200: z.object({ valid: z.boolean(), developmentKeys: z.boolean() }), ...PROBLEMS },
      },
    },
    async (request) => ({
      valid: await verifyReceipt(request.body, app.circuits.rebalance),
      developmentKeys: app.circuits.rebalance.development,
    }),
  )
}

export default publicRecord
