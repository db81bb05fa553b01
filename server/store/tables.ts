import { boolean, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { JobState } from '../jobs/job-state.js'
import type { Receipt } from '../schemas/receipt.js'

const at = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow()

/** What is true of the whole store: what chain it belongs to, and a sealed word that proves the key. */
export const meta = pgTable('meta', { name: text().primaryKey(), value: text().notNull() })

/** `universe`, `mandate`, `creation` and `terms` are public; `sealed` holds the seed and the first strategy. */
export const portfolios = pgTable('portfolios', {
  id: text().primaryKey(),
  universeId: text('universe_id').notNull(),
  universe: jsonb().notNull(),
  mandate: jsonb().notNull(),
  creation: jsonb().notNull(),
  terms: jsonb().notNull(),
  recipients: jsonb().notNull(),
  nextAttempt: integer('next_attempt').notNull().default(0),
  attestation: jsonb(),
  sealed: text().notNull(),
  createdAt: at('created_at'),
})

/** Versions of strategies from the second on; rows are only added. */
export const strategies = pgTable(
  'strategies',
  {
    portfolioId: text('portfolio_id').notNull(),
    version: integer().notNull(),
    sealed: text().notNull(),
    createdAt: at('created_at'),
  },
  (table) => [primaryKey({ columns: [table.portfolioId, table.version] })],
)

/** One row per epoch; epoch 0 is the book put before opening, replaced by each put. */
export const books = pgTable(
  'books',
  {
    portfolioId: text('portfolio_id').notNull(),
    epoch: integer().notNull(),
    version: integer().notNull(),
    commitment: text().notNull(),
    budgetCommitment: text('budget_commitment').notNull(),
    previousHead: text('previous_head').notNull(),
    head: text().notNull(),
    sealed: text().notNull(),
    createdAt: at('created_at'),
  },
  (table) => [primaryKey({ columns: [table.portfolioId, table.epoch] })],
)

/**
 * `request`, `plan` and `receipt` are sealed: the receipt of an open trade shows its legs, which are public only once they are
 * executed. A receipt of before that was sealed is there in clear.
 */
export const jobs = pgTable('jobs', {
  id: uuid().primaryKey(),
  portfolioId: text('portfolio_id').notNull(),
  kind: text().$type<'open' | 'rebalance'>().notNull(),
  state: text().$type<JobState>().notNull(),
  epoch: integer(),
  retries: integer().notNull().default(0),
  cancelRequested: boolean('cancel_requested').notNull().default(false),
  request: text().notNull(),
  plan: text(),
  receipt: jsonb().$type<string | Receipt>(),
  timings: jsonb(),
  txHash: text('tx_hash'),
  gasUsed: text('gas_used'),
  failure: text(),
  createdAt: at('created_at'),
  updatedAt: at('updated_at'),
})

/** Who asked for an answer that depends on a private book. Rows are only added: a trigger refuses anything else. */
export const inquiries = pgTable('inquiries', {
  sequence: integer().primaryKey().generatedAlwaysAsIdentity(),
  portfolioId: text('portfolio_id').notNull(),
  caller: text().notNull(),
  kind: text().$type<'plan' | 'step'>().notNull(),
  mandateDigest: text('mandate_digest').notNull(),
  outcome: text().$type<'admitted' | 'limited'>().notNull(),
  at: at('at'),
})

/** Jobs name their transaction; one that carries a batch is named by each of its jobs. `raw` is sealed as receipts are. */
export const outbox = pgTable('outbox', {
  hash: text().primaryKey(),
  sender: text().notNull(),
  nonce: integer().notNull(),
  raw: text().notNull(),
  status: text().$type<'signed' | 'mined' | 'abandoned'>().notNull(),
  createdAt: at('created_at'),
})

export const events = pgTable(
  'events',
  {
    jobId: uuid('job_id').notNull(),
    sequence: integer().notNull(),
    state: text().$type<JobState>().notNull(),
    code: text(),
    at: at('at'),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.sequence] })],
)

export const idempotencyKeys = pgTable('idempotency_keys', {
  key: text().primaryKey(),
  bodyHash: text('body_hash').notNull(),
  jobId: uuid('job_id').notNull(),
  createdAt: at('created_at'),
})

export const markets = pgTable(
  'markets',
  {
    universeId: text('universe_id').notNull(),
    digest: text().notNull(),
    time: text().notNull(),
    vector: jsonb().$type<string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.universeId, table.digest] })],
)
