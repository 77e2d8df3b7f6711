import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** What must not be believed of a copy once it is in its place, because the world has moved on since it was taken. */

/** Rows of the governor's books, as they stand in the database that is replaced. */
type Books = {
  readonly minutes: readonly object[]
  readonly slots: readonly object[]
  readonly limits: readonly Limit[]
}
type Limit = { readonly id: number; readonly heldUntil: Date; readonly heldFailure: object }

/** What this database knows of calls to the desks in the last hour; null when it knows no desk. */
export async function readBooks(sql: Sql): Promise<Books | null> {
  const { rows: limits } = await sql.query<Limit>(
    `select id, held_until as "heldUntil", held_failure as "heldFailure" from psas where held_failure->>'kind' = 'limited'`,
  )
  const { rows: any } = await sql.query('select from psas limit 1')
  if (any.length === 0) return null
  const { rows: minutes } = await sql.query<{ row: object }>('select to_jsonb(m) as row from governor_minutes m')
  const { rows: slots } = await sql.query<{ row: object }>('select to_jsonb(s) as row from governor_slots s')
  return { limits, minutes: minutes.map(({ row }) => row), slots: slots.map(({ row }) => row) }
}

export type Restored = {
  readonly now: Date
  readonly takenAt: Date
  /** Of the database that was replaced; null when there was none. */
  readonly books: Books | null
  /** What each desk may have been asked in the last hour, by its id, and when at the latest; for want of books. */
  readonly budgets: ReadonlyMap<number, number>
  readonly lastCallAt: Date
}

/**
 * Marks a database that was just restored: every lease in it is void, what is known of tickets is to be asked again, each
 * desk is asked for tickets of ours since the copy before anything is sent to it, and nothing new is opened for a
 * tenant before its list was read once more.
 */
export async function markRestored(sql: Sql, restored: Restored): Promise<void> {
  const { now, takenAt } = restored
  await sql.query('update installation set restored_at = $1, copy_taken_at = $2', [now, takenAt])
  await sql.query('delete from desk_finds')
  // What was said since the copy was taken is known to nobody here.
  await sql.query('delete from channel_listening')
  // A second restore of the same copy must not forget what the first one had still to ask.
  await sql.query(`update psas set recover_since = least(recover_since, $1), held_until = null, held_failure = null`, [
    takenAt,
  ])
  // Those of sources that are read; a drill's tenant is in no list, nor is a company that never sent one.
  await sql.query(
    `update tenants t set to_be_listed = exists (
       select from duties d where d.kind = 'poll-computers' and d.subject_id = t.source_id)
       and not exists (select from pushed_companies p where p.tenant_id = t.id and p.list_number is null)`,
  )
  await sql.query(
    `update duties set lease_owner = null, lease_until = null, hurried_at = null, due_at = $1, failures = 0, failure = null`,
    [now],
  )
  // What stood in a ticket when the copy was taken says nothing about who changed it since: an empty memory is never
  // equal to what the desk shows, so that its fields are left alone.
  await sql.query(
    `update tickets set lease_owner = null, lease_at = null, lease_until = null,
       unsure_since = least(unsure_since, $1), looked_at = null,
       written = case when phase = 'absent' then '{}' else written end,
       due_at = case when phase = 'absent' and not stuck then least(due_at, $2) else due_at end
     where done_at is null`,
    [takenAt, now],
  )
  await writeBooks(sql, restored)
}

async function writeBooks(sql: Sql, { books, budgets, lastCallAt }: Restored): Promise<void> {
  await sql.query('delete from governor_minutes')
  await sql.query('delete from governor_slots')
  const minute = new Date(Math.floor(lastCallAt.getTime() / 60_000) * 60_000)
  const unknown = [...budgets].map(([id, granted]) => ({ psa_id: id, minute, granted }))
  await insertRows(sql, 'governor_minutes', books?.minutes ?? unknown)
  await insertRows(sql, 'governor_slots', books?.slots ?? [])
  for (const { id, heldUntil, heldFailure } of books?.limits ?? []) {
    const values = [id, heldUntil, toJson(heldFailure)]
    await sql.query('update psas set held_until = $2, held_failure = $3 where id = $1', values)
  }
}

/** Of desks that the copy knows too. The books of another version may have other columns. */
async function insertRows(
  sql: Sql,
  table: 'governor_minutes' | 'governor_slots',
  rows: readonly object[],
): Promise<void> {
  const { rows: found } = await sql.query<{ name: string }>(
    'select attname as name from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped',
    [table],
  )
  const known = new Set(found.map(({ name }) => name))
  for (const row of rows) {
    const whole = { ...usual, ...row }
    const columns = Object.keys(whole)
      .filter((name) => known.has(name))
      .map((name) => `"${name}"`)
    await sql.query(
      `insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table}, $1) r
       where exists (select from psas p where p.id = r.psa_id)`,
      [toJson(whole)],
    )
  }
}

/** What older books do not say. */
const usual = { lane: 4, handed_over: false }

/** What a restore would replace. */
export type Present = {
  readonly installation: string
  readonly connections: number
  readonly tickets: number
  readonly openTickets: number
  readonly lastSeenAt: Date | null
}

/**
 * What stands in the database; null when nothing of worth does. `foreign` names tables of other programs in a database that
 * was never Tocsin's.
 */
export async function describePresent(sql: Sql): Promise<{ present: Present | null; foreign: readonly string[] }> {
  const { rows: tables } = await sql.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by c.relname`,
  )
  const names = tables.map(({ name }) => name)
  if (!names.includes('schema_migrations')) return { present: null, foreign: names }
  if (!names.includes('installation')) return { present: null, foreign: [] }
  const { rows } = await sql.query<Present>(
    `select coalesce((select name from installation), '') as installation,
       (select count(*) from sources) + (select count(*) from psas) as connections,
       count(*) as tickets, count(*) filter (where phase = 'open' and done_at is null) as "openTickets",
       (select max(last_good_at) from duties) as "lastSeenAt" from tickets`,
  )
  const present = rows[0]
  const isWorthless = present === undefined || present.connections + present.tickets === 0
  return { present: isWorthless ? null : present, foreign: [] }
}
