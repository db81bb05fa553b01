import { randomBytes } from 'node:crypto'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { Hex } from 'viem'
import type { Book } from '#portfolio/book.js'
import type { Budget } from '#portfolio/budget.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Universe } from '#portfolio/universe.js'
import type { PriceWitness } from '#strategy/sanity/price-witness.js'
import type { Creation } from '#verifier-contracts/encoding.js'
import { HttpError } from '../http-error.js'
import { type MandateWire, parseMandate } from '../schemas/mandate.js'
import { type CostsWire, type StrategyWire, strategyOf, type TargetsWire } from '../schemas/strategy.js'
import type { Terms } from '../schemas/terms.js'
import { parseUniverse, type UniverseWire } from '../schemas/universe.js'
import type { Database, Transaction } from './database.js'
import type { Sealer } from './seal.js'
import { books, portfolios } from './tables.js'

/** A portfolio as the client gave it, parsed and checked before it comes here. */
export type NewPortfolio = {
  readonly id: Hex
  readonly universeId: bigint
  readonly universe: UniverseWire
  readonly mandate: MandateWire
  readonly creation: Creation
  readonly terms: Terms
  readonly recipients: readonly string[]
  readonly strategy: StrategyWire
}

/** `firstStrategy` is the version it was created with. `attestation` is the signed word on the book put before opening, as it came; undefined until there is one. */
export type PortfolioRecord = {
  readonly id: Hex
  readonly universeId: bigint
  readonly universe: Universe
  readonly universeWire: UniverseWire
  readonly mandate: Mandate
  readonly creation: Creation
  readonly terms: Terms
  readonly recipients: readonly Uint8Array[]
  readonly seed: Uint8Array
  readonly firstStrategy: StrategyWire
  readonly attestation: unknown
}

/** Where the blinding of a commitment was used; no place means the public blinding 0 of the opening budget. */
export type Blinded = { readonly epoch: number; readonly attempt: number }

/**
 * The book of an epoch with all that opens its head. Epoch 0 is the draft that an opening will commit to. `lastTradeAt` is
 * the time of the snapshot at which a quantity last changed, in seconds since 1970; null before the first trade. `prices` is what
 * was seen of prices at that trade, or first since: what later moves are confirmed against. `spent` is what steps have cost
 * against the mark since the version of the strategy that the last of them was planned by, in 1e-16 quote.
 */
export type BookRecord = {
  readonly epoch: number
  readonly version: number
  readonly commitment: bigint
  readonly budgetCommitment: bigint
  readonly previousHead: Hex
  readonly head: Hex
  readonly book: Book
  readonly budget: Budget
  readonly bookBlinded: Blinded
  readonly budgetBlinded: Blinded | null
  readonly lastTradeAt: bigint | null
  readonly prices: readonly PriceWitness[]
  readonly spent: { readonly strategyVersion: number; readonly cost: bigint } | null
}

/** The strategy in its present form, or in the first one. */
type PortfolioSecrets = { seed: string } & (
  | { strategy: StrategyWire }
  | { targets: TargetsWire; costs: CostsWire }
)
/** Books kept before trades were dated, priced and their cost counted, have none of these. */
type BookSecrets = Pick<BookRecord, 'book' | 'budget' | 'bookBlinded' | 'budgetBlinded'> &
  Partial<Pick<BookRecord, 'lastTradeAt' | 'prices' | 'spent'>>

/** Portfolios and their books; what is private is sealed before it reaches the database. */
export class PortfolioStore {
  readonly #db: Database
  readonly #sealer: Sealer

  constructor(db: Database, sealer: Sealer) {
    this.#db = db
    this.#sealer = sealer
  }

  /** Keeps a new portfolio under a fresh seed. @throws {@link PortfolioExistsError} */
  async create(portfolio: NewPortfolio): Promise<void> {
    const { id, universeId, strategy, ...open } = portfolio
    const secrets: PortfolioSecrets = { seed: randomBytes(32).toString('hex'), strategy }
    const row = {
      ...open,
      id,
      universeId: universeId.toString(),
      sealed: this.#sealer.seal(secrets, place(id)),
    }
    const inserted = await this.#db
      .insert(portfolios)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: portfolios.id })
    if (inserted.length === 0) throw new PortfolioExistsError()
  }

  /** @throws {@link PortfolioNotFoundError} or `SealError`. */
  async get(id: string): Promise<PortfolioRecord> {
    const [row] = await this.#db.select().from(portfolios).where(eq(portfolios.id, id))
    if (!row) throw new PortfolioNotFoundError()
    const secrets = this.#sealer.open<PortfolioSecrets>(row.sealed, place(id))
    const universe = parseUniverse(row.universe)
    const universeId = BigInt(row.universeId)
    return {
      id: row.id as Hex,
      universeId,
      universe,
      universeWire: row.universe as UniverseWire,
      mandate: parseMandate(row.mandate, universeId),
      creation: row.creation as Creation,
      terms: row.terms as Terms,
      recipients: (row.recipients as string[]).map((key) => new Uint8Array(Buffer.from(key.slice(2), 'hex'))),
      seed: new Uint8Array(Buffer.from(secrets.seed, 'hex')),
      firstStrategy: 'strategy' in secrets ? secrets.strategy : strategyOf(secrets.targets, secrets.costs),
      attestation: row.attestation,
    }
  }

  /** The content of a universe that some portfolio here uses. */
  async findUniverse(universeId: string): Promise<UniverseWire | undefined> {
    const [row] = await this.#db
      .select({ universe: portfolios.universe })
      .from(portfolios)
      .where(eq(portfolios.universeId, universeId))
      .limit(1)
    return row?.universe as UniverseWire | undefined
  }

  /** Every universe that some portfolio here uses. */
  async universeIds(): Promise<bigint[]> {
    const rows = await this.#db
      .selectDistinct({ id: portfolios.universeId })
      .from(portfolios)
      .orderBy(portfolios.universeId)
    return rows.map(({ id }) => BigInt(id))
  }

  async list(): Promise<string[]> {
    const rows = await this.#db.select({ id: portfolios.id }).from(portfolios).orderBy(portfolios.createdAt)
    return rows.map(({ id }) => id)
  }

  /** The next number no blinding of this portfolio has been derived with; taken even if the caller then fails. */
  async takeAttempt(id: string): Promise<number> {
    const [row] = await this.#db
      .update(portfolios)
      .set({ nextAttempt: sql`${portfolios.nextAttempt} + 1` })
      .where(eq(portfolios.id, id))
      .returning({ next: portfolios.nextAttempt })
    if (!row) throw new PortfolioNotFoundError()
    return row.next - 1
  }

  /** Keeps the draft, in place of an earlier one; a new draft needs a new attestation. */
  async putDraft(id: string, draft: BookRecord): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await tx.delete(books).where(and(eq(books.portfolioId, id), eq(books.epoch, 0)))
      await this.addBook(tx, id, draft)
      await tx.update(portfolios).set({ attestation: null }).where(eq(portfolios.id, id))
    })
  }

  async addBook(tx: Transaction, id: string, record: BookRecord): Promise<void> {
    const { book, budget, bookBlinded, budgetBlinded, lastTradeAt, prices, spent, ...open } = record
    const secrets: BookSecrets = {
      ...{ book, budget, bookBlinded, budgetBlinded },
      ...{ lastTradeAt, prices, spent },
    }
    await tx.insert(books).values({
      ...open,
      portfolioId: id,
      commitment: open.commitment.toString(),
      budgetCommitment: open.budgetCommitment.toString(),
      sealed: this.#sealer.seal(secrets, bookPlace(id, record)),
    })
  }

  /** The book of the newest epoch. @throws {@link BookNotFoundError} or `SealError`. */
  async currentBook(id: string): Promise<BookRecord> {
    const [row] = await this.#db
      .select()
      .from(books)
      .where(eq(books.portfolioId, id))
      .orderBy(desc(books.epoch))
      .limit(1)
    if (!row) throw new BookNotFoundError()
    const secrets = this.#sealer.open<BookSecrets>(row.sealed, bookPlace(id, row))
    return {
      epoch: row.epoch,
      version: row.version,
      commitment: BigInt(row.commitment),
      budgetCommitment: BigInt(row.budgetCommitment),
      previousHead: row.previousHead as Hex,
      head: row.head as Hex,
      ...secrets,
      lastTradeAt: secrets.lastTradeAt ?? null,
      prices: secrets.prices ?? [],
      spent: secrets.spent ?? null,
    }
  }

  async putAttestation(id: string, attestation: unknown): Promise<void> {
    await this.#db.update(portfolios).set({ attestation }).where(eq(portfolios.id, id))
  }
}

const place = (id: string) => ({ table: 'portfolios', row: id, portfolioId: id, version: 0 })
const bookPlace = (id: string, { epoch, version }: { epoch: number; version: number }) => ({
  table: 'books',
  row: `${epoch}`,
  portfolioId: id,
  version,
})

export class PortfolioExistsError extends HttpError {
  constructor() {
    super(409, 'This portfolio exists already.', {
      code: 'SERVER_PORTFOLIO_EXISTS',
      field: 'salt',
      hints: ['Give another salt to open a second portfolio with the same parameters.'],
    })
  }
}

export class PortfolioNotFoundError extends HttpError {
  constructor() {
    super(404, 'There is no portfolio with this id.', { code: 'SERVER_PORTFOLIO_NOT_FOUND', field: 'id' })
  }
}

export class BookNotFoundError extends HttpError {
  constructor() {
    super(409, 'The portfolio has no book yet.', {
      code: 'SERVER_BOOK_NOT_FOUND',
      field: 'book',
      hints: ['Put one: PUT /portfolios/{id}/book.'],
    })
  }
}
