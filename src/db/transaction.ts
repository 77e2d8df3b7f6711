import type { Pool, PoolClient } from 'pg'

/** Runs `work` on one connection of its own; a connection on which something failed is not used again. */
export async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failed = true
  try {
    const result = await work(client)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}

/** Runs `work` in a transaction on this connection: committed when it returns, rolled back when it throws. */
export async function inTransactionOf<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    const committed = await client.query('commit')
    // PostgreSQL answers a commit after a failed statement with a rollback, and that is no success.
    if (committed.command !== 'COMMIT')
      throw new Error('The transaction was rolled back: a statement in it had failed.')
    return result
  } catch (error) {
    // A connection that broke has rolled back by itself; the first error is the one to tell.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** A connection and a transaction for `work`. */
export function withTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return withClient(pool, (client) => inTransactionOf(client, () => work(client)))
}
