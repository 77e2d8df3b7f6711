import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/**
 * Lists and changes that are left out because a newer number was taken before. Some come late on any line; many in a row mean that
 * a counter began anew, or that one number was far too high.
 */

/** What was left out since something counted last, of a whole company or of one computer. */
export type Late = {
  readonly messages: number
  readonly since: Date
  /** The number that was taken, and that the others are below. */
  readonly below: number
  /** Name of the computer, or its key where it is not known any more; null: all of the company. */
  readonly computer: string | null
}

/** Counts a list, or a request with nothing but changes, that came after a newer list. */
export async function countLate(sql: Sql, tenantId: number, what: 'lists' | 'changes', now: Date): Promise<void> {
  const column = what === 'lists' ? 'late_lists' : 'late_changes'
  await sql.query(
    `update pushed_companies set ${column} = ${column} + 1, late_since = coalesce(late_since, $2) where tenant_id = $1`,
    [tenantId, now],
  )
}

/** Counts for computers that something about them was left out, since a change of theirs is newer. */
export async function countLateComputers(
  sql: Sql,
  tenantId: number,
  { newerThan, keys }: { readonly newerThan?: number; readonly keys?: readonly string[] },
  now: Date,
): Promise<void> {
  await sql.query(
    `update pushed_changes set late = late + 1, late_since = coalesce(late_since, $2)
     where tenant_id = $1 and ($3::bigint is null or number > $3)
       and ($4::json is null or computer_key in (select json_array_elements_text($4)))`,
    [tenantId, now, newerThan ?? null, keys === undefined ? null : toJson(keys)],
  )
}

/** Something newer than the last list was taken: the numbers of this company are in order. */
export async function markInOrder(sql: Sql, tenantId: number): Promise<void> {
  await sql.query(
    `update pushed_companies set late_changes = 0, late_since = case when late_lists = 0 then null else late_since end
     where tenant_id = $1 and late_changes > 0`,
    [tenantId],
  )
}

/** Where at least `atLeast` were left out, the company itself first. */
export async function findLate(sql: Sql, tenantId: number, atLeast: number): Promise<Late | null> {
  const { rows } = await sql.query<Late>(
    `select late_lists + late_changes as messages, late_since as since, list_number as below, null as computer
     from pushed_companies where tenant_id = $1 and late_lists + late_changes >= $2 and list_number is not null
     union all
     (select p.late, p.late_since, p.number, coalesce(c.name, p.computer_key)
      from pushed_changes p left join computers c on c.tenant_id = p.tenant_id and c.key = p.computer_key
      where p.tenant_id = $1 and p.late >= $2 and p.late > 0 order by p.late desc limit 1)
     limit 1`,
    [tenantId, atLeast],
  )
  return rows[0] ?? null
}

/** Takes back what was said of a company beginning with these words, where they are no longer true. */
export async function clearLateWords(sql: Sql, tenantId: number, words: string): Promise<void> {
  await sql.query(
    `update tenants set failing_since = null, failing_message = null
     where id = $1 and failing_since is not null and starts_with(failing_message, $2)`,
    [tenantId, words],
  )
}

/** A number of a company, as far as it is known before anything is settled. */
export type Order = { readonly listNumber: number | null; readonly changes: ReadonlyMap<string, number> }

/** Number of the last list that was taken, and those of the later changes of these computers, or of all. */
export async function loadOrder(
  sql: Sql,
  sourceId: number,
  company: string,
  keys: readonly string[] | null,
): Promise<Order> {
  const { rows } = await sql.query<{ id: number; listNumber: number | null }>(
    `select t.id, p.list_number as "listNumber" from tenants t join pushed_companies p on p.tenant_id = t.id
     where t.source_id = $1 and t.key = $2`,
    [sourceId, company],
  )
  const [tenant] = rows
  if (tenant === undefined) return { listNumber: null, changes: new Map() }
  const { rows: changes } = await sql.query<{ key: string; number: number }>(
    `select computer_key as key, number from pushed_changes where tenant_id = $1
       and ($2::json is null or computer_key in (select json_array_elements_text($2)))`,
    [tenant.id, keys === null ? null : toJson(keys)],
  )
  return { listNumber: tenant.listNumber, changes: new Map(changes.map(({ key, number }) => [key, number])) }
}

/** Forgets which numbers were taken: whatever comes from now on counts. */
export async function forgetOrder(sql: Sql, tenantId: number, now: Date): Promise<void> {
  // Below every number, and not null: that it sends lists stays known.
  await sql.query(
    `update pushed_companies set list_number = case when list_number is null then null else -1 end, late_lists = 0,
       late_changes = 0, late_since = null, order_forgotten_at = $2 where tenant_id = $1`,
    [tenantId, now],
  )
  await sql.query('delete from pushed_changes where tenant_id = $1', [tenantId])
}
