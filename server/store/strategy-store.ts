import { and, desc, eq } from 'drizzle-orm'
import { HttpError } from '../http-error.js'
import type { StrategyWire } from '../schemas/strategy.js'
import type { Database } from './database.js'
import type { PortfolioRecord } from './portfolio-store.js'
import type { Sealer } from './seal.js'
import { strategies } from './tables.js'

/** One version of a portfolio's strategy, counted from 1: the one it was created with. */
export type StrategyRecord = { readonly version: number; readonly strategy: StrategyWire }

type Owner = Pick<PortfolioRecord, 'id' | 'firstStrategy'>

/** Versions of strategies, sealed; rows are only added. The first one is sealed with its portfolio. */
export class StrategyStore {
  readonly #db: Database
  readonly #sealer: Sealer

  constructor(db: Database, sealer: Sealer) {
    this.#db = db
    this.#sealer = sealer
  }

  /** The newest version, or the one asked for. @throws {@link StrategyNotFoundError} or `SealError`. */
  async get({ id, firstStrategy }: Owner, version?: number): Promise<StrategyRecord> {
    const first = { version: 1, strategy: firstStrategy }
    if (version === 1) return first
    const mine = eq(strategies.portfolioId, id)
    const [row] = await this.#db
      .select()
      .from(strategies)
      .where(version === undefined ? mine : and(mine, eq(strategies.version, version)))
      .orderBy(desc(strategies.version))
      .limit(1)
    if (row) {
      return { version: row.version, strategy: this.#sealer.open(row.sealed, place(id, row.version)) }
    }
    if (version !== undefined) throw new StrategyNotFoundError()
    return first
  }

  /**
   * Keeps the version after `expected`, and returns its number.
   *
   * @throws {@link StrategyChangedError} unless `expected` is the newest.
   */
  async add(owner: Owner, expected: number, strategy: StrategyWire): Promise<number> {
    const { id } = owner
    const version = expected + 1
    const newest = await this.get(owner)
    if (newest.version !== expected) throw new StrategyChangedError()
    // The key of the table decides between two that come at once.
    const added = await this.#db
      .insert(strategies)
      .values({ portfolioId: id, version, sealed: this.#sealer.seal(strategy, place(id, version)) })
      .onConflictDoNothing()
      .returning({ version: strategies.version })
    if (added.length === 0) throw new StrategyChangedError()
    return version
  }
}

const place = (portfolioId: string, version: number) => ({
  table: 'strategies',
  row: `${version}`,
  portfolioId,
  version,
})

export class StrategyChangedError extends HttpError {
  constructor() {
    super(412, 'The strategy has another version by now.', {
      code: 'SERVER_STRATEGY_CHANGED',
      field: 'headers.if-match',
      hints: ['Read it again: GET /portfolios/{id}/strategy, then PUT with its ETag as If-Match.'],
    })
  }
}

export class StrategyNotFoundError extends HttpError {
  constructor() {
    super(404, 'The strategy has no such version.', { code: 'SERVER_STRATEGY_NOT_FOUND', field: 'version' })
  }
}
