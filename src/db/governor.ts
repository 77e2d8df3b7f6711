import type { Sql } from './sql.ts'

/**
 * The governor's slots: who may call which endpoint of a desk at once. All processes share them, and they outlive every
 * process: a slot of a killed process stays held until its lease ends, because its call may still be running at the
 * vendor; so does one whose call was given up (it has no owner then). Who waits is written down too, and whoever has
 * held a slot for a while hands it over, so that the busiest process does not keep them all.
 */

export type SlotOwner = { readonly psaId: number; readonly endpoint: string; readonly owner: string }
export type TakenSlot = { readonly slot: number; readonly heldUntil: Date }

/** Makes sure that the endpoint has its slots. */
export async function ensureSlots(
  sql: Sql,
  { psaId, endpoint }: Pick<SlotOwner, 'psaId' | 'endpoint'>,
  ceiling: number,
): Promise<void> {
  await sql.query(
    `insert into governor_slots (psa_id, endpoint, slot) select $1, $2, n from generate_series(1, $3::int) n
     on conflict do nothing`,
    [psaId, endpoint, ceiling],
  )
}

/** Takes free slots, at most `wanted` and none of `except`, and those handed over to the owner meanwhile. */
export async function takeSlots(
  sql: Sql,
  { psaId, endpoint, owner }: SlotOwner,
  { ceiling, wanted, except }: { ceiling: number; wanted: number; except: readonly number[] },
  now: Date,
  leaseMs: number,
): Promise<TakenSlot[]> {
  const { rows } = await sql.query<TakenSlot>(
    `update governor_slots set owner = $3, held_until = $5, handed_over = false
     where (psa_id, endpoint, slot) in (
       select psa_id, endpoint, slot from governor_slots
       where psa_id = $1 and endpoint = $2 and slot <= $6
         and (held_until is null or held_until < $4 or (owner = $3 and handed_over)) and slot <> all($8)
       order by slot limit $7 for update skip locked)
     returning slot, held_until as "heldUntil"`,
    [psaId, endpoint, owner, now, new Date(now.getTime() + leaseMs), ceiling, wanted, except],
  )
  return rows
}

/** Keeps the owner's slots for another `leaseMs`; returns those that are still its own. */
export async function renewSlots(
  sql: Sql,
  { psaId, endpoint, owner }: SlotOwner,
  slots: readonly number[],
  now: Date,
  leaseMs: number,
): Promise<number[]> {
  const { rows } = await sql.query<{ slot: number }>(
    `update governor_slots set held_until = greatest(held_until, $5)
     where psa_id = $1 and endpoint = $2 and slot = any($3) and owner = $4 returning slot`,
    [psaId, endpoint, slots, owner, new Date(now.getTime() + leaseMs)],
  )
  return rows.map(({ slot }) => slot)
}

/** Gives slots back at once; only for slots on which no call runs. */
export async function returnSlots(
  sql: Sql,
  { psaId, endpoint, owner }: SlotOwner,
  slots: readonly number[],
): Promise<void> {
  await sql.query(
    `update governor_slots set owner = null, held_until = null
     where psa_id = $1 and endpoint = $2 and slot = any($3) and owner = $4`,
    [psaId, endpoint, slots, owner],
  )
}

/** Leaves a slot to a call that was given up and may still run at the vendor until then; nobody may use it before. */
export async function abandonSlot(
  sql: Sql,
  { psaId, endpoint, owner }: SlotOwner,
  slot: number,
  until: Date,
): Promise<void> {
  await sql.query(
    `update governor_slots set owner = null, held_until = greatest(held_until, $5)
     where psa_id = $1 and endpoint = $2 and slot = $3 and owner = $4`,
    [psaId, endpoint, slot, owner, until],
  )
}

/** When the first slot is free again, if all of them are left to calls that were given up; else null. */
export async function allAbandonedUntil(
  sql: Sql,
  { psaId, endpoint }: Pick<SlotOwner, 'psaId' | 'endpoint'>,
  ceiling: number,
  now: Date,
): Promise<Date | null> {
  const { rows } = await sql.query<{ until: Date | null }>(
    `select case when bool_and(owner is null and held_until >= $4) then min(held_until) end as until
     from governor_slots where psa_id = $1 and endpoint = $2 and slot <= $3`,
    [psaId, endpoint, ceiling, now],
  )
  return rows[0]?.until ?? null
}

/** Writes down, or keeps it written for `holdsMs`, that the owner waits for a slot. */
export async function waitForSlot(
  sql: Sql,
  { psaId, endpoint, owner }: SlotOwner,
  now: Date,
  holdsMs: number,
): Promise<void> {
  await sql.query(
    `insert into governor_waits (psa_id, endpoint, owner, since, seen_until) values ($1, $2, $3, $4, $5)
     on conflict (psa_id, endpoint, owner) do update set seen_until = excluded.seen_until`,
    [psaId, endpoint, owner, now, new Date(now.getTime() + holdsMs)],
  )
}

export async function stopWaiting(sql: Sql, { psaId, endpoint, owner }: SlotOwner): Promise<void> {
  await sql.query('delete from governor_waits where psa_id = $1 and endpoint = $2 and owner = $3', [
    psaId,
    endpoint,
    owner,
  ])
}

/** Hands a slot on which no call runs to whoever has waited longest, for `leaseMs`; false when nobody waits. */
export async function handSlotOver(
  sql: Sql,
  { psaId, endpoint, owner }: SlotOwner,
  slot: number,
  now: Date,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with next as (
       delete from governor_waits where (psa_id, endpoint, owner) in (
         select psa_id, endpoint, owner from governor_waits
         where psa_id = $1 and endpoint = $2 and owner <> $4 and seen_until >= $5
         order by since limit 1 for update skip locked)
       returning owner)
     update governor_slots s set owner = next.owner, handed_over = true, held_until = $6
     from next where s.psa_id = $1 and s.endpoint = $2 and s.slot = $3 and s.owner = $4`,
    [psaId, endpoint, slot, owner, now, new Date(now.getTime() + leaseMs)],
  )
  return rowCount === 1
}

/** Returns slots that were handed over to an owner who no longer wants any. */
export async function returnHandedOver(sql: Sql, { psaId, endpoint, owner }: SlotOwner): Promise<void> {
  await sql.query(
    `update governor_slots set owner = null, held_until = null, handed_over = false
     where psa_id = $1 and endpoint = $2 and owner = $3 and handed_over`,
    [psaId, endpoint, owner],
  )
}

export type EndpointUse = {
  readonly endpoint: string
  /** Slots that a process holds, and slots left to calls that were given up. */
  readonly inUse: number
  readonly givenUp: number
}

/** Endpoints with slots that are held now. */
export async function slotsInUse(sql: Sql, psaId: number, now: Date): Promise<EndpointUse[]> {
  const { rows } = await sql.query<EndpointUse>(
    `select endpoint, count(*) filter (where owner is not null)::int as "inUse",
       count(*) filter (where owner is null)::int as "givenUp"
     from governor_slots where psa_id = $1 and held_until >= $2 group by endpoint order by endpoint`,
    [psaId, now],
  )
  return rows
}
