import { type Ask, type Books, type Granted, grantable, type UsageReading } from '../core/budget.ts'
import { laneNames, lanes } from '../core/lane.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'
import type { StoredUsage } from './tables.ts'

/**
 * The governor's book of requests: what was granted to which lane, minute by minute, for all processes together. What
 * is granted is on disk before a request leaves, and counts until it has surely left the vendor's hour too.
 */

/** An hour, and the minute in which a request may have been granted late. */
const countsMs = 3_660_000
const recentMs = 600_000

export function storedToUsage(stored: StoredUsage | null): UsageReading | null {
  return stored === null ? null : { ...stored, at: new Date(stored.at) }
}

/** Requests granted in the hour before `now` and in its last ten minutes, by lane. */
export async function grantedByLane(sql: Sql, psaId: number, now: Date): Promise<Granted> {
  const { rows } = await sql.query<{ lane: number; hour: number; recent: number }>(
    `select lane, sum(granted)::int as hour, coalesce(sum(granted) filter (where minute > $3), 0)::int as recent
     from governor_minutes where psa_id = $1 and minute > $2 group by lane`,
    [psaId, new Date(now.getTime() - countsMs), new Date(now.getTime() - recentMs)],
  )
  const byLane = (key: 'hour' | 'recent') =>
    laneNames.map((_, lane) => rows.find((row) => row.lane === lane)?.[key] ?? 0)
  return { hour: byLane('hour'), recent: byLane('recent') }
}

/** What was granted in each minute that still counts, oldest first. */
export async function grantedByMinute(sql: Sql, psaId: number, now: Date): Promise<{ minute: Date; count: number }[]> {
  const { rows } = await sql.query<{ minute: Date; count: number }>(
    `select minute, sum(granted)::int as count from governor_minutes
     where psa_id = $1 and minute > $2 group by minute order by minute`,
    [psaId, new Date(now.getTime() - countsMs)],
  )
  return rows
}

/** By lane, whether a ticket is due; reading around always is. */
async function lanesWithWork(sql: Sql, psaId: number, now: Date): Promise<boolean[]> {
  const { rows } = await sql.query<{ lane: number }>(
    `select n as lane from generate_series(0, $3::int) n
     where exists (select from tickets where psa_id = $1 and lane = n and due_at <= $2)`,
    [psaId, now, lanes.note],
  )
  return laneNames.map((_, lane) => lane === lanes.housekeeping || rows.some((row) => row.lane === lane))
}

export type Grant = {
  readonly granted: number
  /** Nothing was granted because what is left is kept for other lanes. */
  readonly kept: boolean
  /** When there were none: when more may be asked for. */
  readonly moreAt: Date
  readonly capacity: number
}

/** After a refusal it is asked for again so soon at the latest: what is kept for others changes, and so does others' use. */
const keptMs = 5_000
const longestMs = 120_000

/**
 * Grants up to `wanted` requests of the rolling hour to a lane. Run it inside a transaction: the row of the PSA is
 * locked, so that two processes never grant the same request twice. `forUsage`: to read the vendor's count, which may
 * have left nothing when it was read before; then only our own setting counts.
 */
export async function grantRequests(
  sql: Sql,
  psaId: number,
  perHour: number,
  ask: Ask & { readonly wanted: number; readonly forUsage?: boolean },
  now: Date,
): Promise<Grant> {
  const { rows } = await sql.query<{ usage: StoredUsage | null }>(
    'select usage from psas where id = $1 for no key update',
    [psaId],
  )
  const usage = ask.forUsage === true ? null : storedToUsage(rows[0]?.usage ?? null)
  const books: Books = {
    ...(await grantedByLane(sql, psaId, now)),
    perHour,
    usage,
    waiting: laneNames.map(() => true),
  }
  let allowed = grantable(ask, books, now)
  // Only when it matters is it asked who waits.
  if (allowed < ask.wanted) {
    allowed = grantable(ask, { ...books, waiting: await lanesWithWork(sql, psaId, now) }, now)
  }
  const left = grantable({ lane: ask.lane, begun: true }, books, now)
  const used = books.hour.reduce((sum, count) => sum + count, 0)
  // Near its end the budget is taken in small handfuls: what a killed process had in hand is lost to the hour.
  const granted = Math.min(allowed, Math.max(1, Math.min(ask.wanted, Math.floor(allowed / 20))))
  if (granted > 0) {
    await sql.query(
      `insert into governor_minutes (psa_id, minute, lane, granted) values ($1, date_trunc('minute', $2::timestamptz), $3, $4)
       on conflict (psa_id, minute, lane) do update set granted = governor_minutes.granted + excluded.granted`,
      [psaId, now, ask.lane, granted],
    )
    return { granted, kept: false, moreAt: now, capacity: used + left }
  }
  const kept = left > 0
  const soon = new Date(now.getTime() + longestMs)
  const regained = kept ? new Date(now.getTime() + keptMs) : await regainedAt(sql, psaId, now)
  // What others leave may be more when the vendor's count is read again.
  const moreAt = used + left < perHour && soon < regained ? soon : regained
  return { granted: 0, kept, moreAt, capacity: used + left }
}

/** When the oldest minute with a request leaves the books. */
async function regainedAt(sql: Sql, psaId: number, now: Date): Promise<Date> {
  const { rows } = await sql.query<{ minute: Date | null }>(
    'select min(minute) as minute from governor_minutes where psa_id = $1 and minute > $2 and granted > 0',
    [psaId, new Date(now.getTime() - countsMs)],
  )
  const oldest = rows[0]?.minute ?? null
  return new Date((oldest ?? now).getTime() + countsMs + 1_000)
}

/** Gives back requests that were granted in the minute of `grantedAt` and not sent. */
export async function returnRequests(
  sql: Sql,
  psaId: number,
  lane: number,
  count: number,
  grantedAt: Date,
): Promise<void> {
  await sql.query(
    `update governor_minutes set granted = greatest(0, granted - $3)
     where psa_id = $1 and lane = $2 and minute = date_trunc('minute', $4::timestamptz)`,
    [psaId, lane, count, grantedAt],
  )
}

/** Forgets minutes that no rolling hour and no measured rate reaches any more. */
export async function forgetMinutes(sql: Sql, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 2 * 3_600_000)
  await sql.query('delete from governor_minutes where minute < $1', [before])
  await sql.query('delete from desk_minutes where minute < $1', [before])
  await sql.query('delete from governor_waits where seen_until < $1', [before])
}

/** Keeps what the vendor says of its own count. */
export async function saveUsage(sql: Sql, psaId: number, usage: UsageReading): Promise<void> {
  await sql.query('update psas set usage = $2 where id = $1', [psaId, toJson(usage)])
}

/** What the vendor said last; null: it was never read. */
export async function loadUsage(sql: Sql, psaId: number): Promise<UsageReading | null> {
  const { rows } = await sql.query<{ usage: StoredUsage | null }>('select usage from psas where id = $1', [psaId])
  return storedToUsage(rows[0]?.usage ?? null)
}
