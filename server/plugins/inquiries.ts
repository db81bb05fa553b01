import fp from 'fastify-plugin'
import { digestMandate } from '#prover/digest.js'
import type { Transaction } from '../store/database.js'
import { type InquiryKind, InquiryLimitError } from '../store/inquiry-store.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'

declare module 'fastify' {
  interface FastifyInstance {
    inquire: Inquire
    inquiriesPerHour: InquiriesOptions
  }
}

/** Answers per portfolio and rolling hour, for each kind. */
export type InquiriesOptions = Readonly<Record<InquiryKind, number>>

export type Admit = (tx?: Transaction) => Promise<void>

/**
 * Runs `work`, which calls `admit` before it looks at the portfolio's book.
 *
 * @throws {@link InquiryLimitError} when the hour's answers are used up.
 */
export type Inquire = <T>(
  asked: { readonly portfolio: PortfolioRecord; readonly kind: InquiryKind; readonly caller: string },
  work: (admit: Admit) => Promise<T>,
) => Promise<T>

/** Counts every request whose answer depends on a private book, and keeps who made it. */
export default fp<InquiriesOptions>(
  async (app, limits) => {
    const { inquiries } = app.store
    const digestInForce = async ({ id, mandate }: PortfolioRecord) =>
      (await app.ledger.activeMandate(id))?.digest ?? digestMandate(app.digest, mandate, app.shape)
    app.decorate('inquiriesPerHour', limits)
    app.decorate('inquire', async ({ portfolio, kind, caller }, work) => {
      // Asked before `work`, whose transaction waits for no chain; what was admitted before needs no answer.
      const found = await digestInForce(portfolio).then(
        (mandateDigest) => ({ inquiry: { portfolioId: portfolio.id, caller, kind, mandateDigest } }),
        (error: unknown) => ({ error }),
      )
      try {
        return await work(async (tx) => {
          if ('error' in found) throw found.error
          await inquiries.admit(found.inquiry, limits[kind], tx)
        })
      } catch (error) {
        if (error instanceof InquiryLimitError && 'inquiry' in found)
          await inquiries.noteLimited(found.inquiry)
        throw error
      }
    })
  },
  { name: 'inquiries', dependencies: ['store', 'chain', 'prover'] },
)
