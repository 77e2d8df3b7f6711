import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { Log } from '../lib/log.ts'
import { columnTypes } from './column-types.ts'
import { DatabaseError } from './database-error.ts'

export type ConnectOptions = {
  /** `postgres://...`, with `sslmode` as libpq understands it: disable, require, verify-ca, verify-full. Never logged. */
  readonly url: string
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  readonly log: Log
  /** Connections at most; 10 unless given. */
  readonly maxConnections?: number
  /** A statement that takes longer fails with SQLSTATE 57014; milliseconds, 30 s unless given, 0 for no limit. */
  readonly statementTimeoutMs?: number
}

/** One pool, for plain statements, and the query builder on the same pool. */
export type Connection<Schema> = {
  readonly pool: pg.Pool
  readonly db: Kysely<Schema>
  /** Waits for statements that are running. Safe to call again. */
  close(): Promise<void>
}

const defaultStatementMs = 30_000
const connectMs = 10_000
/** A transaction that does nothing for so long holds its locks for no one. */
const idleTransactionMs = 60_000
const oldestServer = 140_000
const sslModes = ['disable', 'require', 'verify-ca', 'verify-full']

/** Opens the database and checks that it answers and is PostgreSQL 14 or newer. Throws `DatabaseError`. */
export async function connect<Schema>(options: ConnectOptions): Promise<Connection<Schema>> {
  const { log } = options
  const connectionString = readUrl(options.url)
  const pool = new pg.Pool({
    connectionString,
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: connectMs,
    statement_timeout: options.statementTimeoutMs ?? defaultStatementMs,
    idle_in_transaction_session_timeout: idleTransactionMs,
    keepAlive: true,
    types: columnTypes,
  })
  // Without a listener on the connection itself, one that breaks inside a transaction, between two statements, would
  // end the process. The pool then tells the same of idle ones once more, which needs a listener too.
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      if (!pool.ending) log.warn({ error: error.message }, 'a database connection was lost')
    })
  })
  pool.on('error', () => undefined)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= closeBoth(db, pool)
    return closing
  }
  try {
    await checkServer(pool, connectionString)
    return { pool, db, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Kysely ends the pool only when it has used it. */
async function closeBoth(db: { destroy(): Promise<void> }, pool: pg.Pool): Promise<void> {
  await db.destroy()
  if (!pool.ending) await pool.end()
}

/**
 * Runs `fn` in one transaction: all of it is committed, or none when `fn` throws. Never run again by itself, since `fn`
 * may have effects of its own; whoever calls decides. Throws what `fn` threw; and `outcome-unknown` when the connection
 * broke while committing, so that nobody may say whether it is stored. Cannot be nested.
 */
export async function inTransaction<Schema, T>(
  db: Kysely<Schema>,
  fn: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  let committing = false
  let thrown: { readonly error: unknown } | undefined
  try {
    return await db.transaction().execute(async (tx) => {
      try {
        const result = await fn(tx)
        committing = true
        return result
      } catch (error) {
        thrown = { error }
        throw error
      }
    })
  } catch (error) {
    // When the connection is gone the rollback fails as well, and its error would hide the one that matters.
    if (thrown !== undefined) throw thrown.error
    if (committing && !isServerError(error)) {
      throw new DatabaseError(
        'outcome-unknown',
        `The database connection broke while a transaction was being committed: ${messageOf(error)}`,
        { cause: error },
      )
    }
    throw error
  }
}

/** The server said no, so the transaction surely is not stored; a connection that broke has no such answer. */
function isServerError(error: unknown): boolean {
  if (error instanceof Error && error.name === 'AbortedTransactionError') return true
  return error instanceof pg.DatabaseError && !['08', '57'].includes(error.code?.slice(0, 2) ?? '08')
}

/**
 * The driver's own reading of `sslmode` differs from PostgreSQL's (it verifies the certificate with `require`, and has
 * no `prefer`), and people copy these addresses from PostgreSQL's documents.
 */
function readUrl(url: string): string {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new DatabaseError('bad-url', 'DATABASE_URL must look like postgres://user:password@host:5432/database')
  }
  const mode = /[?&]sslmode=([^&#]*)/.exec(url)?.[1]
  if (mode === undefined) return url
  if (!sslModes.includes(mode)) {
    throw new DatabaseError(
      'bad-url',
      `sslmode=${mode} in DATABASE_URL is not supported; use one of ${sslModes.join(', ')}.`,
    )
  }
  return url.includes('uselibpqcompat=') ? url : `${url}&uselibpqcompat=true`
}

async function checkServer(pool: pg.Pool, connectionString: string): Promise<void> {
  const query = "select current_setting('server_version_num') as number, current_setting('server_version') as version"
  const { rows } = await pool.query<{ number: string; version: string }>(query).catch((error: unknown) => {
    throw unreachable(connectionString, error)
  })
  if (Number(rows[0]?.number) >= oldestServer) return
  throw new DatabaseError(
    'too-old',
    `The database is PostgreSQL ${rows[0]?.version}; Tocsin needs 14 or newer. Upgrade it, or leave DATABASE_URL out to use the embedded one.`,
  )
}

/** Names the place but not the password, which only the driver's parts of the address are sure to leave out. */
function unreachable(connectionString: string, error: unknown): DatabaseError {
  const { host, port, database } = new pg.Client({ connectionString })
  return new DatabaseError(
    'unreachable',
    `The database ${database} at ${host}:${port} cannot be used: ${messageOf(error)}. Check DATABASE_URL, and that the server runs and lets this machine in.`,
    { cause: error },
  )
}

/** A host with several addresses fails with one error that has no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
