import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { ComputerSeen, Level, ReasonSeen } from '../core/observation.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/**
 * A poll lays its pages here and compares the whole with what is known in one statement, so that a million unchanged
 * computers cost one join and no write, and a poll that fails has changed nothing.
 */

/** Stores one page of a poll by COPY. */
export async function stageComputers(
  client: PoolClient,
  poll: string,
  computers: readonly ComputerSeen[],
): Promise<void> {
  if (computers.length === 0) return
  const lines = computers.map((seen) =>
    [poll, seen.tenantKey, seen.computerKey, seen.name, seen.level, toJson(seen.reasons), seen.link]
      .map(escapeCopy)
      .join('\t'),
  )
  const stream = client.query(
    copyFrom('copy staged_computers (poll, tenant_key, key, name, level, reasons, link) from stdin'),
  )
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject)
    stream.on('finish', resolve)
    stream.end(`${lines.join('\n')}\n`)
  })
}

// NUL is the one character that PostgreSQL's text cannot hold.
function escapeCopy(value: string): string {
  return /[\\\n\r\t\0]/.test(value)
    ? value.replaceAll('\0', '').replace(/[\\\n\r\t]/g, (found) => escapes[found] ?? found)
    : value
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** One computer of a poll that differs from what is stored. */
export type StagedChange = {
  key: string
  tenantId: number
  name: string
  level: Level
  reasons: readonly ReasonSeen[]
  link: string
  /** The tenant under which the computer is stored; null when it is new. */
  knownTenantId: number | null
}

/**
 * Opens a cursor over the computers of the poll that differ from what is stored. It holds no transaction; read it with
 * `fetchChanges`, and close it with `closeChanges`.
 */
export async function openChanges(client: PoolClient, sourceId: number, poll: string): Promise<void> {
  await client.query('analyze staged_computers')
  await client.query('begin')
  await client.query(
    `declare changed_computers cursor with hold for
     select s.key, t.id as "tenantId", s.name, s.level, s.reasons, s.link, c.tenant_id as "knownTenantId"
     from (select distinct on (key) * from staged_computers where poll = '${uuidText(poll)}' order by key, tenant_key) s
     join tenants t on t.source_id = ${Number(sourceId)} and t.key = s.tenant_key
     left join computers c on c.source_id = ${Number(sourceId)} and c.key = s.key
     where c.key is null or c.tenant_id <> t.id or c.level <> s.level or c.name <> s.name
       or c.link <> s.link or c.reasons <> s.reasons
     order by s.key`,
  )
  await client.query('commit')
}

// DECLARE takes no parameters, so what stands in its text is checked here.
function uuidText(poll: string): string {
  if (!/^[0-9a-f-]{36}$/.test(poll)) throw new Error(`A poll's id is not a UUID: ${poll}`)
  return poll
}

/** The next computers that differ; empty at the end. */
export async function fetchChanges(client: PoolClient, count: number): Promise<StagedChange[]> {
  const result = await client.query<StagedChange>(`fetch ${Number(count)} from changed_computers`)
  return result.rows
}

/** Closes the cursor, if it was opened at all. */
export async function closeChanges(client: PoolClient): Promise<void> {
  await client.query('close all')
}

/** Stored computers of tenants whose list was read whole, which the poll did not see at all. */
export async function findMissing(sql: Sql, poll: string, tenantIds: readonly number[]): Promise<string[]> {
  const result = await sql.query<{ key: string }>(
    `select c.key from computers c
     where c.tenant_id = any($2) and not exists (select from staged_computers s where s.poll = $1 and s.key = c.key)
     order by c.key`,
    [poll, tenantIds],
  )
  return result.rows.map((row) => row.key)
}

/** Removes the rows of a tenant whose list turned out not to be whole. */
export async function dropStagedTenants(sql: Sql, poll: string, complete: readonly string[]): Promise<void> {
  await sql.query('delete from staged_computers where poll = $1 and tenant_key <> all($2)', [poll, complete])
}

export async function dropStaged(sql: Sql, poll: string): Promise<void> {
  await sql.query('delete from staged_computers where poll = $1', [poll])
}

/** Removes what killed polls left behind; does nothing while any poll runs. */
export async function dropOrphanedPages(sql: Sql, now: Date): Promise<void> {
  await sql.query(
    `delete from staged_computers where not exists (
       select from duties where kind = 'poll-computers' and lease_until > $1)`,
    [now],
  )
}
