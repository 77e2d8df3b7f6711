import { once } from 'node:events'
import { createServer, connect as dial } from 'node:net'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { connect, inTransaction } from './connect.ts'

type Schema = { things: { id: number; name: string } }

const database = await testDatabase<Schema>({ empty: true })
await database.pool.query('create table things (id bigint primary key, name text not null)')

function open(url: string, more: { statementTimeoutMs?: number; maxConnections?: number } = {}) {
  const log = recordingLog()
  return connect<Schema>({ url, applicationName: 'tocsin test', log, ...more }).then((made) => ({ ...made, log }))
}

/** Ends the connection of one backend from outside, as a database restart would. */
async function cut(pid: unknown): Promise<void> {
  const admin = new pg.Client({ connectionString: database.adminUrl })
  await admin.connect()
  await admin.query('select pg_terminate_backend($1, 5000)', [pid])
  await admin.end()
}

describe('a connection', () => {
  test('names itself, gives safe types, and closes twice', async () => {
    const { db, pool, close } = await open(database.url)
    const { rows } =
      await pool.query(`select current_setting('application_name') as name, 9007199254740991::bigint as safe,
      9007199254740993::bigint as big, '{1,null,9007199254740993}'::bigint[] as list, count(*) as count,
      '2026-03-01'::date as day, '{2026-03-01}'::date[] as days, '2026-03-01 00:00:00+02'::timestamptz as at`)
    expect(rows[0]).toEqual({
      name: 'tocsin test',
      safe: 9007199254740991,
      big: 9007199254740993n,
      list: [1, null, 9007199254740993n],
      count: 1,
      day: '2026-03-01',
      days: ['2026-03-01'],
      at: new Date('2026-02-28T22:00:00Z'),
    })
    expect((await sql<{ n: number }>`select 5::bigint as n`.execute(db)).rows).toEqual([{ n: 5 }])
    await close()
    await close()
    await expect(pool.query('select 1')).rejects.toThrow('after calling end')
  })

  test('ends statements that take too long', async () => {
    const { pool, close } = await open(database.url, { statementTimeoutMs: 100 })
    await expect(pool.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
    await close()
  })

  test('survives the loss of an idle connection and of one in a transaction', async () => {
    const { pool, log, close } = await open(database.url, { maxConnections: 1 })
    const idle = await pool.query('select pg_backend_pid() as pid')
    await cut(idle.rows[0].pid)
    await expect.poll(() => log.lines.length).toBe(1)
    expect(log.lines[0]).toMatchObject({ level: 'warn', message: 'a database connection was lost' })

    const client = await pool.connect()
    await client.query('begin')
    const busy = await client.query('select pg_backend_pid() as pid')
    await cut(busy.rows[0].pid)
    await expect(client.query('select 1')).rejects.toThrow()
    client.release(true)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await close()
  })
})

describe('a database that cannot be used', () => {
  const { password, port, pathname } = new URL(database.url)

  test.each([
    [
      'nobody listens',
      database.url.replace(`:${port}`, ':1'),
      'unreachable',
      /127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
    ],
    ['the password is wrong', database.url.replace(password, 'wrong'), 'unreachable', /password authentication failed/],
    ['there is no such database', database.url.replace(pathname, '/absent'), 'unreachable', /"absent" does not exist/],
    ['the server has no TLS', `${database.url}?sslmode=require`, 'unreachable', /does not support SSL/],
    ['the address is none', 'localhost:5432', 'bad-url', /must look like postgres:/],
    [
      'libpq would try both ways',
      `${database.url}?sslmode=prefer`,
      'bad-url',
      /sslmode=prefer .* use one of disable, require/,
    ],
  ])('%s', async (_, url, code, message) => {
    const error = await open(url).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'DatabaseError', code, message: expect.stringMatching(message) })
    expect(JSON.stringify([String(error), error])).not.toContain(password)
  })

  test('sslmode=disable works where there is no TLS', async () => {
    const { pool, close } = await open(`${database.url}?sslmode=disable`)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await close()
  })

  test('an old server is refused with its version', async () => {
    // The real server, for one role made to answer as an old one would.
    await database.pool.query('create schema old')
    await database.pool.query(`create function old.current_setting(text) returns text language sql
      as $$ select case $1 when 'server_version_num' then '130014' else '13.14' end $$`)
    await database.pool.query(
      `alter role current_user in database ${pathname.slice(1)} set search_path = old, pg_catalog`,
    )
    await expect(open(database.url)).rejects.toMatchObject({
      code: 'too-old',
      message: expect.stringMatching(/PostgreSQL 13\.14; Tocsin needs 14/),
    })
    await database.pool.query(`alter role current_user in database ${pathname.slice(1)} reset search_path`)
  })
})

describe('inTransaction', () => {
  test('commits what fn did and gives its result', async () => {
    const id = await inTransaction(database.db, async (tx) => {
      await tx.insertInto('things').values({ id: 1, name: 'kept' }).execute()
      return 1
    })
    expect(await database.db.selectFrom('things').selectAll().where('id', '=', id).execute()).toEqual([
      { id: 1, name: 'kept' },
    ])
  })

  test('keeps nothing when fn throws, runs it once, and throws the same', async () => {
    const reason = new Error('no')
    let runs = 0
    const failed = inTransaction(database.db, async (tx) => {
      runs += 1
      await tx.insertInto('things').values({ id: 2, name: 'lost' }).execute()
      throw reason
    })
    await expect(failed).rejects.toBe(reason)
    expect(runs).toBe(1)
    expect(await database.db.selectFrom('things').select('id').where('id', '=', 2).execute()).toEqual([])
  })

  test('does not commit after a statement whose error fn swallowed', async () => {
    const failed = inTransaction(database.db, async (tx) => {
      await tx.insertInto('things').values({ id: 3, name: 'lost' }).execute()
      await sql`select 1 / 0`.execute(tx).catch(() => undefined)
    })
    await expect(failed).rejects.toMatchObject({ name: 'AbortedTransactionError' })
    expect(await database.db.selectFrom('things').select('id').where('id', '=', 3).execute()).toEqual([])
  })

  test('a constraint that is checked at the commit is told as the database told it', async () => {
    await database.pool.query(`create table later (id int unique deferrable initially deferred)`)
    const failed = inTransaction(database.db, async (tx) => {
      await sql`insert into later values (1), (1)`.execute(tx)
    })
    await expect(failed).rejects.toMatchObject({ code: '23505' })
  })

  test('the error that fn met is told even when the connection is gone', async () => {
    const failed = inTransaction(database.db, async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await cut(rows[0]?.pid)
      throw new Error('the real reason')
    })
    await expect(failed).rejects.toThrow('the real reason')
  })

  test('a connection that breaks while committing leaves the outcome unknown, and says so', async () => {
    // Everything passes, until the commit, which is the moment the network dies.
    const relay = createServer((near) => {
      const far = dial(Number(new URL(database.url).port), '127.0.0.1')
      far.pipe(near)
      near.on('data', (chunk) => {
        if (chunk.includes('commit')) {
          near.destroy()
          far.destroy()
        } else far.write(chunk)
      })
      for (const socket of [near, far]) socket.on('error', () => socket.destroy())
      near.on('close', () => far.destroy())
    })
    await once(relay.listen(0, '127.0.0.1'), 'listening')
    const address = relay.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { db, close } = await open(database.url.replace(/:\d+\//, `:${port}/`))
    const failed = inTransaction(db, async (tx) => {
      await tx.insertInto('things').values({ id: 4, name: 'who knows' }).execute()
    })
    await expect(failed).rejects.toMatchObject({ name: 'DatabaseError', code: 'outcome-unknown' })
    await close()
    relay.close()
  })
})
