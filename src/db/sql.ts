import type { QueryResult, QueryResultRow } from 'pg'

/** A pool or a client inside a transaction: whatever can run a statement. */
export type Sql = {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>
}
