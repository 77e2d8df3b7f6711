import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Stage } from '../../demo/stage.ts'
import type { Log } from '../../src/lib/log.ts'

/** What a long run must not let grow: rows by table, bytes on the disk, lines of the log, memory, requests at the desk. */

/** A log that counts its lines by level and message and keeps none. */
export type CountingLog = Log & { counts(): Readonly<Record<string, number>> }

export function countingLog(): CountingLog {
  const counts = new Map<string, number>()
  const writer = (level: string) => (_: object, message: string) => {
    const key = `${level}: ${message}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const log: Log = {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: () => log,
  }
  return { ...log, counts: () => Object.fromEntries(counts) }
}

export type Snapshot = {
  readonly rows: Readonly<Record<string, number>>
  /** The whole database, PostgreSQL's own tables too, after a plain vacuum, in bytes. */
  readonly bytes: number
  /** Of this process after a full collection; the emulators and their journals live in it too. */
  readonly heapBytes: number
  readonly journalled: number
  readonly deskRequests: number
  readonly deskWrites: number
  readonly log: Readonly<Record<string, number>>
}

/** Everything that is watched, now. */
export async function snapshot(stage: Stage, log: CountingLog): Promise<Snapshot> {
  const { pool } = stage.app.deps
  const tables = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  const rows: Record<string, number> = {}
  for (const { name } of tables.rows) {
    const counted = await pool.query<{ count: number }>(`select count(*)::int as count from "${name}"`)
    rows[name] = counted.rows[0]?.count ?? 0
  }
  // As the database does by itself, were the month not over in a minute.
  await pool.query('vacuum')
  const size = await pool.query<{ bytes: number }>('select pg_database_size(current_database())::bigint as bytes')
  const sides = [stage.autotask.stats().requests, stage.ksc.stats().requests]
  return {
    rows,
    bytes: Number(size.rows[0]?.bytes),
    heapBytes: collectedHeap(),
    journalled: sides.reduce((sum, requests) => sum + Math.min(requests, journalCapacity), 0),
    deskRequests: stage.autotask.stats().requests,
    deskWrites: deskWrites(stage),
    log: log.counts(),
  }
}

/** Requests that an emulator's journal keeps (emulators/kit/journal.ts). */
const journalCapacity = 200_000

/** What Tocsin and people changed at the desk, by its own history. */
function deskWrites(stage: Stage): number {
  return stage.autotask.history().length
}

function collectedHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** Lines of these levels that were written between two snapshots, by message. */
export function linesBetween(before: Snapshot, after: Snapshot, levels: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after.log)
      .map(([key, count]) => [key, count - (before.log[key] ?? 0)] as const)
      .filter(([key, count]) => count > 0 && levels.some((level) => key.startsWith(`${level}: `))),
  )
}
