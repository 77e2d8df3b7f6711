import { from as copyFrom } from 'pg-copy-streams'
import type { ComputerSeen, Level, ReasonSeen } from '../core/observation.ts'
import { toJson } from './json.ts'
import type { Client } from './sql.ts'

/**
 * A poll lays its pages into a table of its own connection and compares the whole with what is known in one statement, so
 * that a million unchanged computers cost one join and no write to the disk's log, and a poll that fails has changed nothing.
 * The tables are temporary: they are gone with the connection, however it ends.
 */
export type Stage = {
  /** Takes a page. What it has to wait for is the storing of an earlier one, so reading and storing go side by side. */
  add(computers: readonly ComputerSeen[]): Promise<void>
  /** Waits until all that was taken is stored. */
  end(): Promise<void>
}

/**
 * Characters stored by one COPY. One for the whole poll would be no quicker, and would be a transaction as long as the poll,
 * which keeps the database from clearing away the dead rows of the ticket queue.
 */
const copyAtLeast = 512 * 1_024

/** Opens the stage of one poll. Computers of tenants without an id are left out. */
export async function openStage(client: Client, tenantIds: ReadonlyMap<string, number>): Promise<Stage> {
  await client.query(
    `create temporary table staged_computers (
       key text not null, tenant_id bigint not null, name text not null, level text not null, reasons jsonb not null, link text not null)`,
  )
  let lines = ''
  let storing: Promise<void> = Promise.resolve()

  async function store(): Promise<void> {
    await storing
    storing = copyLines(client, lines)
    lines = ''
    // Told to whoever waits next; an unheard rejection would end the process.
    storing.catch(() => undefined)
  }

  return {
    async add(computers) {
      for (const seen of computers) {
        const tenantId = tenantIds.get(seen.tenantKey)
        if (tenantId !== undefined) lines += toLine(seen, tenantId)
      }
      if (lines.length >= copyAtLeast) await store()
    },
    async end() {
      if (lines !== '') await store()
      await storing
    },
  }
}

function copyLines(client: Client, lines: string): Promise<void> {
  const stream = client.query(copyFrom('copy staged_computers (key, tenant_id, name, level, reasons, link) from stdin'))
  return new Promise((resolve, reject) => {
    stream.on('error', reject)
    stream.on('finish', resolve)
    stream.end(lines)
  })
}

function toLine({ computerKey, name, level, reasons, link }: ComputerSeen, tenantId: number): string {
  const json = reasons.length === 0 ? '[]' : escapeCopy(toJson(reasons))
  return `${escapeCopy(computerKey)}\t${tenantId}\t${escapeCopy(name)}\t${level}\t${json}\t${escapeCopy(link)}\n`
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

/** Computers that differ, and keys of stored ones that the poll did not see although their tenant was listed whole. */
export type Changes = { readonly seen: readonly StagedChange[]; readonly missing: readonly string[] }

/** Memory for comparing a big fleet, of which a hash may take twice as much; a small one needs little of it. */
const compareMemory = '32MB'
/** A million computers take seconds; a busy or distant database may take many times that. */
const compareMs = 600_000

/**
 * Compares what was staged with what is stored, for the tenants whose lists are complete, and opens a cursor over the
 * difference. It holds no transaction; read it with `fetchChanges`. A computer that is listed under two tenants is taken for
 * the one with the lower id, whichever list came first.
 */
export async function openChanges(client: Client, sourceId: number, complete: readonly number[]): Promise<void> {
  await client.query('begin')
  await client.query(`set local work_mem = '${compareMemory}'`)
  await client.query('set local hash_mem_multiplier = 2')
  await client.query(`set local statement_timeout = ${compareMs}`)
  await client.query('delete from staged_computers where tenant_id <> all($1)', [complete])
  await client.query(
    `create temporary table changed_computers (
       key text, tenant_id bigint, name text, level text, reasons jsonb, link text, known_tenant_id bigint, place tid) on commit drop`,
  )
  await client.query(
    `insert into changed_computers (key, tenant_id, name, level, reasons, link, known_tenant_id, place)
     select coalesce(s.key, c.key), s.tenant_id, s.name, s.level, s.reasons, s.link, c.tenant_id, s.place
     from (select ctid as place, * from staged_computers) s
     full join (select * from computers where source_id = $1) c on c.key = s.key
     where case when c.key is null then true when s.key is null then c.tenant_id = any($2)
       else c.tenant_id <> s.tenant_id or c.level <> s.level or c.name <> s.name or c.link <> s.link
         or (s.level <> 'ok' and c.reasons <> s.reasons) end`,
    [sourceId, complete],
  )
  await client.query(
    `delete from changed_computers c using staged_computers s
     where s.key = c.key and (s.tenant_id < c.tenant_id or (s.tenant_id = c.tenant_id and s.ctid < c.place))`,
  )
  await client.query(
    `declare changes cursor with hold for
     select key, tenant_id as "tenantId", name, level, reasons, link, known_tenant_id as "knownTenantId"
     from changed_computers order by tenant_id is null, key`,
  )
  await client.query('commit')
}

/** The next computers that differ, those that are missing last; both empty at the end. */
export async function fetchChanges(client: Client, count: number): Promise<Changes> {
  const { rows } = await client.query<StagedChange>(`fetch ${Number(count)} from changes`)
  const isMissing = (row: { tenantId: number | null }) => row.tenantId === null
  return { seen: rows.filter((row) => !isMissing(row)), missing: rows.filter(isMissing).map(({ key }) => key) }
}

/** Takes the stage away. Needed only after a good poll: after any failure its connection is not used again. */
export async function closeStage(client: Client): Promise<void> {
  await client.query('close changes')
  await client.query('drop table staged_computers')
}
