import type { Level, ReasonSeen } from '../core/observation.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Computers as they are stored, and what was reported of single ones since their company's last list. */

export type StoredComputer = {
  readonly key: string
  readonly name: string
  readonly level: Level
  readonly reasons: readonly ReasonSeen[]
  readonly link: string
}

export async function computersOfTenant(sql: Sql, tenantId: number): Promise<Map<string, StoredComputer>> {
  const { rows } = await sql.query<StoredComputer>(
    'select key, name, level, reasons, link from computers where tenant_id = $1',
    [tenantId],
  )
  return new Map(rows.map((row) => [row.key, row]))
}

export async function computersByKey(
  sql: Sql,
  sourceId: number,
  keys: readonly string[],
): Promise<Map<string, StoredComputer>> {
  const { rows } = await sql.query<StoredComputer>(
    'select key, name, level, reasons, link from computers where source_id = $1 and key = any($2)',
    [sourceId, keys],
  )
  return new Map(rows.map((row) => [row.key, row]))
}

/** Keys of a company's computers by their names in lower case; a name that several have tells none. */
export async function computerKeysByName(
  sql: Sql,
  tenantId: number,
  names: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ name: string; key: string }>(
    `select lower(name) as name, min(key) as key from computers where tenant_id = $1 and lower(name) = any($2)
     group by lower(name) having count(*) = 1`,
    [tenantId, names],
  )
  return new Map(rows.map(({ name, key }) => [name, key]))
}

/** Numbers of the latest changes of a company's computers that are newer than its last list. */
export async function changeNumbers(sql: Sql, tenantId: number): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ key: string; number: number }>(
    'select computer_key as key, number from pushed_changes where tenant_id = $1',
    [tenantId],
  )
  return new Map(rows.map(({ key, number }) => [key, number]))
}

export async function saveChangeNumbers(
  sql: Sql,
  tenantId: number,
  changes: readonly { key: string; number: number }[],
): Promise<void> {
  await sql.query(
    `insert into pushed_changes (tenant_id, computer_key, number)
     select $1, key, number from json_to_recordset($2) as c(key text, number bigint)
     on conflict (tenant_id, computer_key) do update set number = excluded.number, late = 0, late_since = null`,
    [tenantId, toJson(changes)],
  )
}

/** The ways by which messages come; a mail comes by the SMTP listener or by a mailbox. */
export type MessageChannel = 'syslog' | 'mail'

export type HoldPlace = { readonly computerKey: string; readonly statusKey: string }
export type Hold = HoldPlace & { readonly saidAt: Date; readonly channel: MessageChannel }

/** Notes when reasons were last said, and forgets those that ended. */
export async function saveHolds(
  sql: Sql,
  place: { readonly sourceId: number; readonly tenantId: number },
  said: readonly Hold[],
  ended: readonly HoldPlace[],
): Promise<void> {
  await sql.query(
    `delete from pushed_holds h using json_to_recordset($2) as e("computerKey" text, "statusKey" text)
     where h.tenant_id = $1 and h.computer_key = e."computerKey" and h.status_key = e."statusKey"`,
    [place.tenantId, toJson(ended)],
  )
  await sql.query(
    `insert into pushed_holds (tenant_id, computer_key, status_key, source_id, said_at, channel)
     select $1, "computerKey", "statusKey", $2, "saidAt", channel
     from json_to_recordset($3) as s("computerKey" text, "statusKey" text, "saidAt" timestamptz, channel text)
     on conflict (tenant_id, computer_key, status_key) do update
       set said_at = greatest(pushed_holds.said_at, excluded.said_at), channel = excluded.channel`,
    [place.tenantId, place.sourceId, toJson(said)],
  )
}

/** What was hidden is seen again: nobody could have repeated it meanwhile, so its time begins anew. */
export async function renewHolds(
  sql: Sql,
  tenantId: number,
  places: readonly (HoldPlace & { readonly at: Date })[],
): Promise<void> {
  if (places.length === 0) return
  await sql.query(
    `update pushed_holds h set said_at = greatest(h.said_at, e.at)
     from json_to_recordset($2) as e("computerKey" text, "statusKey" text, at timestamptz)
     where h.tenant_id = $1 and h.computer_key = e."computerKey" and h.status_key = e."statusKey"`,
    [tenantId, toJson(places)],
  )
}

export type OverdueHold = HoldPlace & { readonly tenantId: number }

/**
 * Reasons that came by a channel and were not said again after `since`, oldest first. What a higher level hides cannot be said,
 * and what a company sent may say it again once it is settled.
 */
export async function overdueHolds(
  sql: Sql,
  sourceId: number,
  channel: MessageChannel,
  since: Date,
  limit: number,
): Promise<OverdueHold[]> {
  const { rows } = await sql.query<OverdueHold>(
    `select h.tenant_id as "tenantId", h.computer_key as "computerKey", h.status_key as "statusKey"
     from pushed_holds h join tenants t on t.id = h.tenant_id
     where h.source_id = $1 and h.channel = $2 and h.said_at < $3
       and not exists (select from inbox i where i.source_id = $1 and i.lane = 'computers' and i.company = t.key)
       and not exists (select from conditions c where c.tenant_id = h.tenant_id and c.computer_key = h.computer_key
         and c.status_key = h.status_key and c.ended_at is null and c.hidden_since is not null)
     order by h.said_at limit $4`,
    [sourceId, channel, since, limit],
  )
  return rows
}

/** What single messages said of these computers. */
export async function holdsOf(sql: Sql, tenantId: number, keys: readonly string[]): Promise<HoldPlace[]> {
  const { rows } = await sql.query<HoldPlace>(
    `select computer_key as "computerKey", status_key as "statusKey" from pushed_holds
     where tenant_id = $1 and computer_key = any($2)`,
    [tenantId, keys],
  )
  return rows
}

/** Reasons that a message about a higher level left open, by computer. */
export async function hiddenReasons(
  sql: Sql,
  tenantIds: readonly number[],
  keys: readonly string[],
): Promise<Map<string, ReasonSeen[]>> {
  const { rows } = await sql.query<{ key: string } & ReasonSeen>(
    `select computer_key as key, status_key as "statusKey", text from conditions
     where tenant_id = any($1) and computer_key = any($2) and ended_at is null and hidden_since is not null
       and event_severity is null`,
    [tenantIds, keys],
  )
  const byComputer = Map.groupBy(rows, ({ key }) => key)
  return new Map([...byComputer].map(([key, all]) => [key, all.map(({ statusKey, text }) => ({ statusKey, text }))]))
}

/** Computers with reasons that a message about a higher level left open; a list, which names all, settles them. */
export async function computersWithHidden(sql: Sql, tenantId: number): Promise<Set<string>> {
  const { rows } = await sql.query<{ key: string }>(
    `select distinct computer_key as key from conditions
     where tenant_id = $1 and ended_at is null and hidden_since is not null and event_severity is null`,
    [tenantId],
  )
  return new Set(rows.map(({ key }) => key))
}
