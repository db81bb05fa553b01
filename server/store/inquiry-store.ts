import { and, asc, count, desc, eq, gt, sql } from 'drizzle-orm'
import { HttpError } from '../http-error.js'
import type { Database, Transaction } from './database.js'
import { inquiries } from './tables.js'

/** A dry run answers at once; a step answers by how its job ends. */
export const INQUIRY_KINDS = ['plan', 'step'] as const
export type InquiryKind = (typeof INQUIRY_KINDS)[number]

/** A request whose answer depends on a private book, by whom and under which mandate. It holds nothing of the answer. */
export type Inquiry = {
  readonly portfolioId: string
  /** Fingerprint of the key it came with. */
  readonly caller: string
  readonly kind: InquiryKind
  readonly mandateDigest: bigint
}

/** `admitted` before the book was looked at; `limited` once for every run of refusals. */
export type InquiryRecord = Inquiry & { readonly outcome: 'admitted' | 'limited'; readonly at: Date }

const WINDOW_SECONDS = 3_600
const LISTED_MAX = 200
const recent = gt(inquiries.at, sql`now() - make_interval(secs => ${WINDOW_SECONDS})`)
const admitted = eq(inquiries.outcome, 'admitted')

/**
 * Counts and keeps inquiries. Whoever may ask often enough finds a book by halving; so an hour has a number of answers, per
 * portfolio and kind, that a restart does not give back, and each question leaves a row that the database refuses to change.
 */
export class InquiryStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Lets an inquiry through and records it, with the rows of `tx` when given.
   *
   * @throws {@link InquiryLimitError} when the last hour has had `most` of its kind.
   */
  async admit(inquiry: Inquiry, most: number, tx?: Transaction): Promise<void> {
    if (!tx) return this.#db.transaction((own) => this.admit(inquiry, most, own))
    const counted = and(ofKind(inquiry), admitted, recent)
    const [row] = await tx.select({ count: count() }).from(inquiries).where(counted)
    if (row!.count >= most) throw new InquiryLimitError(await this.#secondsLeft(inquiry, most, tx))
    await tx.insert(inquiries).values(rowOf(inquiry, 'admitted'))
  }

  /** Records that an inquiry was refused; refusals in a row leave one record, so that they cannot fill the disk. */
  async noteLimited(inquiry: Inquiry): Promise<void> {
    const [newest] = await this.#db
      .select({ outcome: inquiries.outcome })
      .from(inquiries)
      .where(ofKind(inquiry))
      .orderBy(desc(inquiries.sequence))
      .limit(1)
    if (newest?.outcome !== 'limited') await this.#db.insert(inquiries).values(rowOf(inquiry, 'limited'))
  }

  /** The newest records of a portfolio, newest first. */
  async list(portfolioId: string): Promise<InquiryRecord[]> {
    const rows = await this.#db
      .select()
      .from(inquiries)
      .where(eq(inquiries.portfolioId, portfolioId))
      .orderBy(desc(inquiries.sequence))
      .limit(LISTED_MAX)
    return rows.map((row) => ({ ...row, mandateDigest: BigInt(row.mandateDigest) }))
  }

  /** Until enough of the counted inquiries are older than the window for one more to pass. */
  async #secondsLeft(inquiry: Inquiry, most: number, tx: Transaction): Promise<number> {
    const age = sql<string>`extract(epoch from now() - ${inquiries.at})`
    const counted = await tx
      .select({ age })
      .from(inquiries)
      .where(and(ofKind(inquiry), admitted, recent))
      .orderBy(asc(inquiries.sequence))
    const blocking = counted.at(counted.length - most)
    return Math.max(1, Math.ceil(WINDOW_SECONDS - Number(blocking?.age ?? 0)))
  }
}

const ofKind = ({ portfolioId, kind }: Inquiry) =>
  and(eq(inquiries.portfolioId, portfolioId), eq(inquiries.kind, kind))

const rowOf = (inquiry: Inquiry, outcome: InquiryRecord['outcome']) => ({
  ...inquiry,
  mandateDigest: `${inquiry.mandateDigest}`,
  outcome,
})

export class InquiryLimitError extends HttpError {
  override readonly retryAfterSeconds: number

  constructor(seconds: number) {
    super(429, 'This portfolio has had as many answers of this kind as an hour allows.', {
      code: 'SERVER_INQUIRY_LIMIT',
      hints: ['Wait as long as Retry-After says; GET /portfolios/{id}/inquiries shows who asked.'],
    })
    this.retryAfterSeconds = seconds
  }
}
