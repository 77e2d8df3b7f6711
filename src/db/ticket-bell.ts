import type { Pool, PoolClient } from 'pg'
import type { Log } from '../lib/log.ts'

/**
 * Listens for tickets that became due in any process. It only saves waiting: without it every due ticket is found by the
 * next look.
 */
export async function listenForTickets(
  pool: Pool,
  log: Log,
  ring: (psaId: number) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const client = await pool.connect()
      try {
        await listenOn(client, ring, signal)
      } finally {
        client.release(true)
      }
    } catch (error) {
      log.warn({ err: error }, 'listening for due tickets failed; they are found a little later')
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

/** Until the connection breaks or the signal is aborted. */
async function listenOn(client: PoolClient, ring: (psaId: number) => void, signal: AbortSignal): Promise<void> {
  const broken = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.on('end', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  client.on('notification', ({ payload }) => ring(Number(payload)))
  await client.query('listen tocsin_tickets')
  await broken
}
