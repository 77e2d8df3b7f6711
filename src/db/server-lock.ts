import type { Pool } from 'pg'
import type { Log } from '../lib/log.ts'
import { DatabaseError } from './database-error.ts'
import type { Client } from './sql.ts'

/**
 * Every server process holds this lock shared for as long as it works, on any machine; a restore and a change of the key take it alone. The database
 * drops it with the connection, however a process ends. Only has to differ from other programs' on the same database.
 */
const serverLock = 1_416_586_100

/** How soon a lock that was lost with its connection is asked for again, in ms. */
const askAgainMs = 1_000
/** How long a process that has ended may still seem to be there, and how soon it is looked again, in ms. */
const longestEndMs = 2_000
const tryAgainMs = 100

/** The lock of one server process. */
export type ServerLock = { release(): Promise<void> }

export type WithinServerLock = {
  /** Whether this process may go on, looked at each time the lock was taken; null: it may. */
  readonly judge?: (client: Client) => Promise<Error | null>
  /** Told why it may not, after the lock was lost and taken again; then it is held no more. */
  readonly onUnfit?: (error: Error) => void
}

/**
 * Takes the lock for a server, and takes it again whenever its connection breaks. Throws `restoring` while a restore or a
 * change of the key is running, and what `judge` finds.
 */
export async function holdServerLock(pool: Pool, log: Log, within: WithinServerLock = {}): Promise<ServerLock> {
  const stop = new AbortController()
  const first = await takeShared(pool)
  const unfit = await judge(first)
  if (unfit !== null) throw unfit
  const holding = keep(first)

  /** Gives the lock back when it was in vain. */
  async function judge(client: Client): Promise<Error | null> {
    try {
      const found = (await within.judge?.(client)) ?? null
      if (found !== null) client.release(true)
      return found
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async function keep(held: Client): Promise<void> {
    for (let client: Client | null = held; ; client = await retake()) {
      if (client === null) return
      await untilBroken(client, stop.signal)
      client.release(true)
      if (!stop.signal.aborted) log.warn({}, 'the connection that shows this server to a restore was lost')
    }
  }

  async function retake(): Promise<Client | null> {
    while (!stop.signal.aborted) {
      try {
        const client = await takeShared(pool)
        const found = await judge(client)
        if (found === null) return client
        within.onUnfit?.(found)
        return null
      } catch (error) {
        log.warn({ err: error }, 'this server cannot show itself to a restore; trying again')
        await pause(askAgainMs, stop.signal)
      }
    }
    return null
  }

  return {
    async release() {
      stop.abort()
      await holding
    },
  }
}

async function takeShared(pool: Pool): Promise<Client> {
  const client = await pool.connect()
  try {
    if (await tryFor(client, 'pg_try_advisory_lock_shared')) return client
  } catch (error) {
    client.release(true)
    throw error
  }
  client.release()
  throw new DatabaseError(
    'restoring',
    'A back-up is being restored into this database, or its key is being changed. Start Tocsin when that is done.',
  )
}

function untilBroken(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.on('error', () => resolve())
    client.on('end', resolve)
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}

/** Takes the lock alone, until the client's connection is closed; false while any server process works on the database. */
export function lockOutServers(client: Client): Promise<boolean> {
  return tryFor(client, 'pg_try_advisory_lock')
}

/** The database may take a moment to see that whoever had the lock has just ended. */
async function tryFor(client: Client, take: 'pg_try_advisory_lock' | 'pg_try_advisory_lock_shared'): Promise<boolean> {
  for (let waited = 0; ; waited += tryAgainMs) {
    const { rows } = await client.query<{ taken: boolean }>(`select ${take}($1) as taken`, [serverLock])
    if (rows[0]?.taken === true) return true
    if (waited >= longestEndMs) return false
    await new Promise((resolve) => setTimeout(resolve, tryAgainMs))
  }
}
