import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { type SQL, sql } from 'drizzle-orm'
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite'
import { BaseError } from '#portfolio/base-error.js'
import { lockDirectory } from './directory-lock.js'
import { MIGRATIONS } from './migrations.js'
import * as tables from './tables.js'

export type Database = PgliteDatabase<typeof tables>
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** What pg-boss needs of a database. */
export type SqlExecutor = {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** The embedded database of one data directory, held exclusively. `executor` runs on it outside any transaction. */
export type OpenDatabase = {
  readonly db: Database
  readonly executor: SqlExecutor
  readonly close: () => Promise<void>
}

/**
 * Opens the database below `directory` and brings it to the present form.
 *
 * @throws {@link DirectoryLockedError} when another process holds the directory.
 * @throws {@link SchemaError} when a newer version wrote it.
 */
export async function openDatabase(directory: string): Promise<OpenDatabase> {
  const lock = lockDirectory(directory)
  try {
    const client = await PGlite.create(join(directory, 'database'))
    await migrate(client)
    return {
      db: drizzle(client, { schema: tables }),
      executor: {
        executeSql: async (text, values) => {
          if (values && values.length > 0) return client.query(text, values)
          return (await client.exec(text)).at(-1) ?? { rows: [] }
        },
      },
      close: async () => {
        await client.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Runs pg-boss statements inside a transaction, so that a job is enqueued with the rows it is about or not at all. */
export const transactionExecutor = (tx: Transaction): SqlExecutor => ({
  executeSql: async (text, values = []) => {
    const parts = text.split(/\$(\d+)/)
    const chunks = parts.map(
      (part, i): SQL => (i % 2 === 0 ? sql.raw(part) : sql`${sql.param(values[Number(part) - 1])}`),
    )
    return tx.execute(sql.join(chunks))
  },
})

async function migrate(client: PGlite): Promise<void> {
  await client.exec('create table if not exists schema_version (version integer not null)')
  const found = await client.query<{ version: number }>('select max(version) as version from schema_version')
  const version = found.rows[0]?.version ?? 0
  if (version > MIGRATIONS.length) throw new SchemaError()
  for (const [i, statements] of MIGRATIONS.entries()) {
    if (i < version) continue
    await client.transaction(async (tx) => {
      await tx.exec(statements)
      await tx.query('insert into schema_version values ($1)', [i + 1])
    })
  }
}

export class SchemaError extends BaseError {
  constructor() {
    super('The data directory was written by a newer version.', {
      code: 'SERVER_SCHEMA',
      hints: ['Run the version that wrote it, or a later one.'],
    })
  }
}
