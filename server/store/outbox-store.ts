import { and, desc, eq } from 'drizzle-orm'
import { type Hex, isHex } from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import type { Database, Transaction } from './database.js'
import type { Sealer } from './seal.js'
import { outbox } from './tables.js'

/** A transaction signed once: handing the same bytes to the chain again changes nothing. */
export type SignedTransaction = {
  readonly hash: Hex
  readonly raw: Hex
  readonly sender: string
  readonly nonce: number
}

/** Signed transactions, kept before they are sent. What is settled twice is settled once: jobs may share one. */
export class OutboxStore {
  readonly #db: Database
  readonly #sealer: Sealer

  constructor(db: Database, sealer: Sealer) {
    this.#db = db
    this.#sealer = sealer
  }

  async keep(tx: Transaction, signed: SignedTransaction): Promise<void> {
    const raw = this.#sealer.seal(signed.raw, place(signed.hash))
    await tx.insert(outbox).values({ ...signed, raw, status: 'signed' })
  }

  async get(hash: string): Promise<SignedTransaction> {
    const [row] = await this.#db.select().from(outbox).where(eq(outbox.hash, hash))
    if (!row) throw new TransactionNotFoundError()
    const raw = isHex(row.raw) ? row.raw : this.#sealer.open<Hex>(row.raw, place(hash))
    return { hash: row.hash as Hex, raw, sender: row.sender, nonce: row.nonce }
  }

  async settle(tx: Transaction, hash: string, status: 'mined' | 'abandoned'): Promise<void> {
    await tx.update(outbox).set({ status }).where(eq(outbox.hash, hash))
  }

  /** The lowest nonce no kept transaction of `sender` needs; 0 when none waits. */
  async nextNonce(sender: string): Promise<number> {
    const waiting = and(eq(outbox.sender, sender), eq(outbox.status, 'signed'))
    const [row] = await this.#db
      .select({ nonce: outbox.nonce })
      .from(outbox)
      .where(waiting)
      .orderBy(desc(outbox.nonce))
    return row ? row.nonce + 1 : 0
  }
}

/** A transaction is of every job in it, and so of no portfolio. */
const place = (hash: string) => ({ table: 'outbox', row: hash, portfolioId: '', version: 0 })

export class TransactionNotFoundError extends BaseError {
  constructor() {
    super('A signed transaction is missing from the data directory.', {
      code: 'SERVER_TRANSACTION_NOT_FOUND',
    })
  }
}
