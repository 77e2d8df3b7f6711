import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import type { Log } from '../lib/log.ts'
import { DatabaseError } from './database-error.ts'

/** A migration file; `text` is its SQL. */
export type Migration = {
  readonly version: number
  readonly name: string
  readonly checksum: string
  readonly text: string
}
/** A migration as a database remembers it. */
export type Applied = { readonly version: number; readonly name: string; readonly checksum: string }

/** The number any Tocsin locks while it migrates; only has to differ from other programs' on the same database. */
const migrationLock = 1_416_586_099

/** A change that cannot get its lock must not hold up everyone who waits behind it. */
const lockTimeout = '30s'

export const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

/**
 * Brings the database to the newest version this program knows: files `NNNN-name.sql` in order, each in a transaction
 * of its own. Safe when several processes start at once: one works, the others wait and find it done. Throws
 * `DatabaseError`; what was applied before the failing file stays applied.
 */
export async function migrate(
  deps: { pool: pg.Pool; log: Log },
  folder: string = migrationsFolder,
): Promise<{ version: number; applied: string[] }> {
  const known = await readMigrations(folder)
  const client = await deps.pool.connect()
  try {
    await client.query(`set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0`)
    await lockMigrations(client)
    await client.query(historySql)
    const { rows } = await client.query<Applied>(
      'select version, name, checksum from schema_migrations order by version',
    )
    const pending = pendingMigrations(known, rows)
    for (const migration of pending) {
      await apply(client, migration)
      deps.log.info({ migration: migration.name }, 'database migrated')
    }
    return { version: known.at(-1)?.version ?? 0, applied: pending.map((migration) => migration.name) }
  } finally {
    // Closed, not given back: the session holds the lock and has no time limits.
    client.release(true)
  }
}

/** Lets no other process migrate until the client's connection is closed; waits for one that does. */
export async function lockMigrations(client: pg.PoolClient): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [migrationLock])
}

/** The table in which a database remembers its migrations. */
export const historySql = `create table if not exists schema_migrations (
  version integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
)`

/** Whether the database has exactly the migrations that this program knows. */
export async function isMigrated(pool: pg.Pool, folder: string = migrationsFolder): Promise<boolean> {
  const known = await readMigrations(folder)
  const { rows } = await pool.query<{ exists: boolean }>(
    `select to_regclass('schema_migrations') is not null as exists`,
  )
  if (rows[0]?.exists !== true) return false
  const applied = await pool.query<{ version: number; checksum: string }>(
    'select version, checksum from schema_migrations order by version',
  )
  return (
    applied.rows.length === known.length &&
    known.every(({ version, checksum }, n) => {
      const row = applied.rows[n]
      return row?.version === version && row.checksum === checksum
    })
  )
}

/** What is still to do, or a `DatabaseError` when the database's history is not the beginning of ours. */
export function pendingMigrations(known: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const newest = applied.at(-1)
  if (newest !== undefined && newest.version > (known.at(-1)?.version ?? 0)) {
    throw new DatabaseError(
      'newer-database',
      `The database is at version ${newest.version} (${newest.name}), this Tocsin knows versions up to ${known.at(-1)?.version ?? 0}. Install the newer Tocsin again, or restore a back-up from before the upgrade.`,
    )
  }
  for (const [index, row] of applied.entries()) {
    const migration = known[index]
    if (migration?.version === row.version && migration.checksum === row.checksum) continue
    throw new DatabaseError(
      'changed-migration',
      `Migration ${row.name} was applied to this database and is another file now. A migration never changes after a release: put the file back as it was, and make a new one for the change.`,
    )
  }
  return known.slice(applied.length)
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(`set local lock_timeout = '${lockTimeout}'`)
    const before = await client.query('select pg_current_xact_id()::text as id')
    await client.query(migration.text)
    const after = await client.query('select pg_current_xact_id()::text as id')
    if (before.rows[0]?.id !== after.rows[0]?.id) throw new Error('it ends its transaction itself; leave that out')
    await noteMigration(client, migration)
    await client.query('commit')
  } catch (error) {
    // The caller closes the connection, which undoes what was not committed.
    const words = error instanceof Error ? error.message : String(error)
    throw new DatabaseError('bad-migration', `Migration ${migration.name} failed: ${words}`, { cause: error })
  }
}

/** Remembers that a migration was applied. */
export async function noteMigration(client: pg.PoolClient, migration: Migration): Promise<void> {
  const values = [migration.version, migration.name, migration.checksum]
  await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', values)
}

/** The files in order, numbered 1, 2, 3 without a gap, so that two branches cannot both add the same number unseen. */
export async function readMigrations(folder: string = migrationsFolder): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (file, index) => {
      const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1]
      if (Number(number) !== index + 1) {
        const wanted = String(index + 1).padStart(4, '0')
        throw new DatabaseError('bad-migration', `Migration ${file} should be named ${wanted}-what-it-does.sql.`)
      }
      // Git may check files out with other line ends on Windows.
      const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { version: index + 1, name: file.replace(/\.sql$/, ''), checksum, text }
    }),
  )
}
