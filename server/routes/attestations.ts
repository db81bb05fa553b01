import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { ATTESTATION_KINDS, inOrder } from '#verifier-contracts/encoding.js'
import { AttestationError, checkOpeningAttestation } from '../chain/attestation-check.js'
import { parseAttestation, SignedAttestation } from '../schemas/attestation.js'
import { PortfolioParams } from '../schemas/portfolio.js'
import { PROBLEMS } from '../schemas/problem.js'
import { BookLockedError } from './books.js'

/** Takes attestors' words in: on the draft, kept until it opens; on a head or a flow, relayed to the ledger. */
const attestations: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/portfolios/:id/attestations',
    {
      schema: {
        summary: 'Hand in a signed attestation',
        tags: ['attestations'],
        params: PortfolioParams,
        body: SignedAttestation,
        response: { 201: z.object({ kind: z.string(), txHash: z.string().nullable() }), ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const { attestation, words } = parseAttestation(request.body)
      const { kind } = request.body.attestation
      const contract = { address: app.chain.deployment.ledger, abi: rebalanceLedgerAbi }
      const current = await app.store.portfolios.currentBook(portfolio.id)
      if (attestation.portfolioId !== portfolio.id) throw new AttestationError('attestation.portfolioId')
      if (attestation.kind === ATTESTATION_KINDS.open) {
        if (current.epoch !== 0 || (await app.store.jobs.isBusy(portfolio.id))) throw new BookLockedError()
        await checkOpeningAttestation(app, portfolio, current, attestation, words)
        await app.store.portfolios.putAttestation(portfolio.id, request.body)
        return reply.code(201).send({ kind, txHash: null })
      }
      if (attestation.kind === ATTESTATION_KINDS.replace) throw new AttestationError('attestation.kind')
      const head = {
        previous: current.previousHead,
        book: current.commitment,
        budget: current.budgetCommitment,
      }
      const { transactionHash: txHash } =
        attestation.kind === ATTESTATION_KINDS.flow
          ? await app.chain.send('publisher', {
              ...contract,
              functionName: 'recordFlow',
              args: [attestation, inOrder(words)],
            })
          : await app.chain.send('publisher', {
              ...contract,
              functionName: 'attest',
              args: [attestation, inOrder(words), head, []],
            })
      return reply.code(201).send({ kind, txHash })
    },
  )
}

export default attestations
