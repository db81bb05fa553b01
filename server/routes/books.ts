import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { checkBook } from '#portfolio/book.js'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import { openingBudget } from '#prover/digest.js'
import { attestationTypedData, NO_HEAD } from '#verifier-contracts/encoding.js'
import { attestationRequest } from '../chain/attestation-check.js'
import { HttpError } from '../http-error.js'
import { commitDraft } from '../jobs/prove-step.js'
import { formatAttestation, SignedAttestation } from '../schemas/attestation.js'
import { BookWire, formatBook, parseBook } from '../schemas/book.js'
import { PortfolioParams } from '../schemas/portfolio.js'
import { PROBLEMS } from '../schemas/problem.js'
import { Element } from '../schemas/wire.js'

const Field = z.object({ name: z.string(), type: z.string() })

/** The draft's commitment, and the typed data (EIP-712) to be signed by an attestor who has seen the book. */
const BookReceipt = z
  .object({
    commitment: Element,
    attestationRequest: z.object({
      domain: z.object({
        name: z.string(),
        version: z.string(),
        chainId: z.int(),
        verifyingContract: z.string(),
      }),
      types: z.object({ Attestation: z.array(Field) }),
      primaryType: z.literal('Attestation'),
      message: SignedAttestation.shape.attestation,
    }),
  })
  .meta({ id: 'BookReceipt' })

/** Takes the private book in, sealed, and shows it to its owner. */
const books: FastifyPluginAsyncZod = async (app) => {
  const tags = ['books']

  app.put(
    '/portfolios/:id/book',
    {
      schema: {
        summary: 'Put the book a portfolio will open with',
        tags,
        params: PortfolioParams,
        body: BookWire,
        response: { 200: BookReceipt, ...PROBLEMS },
      },
    },
    async (request) => {
      const { portfolios, jobs } = app.store
      const portfolio = await portfolios.get(request.params.id)
      const book = parseBook(request.body, portfolio.universe, portfolio.universeId, app.shape)
      checkBook(book, app.shape)
      if (await app.ledger.record(portfolio.id)) throw new BookLockedError()
      if (await jobs.isBusy(portfolio.id)) throw new BookLockedError()
      const blinded = { epoch: 1, attempt: await portfolios.takeAttempt(portfolio.id) }
      const commitment = commitDraft(app.parts, portfolio, book, blinded)
      await portfolios.putDraft(portfolio.id, {
        epoch: 0,
        version: blinded.attempt,
        commitment,
        budgetCommitment: openingBudget(app.digest),
        previousHead: NO_HEAD,
        head: NO_HEAD,
        book,
        budget: OPENING_BUDGET,
        bookBlinded: blinded,
        budgetBlinded: null,
        lastTradeAt: null,
        prices: [],
        spent: null,
      })
      const { chainId, ledger } = app.chain.deployment
      const message = await attestationRequest(app.chain, portfolio, commitment)
      const { domain, types, primaryType } = attestationTypedData(chainId, ledger, message)
      return {
        commitment: `${commitment}`,
        attestationRequest: {
          domain,
          types: { Attestation: [...types.Attestation] },
          primaryType,
          message: formatAttestation(message),
        },
      }
    },
  )

  app.get(
    '/portfolios/:id/book',
    {
      schema: {
        summary: "Read the portfolio's book",
        tags,
        params: PortfolioParams,
        response: { 200: z.object({ epoch: z.int(), commitment: Element, book: BookWire }), ...PROBLEMS },
      },
    },
    async (request) => {
      const portfolio = await app.store.portfolios.get(request.params.id)
      const { epoch, commitment, book } = await app.store.portfolios.currentBook(portfolio.id)
      return { epoch, commitment: `${commitment}`, book: formatBook(book, portfolio.universe) }
    },
  )
}

export default books

export class BookLockedError extends HttpError {
  constructor() {
    super(409, 'The book of a portfolio that is open, or being opened, changes only by a proven step.', {
      code: 'SERVER_BOOK_LOCKED',
      field: 'book',
    })
  }
}
