import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { psaConnectors } from '../connectors/registry.ts'
import { connect } from '../db/connect.ts'
import { migrate, migrationsFolder } from '../db/migrate.ts'
import { replaceDatabase } from '../db/restore-tables.ts'
import { holdServerLock } from '../db/server-lock.ts'
import { withTransaction } from '../db/transaction.ts'
import { createSecretBox } from '../lib/secret-box.ts'
import { type BackedUp, backup } from './backup.ts'
import { openBackupFile } from './backup-file.ts'
import { sealCheck } from './key-check.ts'
import { type Restore, restore } from './restore.ts'

const from = await testDatabase()
const into = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'tocsin-backup-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const log = recordingLog()
const now = new Date('2026-11-22T10:00:00.000Z')
const clock = { now: () => now, sleep: () => Promise.resolve() }
const key = 'k'.repeat(40)
const box = createSecretBox(key)
const deps = (pool = into.pool) => ({ pool, clock, box, psas: psaConnectors })
const known = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).sort()

/** The migrations of a later Tocsin: a table with every kind of column that is odd to copy. */
const later = join(folder, 'later')
await mkdir(later)
for (const name of known) await copyFile(join(migrationsFolder, name), join(later, name))
await writeFile(
  join(later, `${String(known.length + 1).padStart(4, '0')}-later.sql`),
  `create type mood as enum ('calm', 'ill');
   create function twice(given bigint) returns bigint language sql immutable as 'select given * 2';
   create table "Later things" (id bigint generated always as identity primary key, raw bytea, amount numeric, moment timestamptz,
     list text[], how mood, "a ""quoted"" name" text, doubled bigint generated always as (twice(id)) stored);
   create table seeded (name text primary key);
   insert into seeded values ('from the migration');
   create unlogged table fleeting (id int)`,
)

/** Every row of every table as text, the tables by a list of their own. */
async function dump(pool: typeof from.pool): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const all: Record<string, string[]> = {}
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t order by 1`)
    all[name] = rows.map(({ row }) => row)
  }
  return all
}

async function rebuild(pool: typeof from.pool, migrations: string): Promise<void> {
  await pool.query('drop schema public cascade')
  await pool.query('create schema public')
  await migrate({ pool, log }, migrations)
}

const odd = [
  '',
  ' ',
  'é 🙂 漢字',
  'a\tb\nc\r\\N \\. \\',
  '\\N',
  '\\.',
  '"quoted", \'too\'',
  '\u0001\u007f\u2028',
  'x'.repeat(300_000),
]

async function fill(pool: typeof from.pool): Promise<void> {
  const sealed = sealCheck(box)
  await pool.query('insert into installation (name, sealed_check, created_at) values ($1, $2, $3)', [
    'abc',
    sealed,
    now,
  ])
  for (const text of odd) {
    await pool.query(
      `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('ksc', $1, $2, '{}', $3, $3)`,
      [text.slice(0, 50), JSON.stringify({ text, list: [null, 1e21, true], deep: { [text]: text } }), now],
    )
  }
  await pool.query(
    `insert into psas (connector, name, settings, secrets, created_at, updated_at)
     values ('autotask', 'Autotask', '{"requestsPerHour": 500}', '{"secret": "sealed"}', $1, $1)`,
    [now],
  )
  await pool.query(
    `insert into tenants (source_id, key, name, enabled, first_seen_at) select id, name, name, true, $1 from sources`,
    [now],
  )
  await pool.query(
    `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes, created_at, updated_at)
     select 'One', min(s.id), min(p.id), '{}', '', '', 'note', 60, $1, $1 from sources s, psas p`,
    [now],
  )
  await pool.query(
    `insert into duties (kind, subject_id, due_at) select 'poll-computers', id, $1 from sources order by id limit 1`,
    [now],
  )
  await pool.query(
    `insert into duties (kind, subject_id, due_at, lease_owner, lease_until, failures) values ('keep-house', 0, $1, gen_random_uuid(), $1, 3)`,
    [now],
  )
  await pool.query(
    `insert into audit (id, at, actor_kind, actor_name, action, subject_kind, subject_id, subject_name, hash)
     values (1, $1, 'system', 'Tocsin', 'a-test', 'settings', '1', 'One', 'x')`,
    [now],
  )
}

async function addTickets(pool: typeof from.pool, count: number): Promise<void> {
  await pool.query(
    `insert into tickets (psa_id, integration_id, tenant_id, identity, reference, account_id, what, title, description, general,
       created_at, want, level, fields, lane, phase, desk_ticket_id, written, lease_owner, lease_until)
     select i.psa_id, i.id, t.id, n::text, 'tocsin-' || n, '1', '', '', '', '{}', $1, 'open', 'warning', '{"priority": "1"}', 2,
       case when n % 2 = 0 then 'open' else 'absent' end, case when n % 2 = 0 then n::text end, '{"priority": "1"}', gen_random_uuid(), $1
     from integrations i, (select min(id) as id from tenants) t, generate_series(1, $2::int) n`,
    [now, count],
  )
}

let file = ''
let count = 0

async function takeBackup(pool = from.pool): Promise<BackedUp> {
  count += 1
  file = join(folder, `${count}.tocsin`)
  return backup({ pool, clock }, { to: file, tocsin: '1.2.3' })
}

const failure = (input: Partial<Restore> = {}, given = deps()) =>
  restore(given, { file, ...input }).then(
    () => null,
    (error: Error & { code: string }) => ({ code: error.code, message: error.message }),
  )

beforeEach(async () => {
  await rebuild(from.pool, migrationsFolder)
  await rebuild(into.pool, migrationsFolder)
  await fill(from.pool)
})

describe('a back-up', () => {
  test('holds every table that is there, also one that a later migration makes, and gives back every row', async () => {
    await rebuild(from.pool, later)
    await fill(from.pool)
    await addTickets(from.pool, 10)
    for (const text of odd) {
      await from.pool.query(
        `insert into "Later things" (raw, amount, moment, list, how, "a ""quoted"" name") values ($1, $2, $3, $4, 'ill', $5), (null, null, null, null, null, null)`,
        [randomBytes(50), '12345678901234567890.5', now, [text, null], text],
      )
    }
    await from.pool.query(
      `delete from "Later things" where id > 15; insert into fleeting values (1); delete from seeded`,
    )
    const { header, rows } = await takeBackup()
    const { rows: tables } = await from.pool.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('fleeting', 'staged_computers')
         and not exists (select from pg_class c where c.relname = tablename and c.relpersistence = 'u') order by 1`,
    )
    expect(header.tables.map(({ name }) => name).sort()).toEqual(tables.map(({ name }) => name).sort())
    await into.pool.query('drop schema public cascade')
    await into.pool.query('create schema public')
    const opened = await openBackupFile(file)
    const made = await Promise.all(
      (await readdir(later)).sort().map(async (name, n) => {
        return { version: n + 1, name, checksum: '', text: await readFile(join(later, name), 'utf8') }
      }),
    )
    await withTransaction(into.pool, (client) =>
      replaceDatabase(client, { made, pending: [], counters: opened.header.counters, tables: opened.tables() }),
    )
    const before = await dump(from.pool)
    expect(await dump(into.pool)).toEqual({ ...before, fleeting: [] })
    expect(rows).toBe(Object.values({ ...before, fleeting: [] }).reduce((sum, list) => sum + list.length, 0))
    const insert = `insert into "Later things" (raw) values (null) returning id`
    expect((await into.pool.query(insert)).rows).toEqual((await from.pool.query(insert)).rows)
    // Whoever points at nothing is refused again.
    await expect(into.pool.query('update tenants set source_id = 999')).rejects.toThrow(/foreign key/)
  })

  test('gives back any text and any JSON', async () => {
    const storable = fc.string({ unit: 'binary', maxLength: 50 }).filter((text) => !text.includes('\0'))
    const rows = fc.sample(
      fc.tuple(
        storable,
        fc.dictionary(
          storable,
          fc.oneof(storable, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
        ),
      ),
      { numRuns: 300, seed: 7 },
    )
    for (const [n, [text, value]] of rows.entries()) {
      await from.pool.query(
        `insert into computers (source_id, key, tenant_id, name, level, reasons, link, first_seen_at, changed_at)
         select s.id, $1, t.id, $2, 'ok', $3, $2, $4, $4 from (select min(id) as id from sources) s, (select min(id) as id from tenants) t`,
        [`${n}`, text.toWellFormed(), JSON.stringify(value).toWellFormed(), now],
      )
    }
    await takeBackup()
    await restore(deps(), { file })
    const computers = (all: Record<string, string[]>) => all.computers
    expect(computers(await dump(into.pool))).toEqual(computers(await dump(from.pool)))
    expect(computers(await dump(into.pool))).toHaveLength(300)
  })

  test('is of one moment, however much is written meanwhile', async () => {
    let writing = true
    const writer = (async () => {
      for (let n = 0; writing; n += 1) {
        await from.pool.query(
          `with fresh as (insert into events (source_id, tenant_id, key, type, type_name, severity, computer_key, computer_name, text, happened_at, stored_at, received_at)
             select t.source_id, t.id, $1, '', '', 'critical', '', '', '', $2, $2, $2 from tenants t order by t.id limit 1 returning id)
           insert into decisions (at, event_id, outcome, reason) select $2, id, 'none', 'rule-off' from fresh`,
          [`${n}`, now],
        )
      }
      return null
    })()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await takeBackup()
    writing = false
    await writer
    await restore(deps(), { file })
    const { rows } = await into.pool.query(
      'select (select count(*) from events) as events, (select count(*) from decisions) as decisions',
    )
    expect(rows[0].events).toBeGreaterThan(0)
    expect(rows[0].decisions).toBe(rows[0].events)
  })

  test('is for its owner alone, appears whole or not at all, and takes the place of an older one', async () => {
    await takeBackup()
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
    const before = await readFile(file)
    const broken = { ...clock, now: () => new Date(Number.NaN) }
    await expect(backup({ pool: from.pool, clock: broken }, { to: file, tocsin: '1' })).rejects.toThrow()
    expect(await readFile(file)).toEqual(before)
    await backup({ pool: from.pool, clock }, { to: file, tocsin: '2' })
    expect((await openBackupFile(file)).header.tocsin).toBe('2')
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
    await expect(
      backup({ pool: from.pool, clock }, { to: join(folder, 'no', 'x'), tocsin: '1' }),
    ).rejects.toMatchObject({ code: 'file' })
    await from.pool.query('delete from installation')
    await expect(takeBackup()).rejects.toMatchObject({ code: 'never-used' })
  })

  test('holds no key', async () => {
    await takeBackup()
    expect((await readFile(file)).includes(key)).toBe(false)
  })
})

describe('a restore refuses', () => {
  test('a file that was cut off or altered anywhere, or is none, and touches nothing', async () => {
    await takeBackup()
    const whole = await readFile(file)
    const before = await dump(into.pool)
    const broken: Buffer[] = [0, 10, 200, 2_000, whole.length - 70, whole.length - 1].map((size) =>
      whole.subarray(0, size),
    )
    for (const place of [5, 60, 1_000, Math.floor(whole.length / 2), whole.length - 100, whole.length - 30]) {
      const altered = Buffer.from(whole)
      altered[place] = (altered[place] ?? 0) ^ 1
      broken.push(altered)
    }
    broken.push(Buffer.concat([whole, Buffer.from('\n')]), Buffer.from('PGDMP something else'))
    for (const bytes of broken) {
      await writeFile(file, bytes)
      expect((await failure())?.code).toMatch(/^(damaged|not-a-backup|newer-backup)$/)
    }
    file = join(folder, 'nowhere')
    expect(await failure()).toMatchObject({ code: 'file' })
    expect(await dump(into.pool)).toEqual(before)
  })

  test('what a newer or another Tocsin wrote', async () => {
    await rebuild(from.pool, later)
    await fill(from.pool)
    await takeBackup()
    expect(await failure()).toMatchObject({
      code: 'newer-backup',
      message: expect.stringContaining('Install that Tocsin or a newer one'),
    })
    await rebuild(from.pool, migrationsFolder)
    await fill(from.pool)
    await from.pool.query(`update schema_migrations set checksum = 'other' where version = 1`)
    await takeBackup()
    expect(await failure()).toMatchObject({ code: 'other-migrations' })
  })

  test('secrets of another key, unless they are given up', async () => {
    await takeBackup()
    const stranger = { ...deps(), box: createSecretBox('s'.repeat(40)) }
    expect(await failure({}, stranger)).toMatchObject({
      code: 'other-key',
      message: expect.stringContaining('TOCSIN_SECRET'),
    })
    const done = await restore(stranger, { file, forgetSecrets: true })
    expect(done.secretsToEnter).toBe(1)
    expect((await into.pool.query('select secrets from psas')).rows).toEqual([{ secrets: {} }])
    await takeBackup(into.pool)
    expect(await failure({ replace: true }, stranger)).toBeNull()
  })

  test('a database in use, one of another program, and one on which a server works', async () => {
    await takeBackup()
    const server = await holdServerLock(into.pool, log)
    expect(await failure()).toMatchObject({ code: 'running', message: expect.stringContaining('Stop every server') })
    await server.release()
    expect(await failure()).toBeNull()
    expect(await failure()).toMatchObject({ code: 'not-empty', message: expect.stringContaining('--replace') })
    expect(await failure({ replace: true })).toBeNull()
    await into.pool.query('drop schema public cascade; create schema public; create table invoices (id int)')
    expect(await failure({ replace: true })).toMatchObject({
      code: 'foreign-tables',
      message: expect.stringContaining('invoices'),
    })
  })

  test('no server starts while it runs', async () => {
    const client = await into.pool.connect()
    await client.query('select pg_advisory_lock(1416586100)')
    await expect(holdServerLock(into.pool, log)).rejects.toMatchObject({ code: 'restoring' })
    client.release(true)
  })
})

describe('a restore', () => {
  test('that is killed on the way leaves everything as it was', async () => {
    await takeBackup()
    await fill(into.pool)
    await addTickets(into.pool, 3)
    const before = await dump(into.pool)
    // Somebody who reads holds it up on its way, and there it dies.
    const reader = await into.pool.connect()
    await reader.query('begin')
    await reader.query('select from tickets')
    const own = await connect({ url: into.url, applicationName: 'dying', log })
    const dying = restore(deps(own.pool), { file, replace: true }).catch((error: unknown) => error)
    const waits = `select pid from pg_stat_activity where application_name = 'dying' and wait_event_type = 'Lock'`
    for (;;) {
      const { rows } = await into.pool.query<{ pid: number }>(waits)
      if (rows[0] !== undefined) {
        await into.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(await dying).toBeInstanceOf(Error)
    await own.close()
    await reader.query('rollback')
    reader.release()
    expect(await dump(into.pool)).toEqual(before)
    expect(await failure({ replace: true })).toBeNull()
  })

  test('brings the audit log back, and its guard', async () => {
    await takeBackup()
    await restore(deps(), { file, replace: true })
    expect((await into.pool.query('select action from audit')).rows).toEqual([{ action: 'a-test' }])
    await expect(into.pool.query('delete from audit')).rejects.toThrow('append-only')
  })

  test('of an older copy is brought up to date', async () => {
    await takeBackup()
    const done = await restore(deps(), { file, migrations: later })
    expect(done.migrated).toEqual([`${String(known.length + 1).padStart(4, '0')}-later`])
    expect((await into.pool.query('select * from seeded')).rows).toEqual([{ name: 'from the migration' }])
    expect((await migrate({ pool: into.pool, log }, later)).applied).toEqual([])
    // And back to the older version again: what only the newer one has is gone.
    await restore(deps(), { file, replace: true })
    expect((await migrate({ pool: into.pool, log })).applied).toEqual([])
    expect(Object.keys(await dump(into.pool))).not.toContain('seeded')
  })

  test('counts no time from before it as time in which a channel was heard', async () => {
    await from.pool.query(
      `insert into channel_listening (source_id, channel, since, until) select min(id), 'mailbox', $1, $1 from sources`,
      [now],
    )
    await takeBackup()
    await restore(deps(), { file })
    expect((await from.pool.query('select from channel_listening')).rowCount).toBe(1)
    expect((await into.pool.query('select from channel_listening')).rowCount).toBe(0)
  })

  test('believes no lease of the copy, and has everything asked again', async () => {
    await addTickets(from.pool, 4)
    await takeBackup()
    await restore(deps(), { file })
    const { rows } = await into.pool.query(
      `select phase, lease_owner, unsure_since, looked_at, written, due_at from tickets order by id limit 2`,
    )
    const base = { lease_owner: null, unsure_since: now, looked_at: null }
    expect(rows).toEqual([
      { ...base, phase: 'absent', written: {}, due_at: now },
      { ...base, phase: 'open', written: { priority: '1' }, due_at: null },
    ])
    expect((await into.pool.query('select distinct due_at, lease_owner, failures from duties')).rows).toEqual([
      { due_at: now, lease_owner: null, failures: 0 },
    ])
    expect((await into.pool.query('select recover_since from psas')).rows).toEqual([{ recover_since: now }])
    // Only where somebody will list them.
    const listed = 'select to_be_listed as listed from tenants order by source_id limit 2'
    expect((await into.pool.query(listed)).rows).toEqual([{ listed: true }, { listed: false }])
    expect((await into.pool.query('select restored_at, copy_taken_at from installation')).rows).toEqual([
      { restored_at: now, copy_taken_at: now },
    ])
  })

  test('knows the last hour of the desks from the database that it replaces, else takes it for used up', async () => {
    const granted = 'select minute, sum(granted)::int as granted from governor_minutes group by minute order by minute'
    const minute = new Date('2026-11-22T09:50:00.000Z')
    await takeBackup()
    expect((await restore(deps(), { file })).restingDesks).toBe(1)
    expect((await into.pool.query(granted)).rows).toEqual([{ minute: now, granted: 1_000_000 }])
    await into.pool.query('update governor_minutes set minute = $1, granted = 7', [minute])
    expect((await restore(deps(), { file, replace: true })).restingDesks).toBe(0)
    expect((await into.pool.query(granted)).rows).toEqual([{ minute, granted: 7 }])
    await rebuild(into.pool, migrationsFolder)
    expect((await restore(deps(), { file, silentMinutes: 90 })).restingDesks).toBe(0)
    expect((await into.pool.query(granted)).rows).toEqual([])
  })
})
