import { once } from 'node:events'
import { appendFile, chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { endChild, queryOnce, spawnEmbedded, temporaryFolder } from '../../../test/support/embedded-postgres-process.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { pruneLog } from './postgres-log.ts'
import { isAlive, isGoneWithin, readPostmasterFile } from './postmaster.ts'
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './start-embedded-postgres.ts'

const isRoot = process.getuid?.() === 0
const settings = { fsync: 'off' }

function start(dataFolder: string, more: Partial<EmbeddedPostgresOptions> = {}) {
  return startEmbeddedPostgres({ dataFolder, log: recordingLog(), settings, ...more })
}

async function pidOf(dataFolder: string): Promise<number> {
  return (await readPostmasterFile(join(dataFolder, 'postgres')))?.pid ?? 0
}

describe('a first start and a second', () => {
  test('makes a database, keeps its rows, tells no secret and leaves no process', async () => {
    await using folder = await temporaryFolder()
    // The default is relative, and people have blanks and quotes in their folders.
    const dataFolder = relative(process.cwd(), join(folder.path, "Jo's new", 'data'))
    const log = recordingLog()
    // Durable, as in production: the other tests save the time.
    const first = await startEmbeddedPostgres({ dataFolder, log })
    const pid = await pidOf(dataFolder)
    await queryOnce(first.url, 'create table kept (id int)')
    await queryOnce(first.url, 'insert into kept values (7)')
    expect(await queryOnce(first.url, 'show server_version')).toEqual({
      server_version: expect.stringMatching(/^18\./),
    })
    await Promise.all([first.stop(), first.stop()])
    expect(await isAlive(pid)).toBe(false)

    const second = await startEmbeddedPostgres({ dataFolder, log })
    expect(second.adopted).toBe(false)
    expect(await queryOnce(second.url, 'select id from kept')).toEqual({ id: 7 })
    await second.stop()

    for (const url of [first.url, first.adminUrl]) {
      expect(log.text()).not.toContain(new URL(url).password)
      for (const name of await readdir(join(dataFolder, 'postgres', 'log'))) {
        expect(await readFile(join(dataFolder, 'postgres', 'log', name), 'utf8')).not.toContain(new URL(url).password)
      }
    }
    expect(log.lines.map((line) => line.message)).toContain('embedded PostgreSQL is ready')
  })

  test('listens on loopback with a password only, as a role that is no superuser', async () => {
    await using folder = await temporaryFolder()
    const server = await start(folder.path)
    try {
      const seen = await queryOnce(
        server.adminUrl,
        `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
          (select rolsuper from pg_roles where rolname = 'tocsin') as super,
          (select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'tocsin') as scram,
          (select string_agg(concat_ws(' ', type, address, auth_method), ',') from pg_hba_file_rules) as rules`,
      )
      expect(seen).toEqual({
        addresses: '127.0.0.1',
        sockets: '',
        super: false,
        scram: true,
        rules: 'host 127.0.0.1 scram-sha-256',
      })
      const wrong = server.url.replace(new URL(server.url).password, 'wrong')
      await expect(queryOnce(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' })
      const password = await stat(join(folder.path, 'postgres', 'tocsin.password'))
      expect(password.mode & 0o777).toBe(0o600)
    } finally {
      await server.stop()
    }
  })

  test('runs with settings for a small machine, and with those of a person on top', async () => {
    await using folder = await temporaryFolder()
    await (await startEmbeddedPostgres({ dataFolder: folder.path, log: recordingLog() })).stop()
    await appendFile(join(folder.path, 'postgres', 'postgresql.conf'), "work_mem = '9MB'\n")
    const server = await startEmbeddedPostgres({ dataFolder: folder.path, log: recordingLog() })
    try {
      const names = 'shared_buffers max_connections fsync synchronous_commit TimeZone jit work_mem'
      const values = names.split(' ').map((name) => `current_setting('${name}') as "${name}"`)
      expect(await queryOnce(server.url, `select ${values.join(', ')}`)).toEqual({
        shared_buffers: '32MB',
        max_connections: '60',
        fsync: 'on',
        synchronous_commit: 'on',
        TimeZone: 'UTC',
        jit: 'off',
        work_mem: '9MB',
      })
    } finally {
      await server.stop()
    }
  })

  test('of several first starts at once, one wins and the others say why not', async () => {
    await using folder = await temporaryFolder()
    const children = [1, 2, 3, 4].map(() => spawnEmbedded({ dataFolder: folder.path }))
    try {
      const answers = await Promise.all(children.map(({ answer }) => answer))
      const losers = answers.filter((answer) => answer.code !== undefined)
      expect(losers.map((answer) => answer.code)).toEqual(['locked', 'locked', 'locked'])
      expect(losers[0]?.error).toContain(`Another Tocsin is running on the data folder ${folder.path}`)
      await expect(start(folder.path)).rejects.toMatchObject({ code: 'locked' })
      const winner = answers.find((answer) => answer.code === undefined)
      expect(await queryOnce(winner?.url ?? '', 'select 1 as one')).toEqual({ one: 1 })
    } finally {
      await Promise.all(children.map(({ child }) => endChild(child, 'SIGTERM')))
    }
  })

  test('the lock holds inside one process too, and a refused start does not loosen it', async () => {
    await using folder = await temporaryFolder()
    const server = await start(folder.path)
    await expect(start(folder.path)).rejects.toMatchObject({ code: 'locked' })
    const other = spawnEmbedded({ dataFolder: folder.path })
    expect(await other.answer).toMatchObject({ code: 'locked' })
    await server.stop()
    await (await start(folder.path)).stop()
  })
})

describe('ports', () => {
  test('listens on the port asked for, or says that it is taken', async () => {
    await using folder = await temporaryFolder()
    const taken = createServer()
    await once(taken.listen(0, '127.0.0.1'), 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(start(folder.path, { port })).rejects.toMatchObject({
      code: 'port',
      message: expect.stringMatching(new RegExp(`port ${port}.*Address already in use`, 's')),
    })
    await once(taken.close(), 'close')
    const server = await start(folder.path, { port })
    expect(server.port).toBe(port)
    expect(server.url).toContain(`@127.0.0.1:${port}/`)
    await server.stop()
  })
})

describe('ending', () => {
  test('a shutdown that hangs is ended at once, and nothing committed is lost', async () => {
    await using folder = await temporaryFolder()
    const server = await start(folder.path, { patienceMs: 500 })
    await queryOnce(server.url, 'create table kept as select 7 as id')
    const { pid } = await queryOnce(
      server.adminUrl,
      "select pid from pg_stat_activity where backend_type = 'checkpointer'",
    )
    // A fast shutdown waits for this process.
    process.kill(Number(pid), 'SIGSTOP')
    const postmaster = await pidOf(folder.path)
    await server.stop()
    expect(await isAlive(postmaster)).toBe(false)

    const again = await start(folder.path)
    expect(await queryOnce(again.url, 'select id from kept')).toEqual({ id: 7 })
    await again.stop()
  })

  test('a process that exits without stopping takes PostgreSQL along', async () => {
    await using folder = await temporaryFolder()
    const { child, answer } = spawnEmbedded({ dataFolder: folder.path, exitAtOnce: true })
    const ended = once(child, 'exit')
    await answer
    const pid = await pidOf(folder.path)
    await ended
    expect(await isGoneWithin(pid || 1, 10_000)).toBe(true)
  })

  test('tells when PostgreSQL ends on its own, and starts again on what it left', async () => {
    await using folder = await temporaryFolder()
    const ended = Promise.withResolvers<Error>()
    const server = await start(folder.path, { onUnexpectedEnd: ended.resolve })
    await queryOnce(server.url, 'create table kept as select 7 as id')
    process.kill(await pidOf(folder.path), 'SIGKILL')
    expect((await ended.promise).message).toContain(join(folder.path, 'postgres', 'log'))
    await server.stop()

    const again = await start(folder.path)
    expect(again.adopted).toBe(false)
    expect(await queryOnce(again.url, 'select id from kept')).toEqual({ id: 7 })
    await again.stop()
  })

  test('keeps only the newest log files', async () => {
    await using folder = await temporaryFolder()
    const days = ['01', '02', '03', '04', '05', '06', '07']
    for (const day of days) await writeFile(join(folder.path, `postgres-202601${day}-000000.log`), '')
    await writeFile(join(folder.path, 'start.log'), '')
    await pruneLog(folder.path)
    const left = days.slice(2).map((day) => `postgres-202601${day}-000000.log`)
    expect((await readdir(folder.path)).sort()).toEqual([...left, 'start.log'])
  })
})

describe('folders that cannot be used', () => {
  test('a data folder that is a file', async () => {
    await using folder = await temporaryFolder()
    const dataFolder = join(folder.path, 'data')
    await writeFile(dataFolder, '')
    await expect(start(dataFolder)).rejects.toMatchObject({
      code: 'data-folder',
      message: expect.stringMatching(new RegExp(`${dataFolder}.*TOCSIN_DATA`)),
    })
  })

  test('a data folder we may not write', async () => {
    await using folder = await temporaryFolder()
    await chmod(folder.path, 0o555)
    const { answer } = spawnEmbedded({ dataFolder: folder.path, ...(isRoot ? { uid: 65534 } : {}) })
    expect(await answer).toMatchObject({
      code: 'data-folder',
      error: expect.stringMatching(new RegExp(`${folder.path} cannot be used: EACCES.*the right to write`)),
    })
    await chmod(folder.path, 0o755)
  })

  test('a cluster of another major version', async () => {
    await using folder = await temporaryFolder()
    await (await start(folder.path)).stop()
    const version = join(folder.path, 'postgres', 'PG_VERSION')
    for (const [other, advice] of [
      ['19', 'newer Tocsin'],
      ['17', 'restore'],
    ]) {
      await writeFile(version, `${other}\n`)
      await expect(start(folder.path)).rejects.toMatchObject({
        code: 'version',
        message: expect.stringMatching(new RegExp(`PostgreSQL ${other};.*PostgreSQL 18.*${advice}`)),
      })
    }
    await writeFile(version, '18\n')
    await (await start(folder.path)).stop()
  })

  test('something that is no database is left alone', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'postgres'))
    await writeFile(join(folder.path, 'postgres', 'thesis.txt'), 'mine')
    await expect(start(folder.path)).rejects.toMatchObject({ code: 'not-a-database' })
    expect(await readFile(join(folder.path, 'postgres', 'thesis.txt'), 'utf8')).toBe('mine')
  })

  test("a server that does not start is told in PostgreSQL's own words, and the folder is free again", async () => {
    await using folder = await temporaryFolder()
    await (await start(folder.path)).stop()
    const conf = join(folder.path, 'postgres', 'postgresql.conf')
    const good = await readFile(conf, 'utf8')
    await appendFile(conf, 'nonsense = 1\n')
    await expect(start(folder.path)).rejects.toMatchObject({
      code: 'start',
      message: expect.stringContaining('unrecognized configuration parameter "nonsense"'),
    })
    await writeFile(conf, good)
    await (await start(folder.path)).stop()
  })
})
