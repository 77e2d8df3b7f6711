import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/embedded-postgres-process.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { connect } from './connect.ts'
import { migrate, migrationsFolder } from './migrate.ts'

const database = await testDatabase({ empty: true })

/** A clean database and a folder of migrations, by name. */
async function world(files: Record<string, string>) {
  const folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)
  await database.pool.query('drop schema public cascade')
  await database.pool.query('create schema public')
  const log = recordingLog()
  return {
    folder: folder.path,
    log,
    run: () => migrate({ pool: database.pool, log }, folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

async function column(query: string): Promise<unknown[]> {
  const { rows } = await database.pool.query({ text: query, rowMode: 'array' })
  return rows.map((row) => row[0])
}

const two = {
  '0001-first.sql': 'create table a (id int)',
  '0002-second.sql': 'create table b (id int); alter table a add c int',
}

describe('migrations', () => {
  test('run in order, once, and are recorded', async () => {
    await using made = await world(two)
    expect(await made.run()).toEqual({ version: 2, applied: ['0001-first', '0002-second'] })
    expect(await made.run()).toEqual({ version: 2, applied: [] })
    await writeFile(join(made.folder, '0003-third.sql'), 'drop table b')
    expect(await made.run()).toEqual({ version: 3, applied: ['0003-third'] })
    expect(await column('select name from schema_migrations order by version')).toEqual([
      '0001-first',
      '0002-second',
      '0003-third',
    ])
    expect(await column("select column_name from information_schema.columns where table_name = 'a'")).toEqual([
      'id',
      'c',
    ])
    expect(made.log.lines.map((line) => line.fields)).toEqual(
      ['0001-first', '0002-second', '0003-third'].map((migration) => ({ migration })),
    )
  })

  test('run once when five processes start together', async () => {
    // Slow enough that all five are there before the first is done; a second run would fail on the table.
    await using made = await world({ ...two, '0003-slow.sql': 'create table slow (id int); select pg_sleep(0.5)' })
    const options = { url: database.url, log: made.log, maxConnections: 1, statementTimeoutMs: 200 }
    const starts = await Promise.all([1, 2, 3, 4, 5].map((n) => connect({ ...options, applicationName: `start ${n}` })))
    const results = await Promise.all(starts.map(({ pool }) => migrate({ pool, log: made.log }, made.folder)))
    expect(results.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 0, 0, 3])
    expect(results.map(({ version }) => version)).toEqual([3, 3, 3, 3, 3])
    await Promise.all(starts.map(({ close }) => close()))
  })

  test('a failing one leaves nothing of itself, keeps those before, and can be put right', async () => {
    await using made = await world({
      ...two,
      '0003-bad.sql': 'create table half (id int); insert into absent values (1)',
    })
    await expect(made.run()).rejects.toMatchObject({
      code: 'bad-migration',
      message: 'Migration 0003-bad failed: relation "absent" does not exist',
    })
    expect(await column("select to_regclass('half')")).toEqual([null])
    expect(await column('select max(version) from schema_migrations')).toEqual([2])
    await writeFile(join(made.folder, '0003-bad.sql'), 'create table whole (id int)')
    expect(await made.run()).toEqual({ version: 3, applied: ['0003-bad'] })
  })

  test('one that commits by itself is refused', async () => {
    await using made = await world({ '0001-own.sql': 'create table a (id int); commit; create table b (id int)' })
    await expect(made.run()).rejects.toMatchObject({
      code: 'bad-migration',
      message: expect.stringMatching(/ends its transaction itself/),
    })
    expect(await column('select count(*) from schema_migrations')).toEqual([0])
  })

  test('a changed file is found out, but not other line ends', async () => {
    await using made = await world({ '0001-first.sql': 'create table a (\n id int\n)' })
    await made.run()
    await writeFile(join(made.folder, '0001-first.sql'), 'create table a (\r\n id int\r\n)')
    expect(await made.run()).toEqual({ version: 1, applied: [] })
    await writeFile(join(made.folder, '0001-first.sql'), 'create table a (id bigint)')
    await expect(made.run()).rejects.toMatchObject({
      code: 'changed-migration',
      message: expect.stringMatching(/0001-first was applied/),
    })
  })

  test('a database of a newer program is refused and not touched', async () => {
    await using made = await world(two)
    await made.run()
    await rm(join(made.folder, '0002-second.sql'))
    await expect(made.run()).rejects.toMatchObject({
      code: 'newer-database',
      message: expect.stringMatching(/version 2 \(0002-second\).*up to 1/),
    })
    expect(await column('select count(*) from schema_migrations')).toEqual([2])
  })

  test('numbers have no gap, and names are plain', async () => {
    for (const name of ['0003-gap.sql', '3-short.sql', '0002 spaces.sql']) {
      await using made = await world({ '0001-first.sql': 'select 1', [name]: 'select 1' })
      await expect(made.run()).rejects.toMatchObject({
        code: 'bad-migration',
        message: expect.stringMatching(/should be named 0002-/),
      })
    }
  })

  test("this program's own apply to an empty database and to one of every earlier version", async () => {
    const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).sort()
    expect(names.length).toBeGreaterThan(0)
    await using made = await world({})
    for (const [index, name] of names.entries()) {
      await cp(join(migrationsFolder, name), join(made.folder, name))
      expect(await made.run()).toEqual({ version: index + 1, applied: [name.replace('.sql', '')] })
    }
  })
})
