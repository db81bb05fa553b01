import { eq } from 'drizzle-orm'
import { WrongChainError } from '../chain/deployment.js'
import { readSecretFile } from '../secret-file.js'
import { openDatabase, type SqlExecutor } from './database.js'
import { InquiryStore } from './inquiry-store.js'
import type { JobEvent } from './job-events.js'
import { JobStore } from './job-store.js'
import { MarketStore } from './market-store.js'
import { OutboxStore } from './outbox-store.js'
import { PortfolioStore } from './portfolio-store.js'
import { Sealer } from './seal.js'
import { StrategyStore } from './strategy-store.js'
import { meta } from './tables.js'

/** Everything that is kept, over one exclusively held data directory. */
export type Store = {
  readonly portfolios: PortfolioStore
  readonly strategies: StrategyStore
  readonly jobs: JobStore
  readonly inquiries: InquiryStore
  readonly outbox: OutboxStore
  readonly markets: MarketStore
  readonly executor: SqlExecutor
  readonly close: () => Promise<void>
}

export type StoreOptions = {
  readonly dataDir: string
  readonly keyFile: string
  /** Chain, ledger and circuit the data belongs to: books committed for one are worthless for another. */
  readonly binding: string
  readonly afterCommit: (event: JobEvent) => void
}

const PROOF_OF_KEY = { table: 'meta', row: 'key', portfolioId: '', version: 0 }

/**
 * Opens the store, making data directory and key file if absent.
 *
 * @throws `DirectoryLockedError`, `SecretFileError`, `SchemaError`; `SealError` when the key is not the one the data was
 * written with; `WrongChainError` when the data belongs to another chain or ledger.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const sealer = new Sealer(readSecretFile(options.keyFile, 'BALLAST_STORE_KEY_FILE'))
  const { db, executor, close } = await openDatabase(options.dataDir)
  try {
    const once = async (name: string, value: string) => {
      await db.insert(meta).values({ name, value }).onConflictDoNothing()
      const [row] = await db.select().from(meta).where(eq(meta.name, name))
      return row!.value
    }
    sealer.open(await once('key', sealer.seal('ballast', PROOF_OF_KEY)), PROOF_OF_KEY)
    if ((await once('binding', options.binding)) !== options.binding) throw new WrongChainError()
    return {
      portfolios: new PortfolioStore(db, sealer),
      strategies: new StrategyStore(db, sealer),
      jobs: new JobStore(db, sealer, options.afterCommit),
      inquiries: new InquiryStore(db),
      outbox: new OutboxStore(db, sealer),
      markets: new MarketStore(db),
      executor,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
