import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { type Counter, noLimits, quote, type TableShape } from './backup-tables.ts'
import { historySql, type Migration, noteMigration } from './migrate.ts'
import type { Client, Sql } from './sql.ts'

/** One table of a copy with its rows as COPY wrote them. Read to its end before the next one is asked for. */
export type TableRows = { readonly table: TableShape; readonly data: AsyncIterable<Uint8Array> }

export type CopiedDatabase = {
  /** The migrations that the copy's schema is made of, oldest first. */
  readonly made: readonly Migration[]
  /** Those to apply on top of it. */
  readonly pending: readonly Migration[]
  readonly counters: readonly Counter[]
  readonly tables: AsyncIterable<TableRows>
}

/**
 * Puts a copy in the place of everything that is in the schema `public`: at the copy's own version first, then brought up
 * to date. Run it inside a transaction: killed anywhere, the database is as it was.
 */
export async function replaceDatabase(client: Client, copy: CopiedDatabase): Promise<void> {
  await client.query(`${noLimits}; set local lock_timeout = '30s'; set local search_path = public`)
  await client.query(dropAllSql)
  await client.query(historySql)
  for (const { text } of copy.made) await client.query(text)
  // Rows come back as they were: no trigger has a say in that, not even the one that guards the audit log.
  await client.query(triggersSql('disable'))
  // What a migration itself put in stands in the copy as well.
  await client.query(emptyAllSql)
  const links = await dropLinks(client)
  for await (const { table, data } of copy.tables) await copyIn(client, table, data)
  await client.query(triggersSql('enable'))
  for (const { table, name, definition } of links) {
    await client.query(`alter table ${table} add constraint ${name} ${definition}`)
  }
  for (const { table, column, last, called } of copy.counters) {
    await client.query('select setval(pg_get_serial_sequence($1, $2), $3, $4)', [quote(table), column, last, called])
  }
  for (const migration of copy.pending) {
    await client.query(migration.text)
    await noteMigration(client, migration)
  }
}

// Ours alone: what an extension brought stays.
const ofExtension = (catalog: string): string =>
  `select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = o.oid and d.deptype = 'e'`

const dropAllSql = `do $drop$
declare one record;
begin
  for one in select case o.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
      when 'S' then 'sequence' else 'table' end as kind, o.oid::regclass::text as name
    from pg_class o where o.relnamespace = 'public'::regnamespace and o.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not exists (${ofExtension('pg_class')})
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = o.oid and d.deptype in ('i', 'a'))
  loop execute format('drop %s if exists %s cascade', one.kind, one.name); end loop;
  for one in select o.oid::regprocedure::text as name from pg_proc o
    where o.pronamespace = 'public'::regnamespace and not exists (${ofExtension('pg_proc')})
  loop execute format('drop routine if exists %s cascade', one.name); end loop;
  for one in select o.oid::regtype::text as name from pg_type o
    where o.typnamespace = 'public'::regnamespace and o.typtype in ('e', 'd') and not exists (${ofExtension('pg_type')})
  loop execute format('drop type if exists %s cascade', one.name); end loop;
end $drop$`

const triggersSql = (act: 'disable' | 'enable'): string => `do $triggers$
declare one record;
begin
  for one in select distinct t.tgrelid::regclass::text as name from pg_trigger t join pg_class o on o.oid = t.tgrelid
    where not t.tgisinternal and o.relnamespace = 'public'::regnamespace and not exists (${ofExtension('pg_class')})
  loop execute format('alter table %s ${act} trigger user', one.name); end loop;
end $triggers$`

const emptyAllSql = `do $empty$
declare one record;
begin
  for one in select o.relname as name from pg_class o
    where o.relnamespace = 'public'::regnamespace and o.relkind = 'r' and not exists (${ofExtension('pg_class')})
  loop execute format('truncate %I cascade', one.name); end loop;
end $empty$`

type Link = { readonly table: string; readonly name: string; readonly definition: string }

/** Foreign keys are checked all at once in the end, so the order of the tables does not matter, nor does their size. */
async function dropLinks(sql: Sql): Promise<Link[]> {
  const { rows } = await sql.query<Link>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0 order by oid`,
  )
  for (const { table, name } of rows) await sql.query(`alter table ${table} drop constraint ${name}`)
  return rows
}

/** Throws when the table came with another number of rows than was announced. */
async function copyIn(
  client: Client,
  { name, columns, rows }: TableShape,
  data: AsyncIterable<Uint8Array>,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${quote(name)} (${columns.map(quote).join(', ')}) from stdin`))
  await pipeline(Readable.from(data), stream)
  if (stream.rowCount !== rows) throw new Error(`The copy of ${name} holds ${stream.rowCount} rows and not ${rows}.`)
}
