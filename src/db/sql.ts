import type { Kysely } from 'kysely'
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'
import type { Database } from './tables.ts'

/** A pool or a client inside a transaction: whatever can run a statement. */
export type Sql = {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>
}

/** Connections to the database; `Client` is one of them, perhaps inside a transaction. */
export type Connections = Pool
export type Client = PoolClient

/** The query builder over all tables. */
export type QueryBuilder = Kysely<Database>
