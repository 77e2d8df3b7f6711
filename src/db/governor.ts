import type { Sql } from './sql.ts'

/**
 * The governor's books: who may call which endpoint of a desk at once, and how many requests were granted in the rolling
 * hour. All processes share them, and they outlive every process: a slot of a killed process stays held until its lease
 * ends, because its call may still be running at the vendor.
 */

/** Takes free slots of an endpoint, at most `wanted` and none of `except`, for `leaseMs`; returns their numbers. */
export async function takeSlots(
  sql: Sql,
  psaId: number,
  endpoint: string,
  { ceiling, wanted, except }: { ceiling: number; wanted: number; except: readonly number[] },
  owner: string,
  now: Date,
  leaseMs: number,
): Promise<number[]> {
  await sql.query(
    `insert into governor_slots (psa_id, endpoint, slot) select $1, $2, n from generate_series(1, $3::int) n
     on conflict do nothing`,
    [psaId, endpoint, ceiling],
  )
  const { rows } = await sql.query<{ slot: number }>(
    `update governor_slots set owner = $3, held_until = $5
     where (psa_id, endpoint, slot) in (
       select psa_id, endpoint, slot from governor_slots
       where psa_id = $1 and endpoint = $2 and slot <= $6 and (held_until is null or held_until < $4)
         and slot <> all($8)
       order by slot limit $7 for update skip locked)
     returning slot`,
    [psaId, endpoint, owner, now, new Date(now.getTime() + leaseMs), ceiling, wanted, except],
  )
  return rows.map(({ slot }) => slot)
}

/** Keeps the owner's slots for another `leaseMs`; returns those that are still its own. */
export async function renewSlots(
  sql: Sql,
  psaId: number,
  endpoint: string,
  slots: readonly number[],
  owner: string,
  now: Date,
  leaseMs: number,
): Promise<number[]> {
  const { rows } = await sql.query<{ slot: number }>(
    `update governor_slots set held_until = $5
     where psa_id = $1 and endpoint = $2 and slot = any($3) and owner = $4 returning slot`,
    [psaId, endpoint, slots, owner, new Date(now.getTime() + leaseMs)],
  )
  return rows.map(({ slot }) => slot)
}

/** Gives slots back at once; only for slots on which no call runs. */
export async function returnSlots(
  sql: Sql,
  psaId: number,
  endpoint: string,
  slots: readonly number[],
  owner: string,
): Promise<void> {
  await sql.query(
    `update governor_slots set owner = null, held_until = null
     where psa_id = $1 and endpoint = $2 and slot = any($3) and owner = $4`,
    [psaId, endpoint, slots, owner],
  )
}

/** Requests granted in the hour before `now`. */
export async function grantedLastHour(sql: Sql, psaId: number, now: Date): Promise<number> {
  const { rows } = await sql.query<{ granted: number }>(
    `select coalesce(sum(granted), 0)::int as granted from governor_minutes where psa_id = $1 and minute > $2`,
    [psaId, new Date(now.getTime() - 3_660_000)],
  )
  return rows[0]?.granted ?? 0
}

/**
 * Grants up to `wanted` requests of the rolling hour's budget. Run it inside a transaction: the row of the PSA is locked,
 * so that two processes never grant the same request twice. Returns how many were granted, and when more may be asked
 * for when there were none.
 */
export async function grantRequests(
  sql: Sql,
  psaId: number,
  perHour: number,
  wanted: number,
  now: Date,
): Promise<{ granted: number; moreAt: Date }> {
  await sql.query('select from psas where id = $1 for no key update', [psaId])
  const used = await grantedLastHour(sql, psaId, now)
  const granted = Math.max(0, Math.min(wanted, perHour - used))
  if (granted > 0) {
    await sql.query(
      `insert into governor_minutes (psa_id, minute, granted) values ($1, date_trunc('minute', $2::timestamptz), $3)
       on conflict (psa_id, minute) do update set granted = governor_minutes.granted + excluded.granted`,
      [psaId, now, granted],
    )
    return { granted, moreAt: now }
  }
  const { rows } = await sql.query<{ minute: Date }>(
    'select min(minute) as minute from governor_minutes where psa_id = $1 and minute > $2 and granted > 0',
    [psaId, new Date(now.getTime() - 3_660_000)],
  )
  const oldest = rows[0]?.minute ?? now
  return { granted: 0, moreAt: new Date(oldest.getTime() + 3_661_000) }
}

/** Gives back requests that were granted and not sent. */
export async function returnRequests(sql: Sql, psaId: number, count: number, now: Date): Promise<void> {
  await sql.query(
    `update governor_minutes set granted = greatest(0, granted - $2)
     where psa_id = $1 and minute = date_trunc('minute', $3::timestamptz)`,
    [psaId, count, now],
  )
}

/** Forgets minutes that no rolling hour reaches any more. */
export async function forgetMinutes(sql: Sql, now: Date): Promise<void> {
  await sql.query('delete from governor_minutes where minute < $1', [new Date(now.getTime() - 2 * 3_600_000)])
}
