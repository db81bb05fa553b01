import { and, eq } from 'drizzle-orm'
import type { Database } from './database.js'
import { markets } from './tables.js'

/** A published snapshot: the vector as field elements, its digest and time. All of it is public. */
export type Snapshot = {
  readonly universeId: bigint
  readonly digest: bigint
  readonly time: bigint
  readonly vector: readonly bigint[]
}

/** Snapshots this service has published or read, so that they need not be searched for on chain. */
export class MarketStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async put({ universeId, digest, time, vector }: Snapshot): Promise<void> {
    const row = {
      universeId: `${universeId}`,
      digest: `${digest}`,
      time: `${time}`,
      vector: vector.map(String),
    }
    await this.#db.insert(markets).values(row).onConflictDoNothing()
  }

  async find(universeId: bigint, digest: bigint): Promise<Snapshot | undefined> {
    const place = and(eq(markets.universeId, `${universeId}`), eq(markets.digest, `${digest}`))
    const [row] = await this.#db.select().from(markets).where(place)
    return row && { universeId, digest, time: BigInt(row.time), vector: row.vector.map(BigInt) }
  }
}
