import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { holdServerLock } from '../src/db/server-lock.ts'
import { systemClock } from '../src/lib/clock.ts'
import { systemIds } from '../src/lib/ids.ts'
import { createSecretBox } from '../src/lib/secret-box.ts'
import { findBox } from '../src/usecases/find-box.ts'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'

/** `rotate-key` as an operator runs it, killed wherever it stands. */

const script = fileURLToPath(new URL('tocsin.ts', import.meta.url))
const log = recordingLog()
const root = await mkdtemp(join(tmpdir(), 'tocsin-rotate-'))
await chmod(root, 0o755)
afterAll(() => rm(root, { recursive: true, force: true }))

type Ended = { code: number | null; out: string; err: string }
type Running = { child: ChildProcess; ended: Promise<Ended> }

function run(args: readonly string[], env: Record<string, string>, input = ''): Running {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env } })
  child.stdin.on('error', () => undefined).end(input)
  const ended: Ended = { code: null, out: '', err: '' }
  child.stdout.on('data', (data) => {
    ended.out += data
  })
  child.stderr.on('data', (data) => {
    ended.err += data
  })
  const whole = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...ended, code }))
  })
  return { child, ended: whole }
}

/** A database with one sealed secret, and the data folder beside it. */
async function installation(name: string, secret: string | null) {
  const { url, pool } = await testDatabase()
  const dataFolder = join(root, name)
  await mkdir(dataFolder, { mode: 0o755 })
  const env = { DATABASE_URL: url, TOCSIN_DATA: dataFolder, TOCSIN_SECRET: secret ?? '' }
  const find = (given = secret) =>
    findBox({ pool, clock: systemClock, ids: systemIds, log }, { secret: given, dataFolder })
  const { box } = await find()
  await pool.query(
    `insert into psas (connector, name, settings, secrets, created_at, updated_at)
     values ('autotask', 'Desk', '{}', '{}', now(), now())`,
  )
  await pool.query(`update psas set secrets = jsonb_build_object('secret', $1::text)`, [
    box.seal('secret of the desk', 'psas/1/secret'),
  ])
  /** Opened with the key that a server would find now. */
  const opened = async (given = secret) => {
    const found = await find(given)
    const { rows } = await pool.query<{ sealed: string }>(`select secrets->>'secret' as sealed from psas`)
    return found.box.open(rows[0]?.sealed ?? '', 'psas/1/secret')
  }
  const keyNow = () => readFile(join(dataFolder, 'secret'), 'utf8')
  return { pool, dataFolder, env, opened, keyNow }
}

describe('rotate-key', { timeout: 120_000 }, () => {
  test('makes a new key in the data folder; a back-up of before is restored with the one of then', async () => {
    const { env, dataFolder, opened, keyNow } = await installation('file', null)
    const file = join(root, 'before.tocsin')
    expect((await run(['backup', file], env).ended).code).toBe(0)
    const first = await keyNow()
    const ended = await run(['rotate-key'], env).ended
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(ended.out).toMatch(/^1 stored secret is sealed with a new key: .*secret\.\n/)
    expect(await keyNow()).not.toBe(first)
    expect(`${ended.out}${ended.err}`).not.toContain((await keyNow()).trim())
    expect(await opened()).toBe('secret of the desk')
    const restored = await run(['restore', file, '--replace', '--yes'], env).ended
    expect(restored.code, restored.err).toBe(0)
    expect(await opened()).toBe('secret of the desk')
    expect((await readdir(dataFolder)).sort()).toEqual(['secret', expect.stringMatching(/^secret\.until-/)])
  })

  test('killed while the database works: all is as before, and the next attempt does it', async () => {
    const { pool, env, dataFolder, opened, keyNow } = await installation('killed', null)
    const first = await keyNow()
    const blocker = await pool.connect()
    await blocker.query('begin; lock table psas in access exclusive mode')
    const { child, ended } = run(['rotate-key'], env)
    const waiting = async () =>
      (await pool.query(`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`))
        .rowCount
    await expect.poll(waiting, { timeout: 30_000 }).toBe(1)
    child.kill('SIGKILL')
    await ended
    await blocker.query('rollback')
    blocker.release()
    expect((await readdir(dataFolder)).sort()).toEqual(['secret', 'secret.next'])
    expect([await opened(), await keyNow()]).toEqual(['secret of the desk', first])
    expect((await run(['rotate-key'], env).ended).out).toContain('1 stored secret is sealed with a new key')
    expect(await opened()).toBe('secret of the desk')
    expect(await keyNow()).not.toBe(first)
  })

  test('killed at any moment leaves a key that opens everything', async () => {
    const { env, opened } = await installation('sweep', null)
    const begun = performance.now()
    expect((await run(['rotate-key'], env).ended).code).toBe(0)
    const wholeMs = performance.now() - begun
    for (let part = 5; part <= 10; part++) {
      const { child, ended } = run(['rotate-key'], env)
      const timer = setTimeout(() => child.kill('SIGKILL'), (wholeMs * part) / 10)
      await ended
      clearTimeout(timer)
      expect(await opened()).toBe('secret of the desk')
    }
    const last = await run(['rotate-key'], env).ended
    expect([last.code, last.err]).toEqual([0, ''])
    expect(await opened()).toBe('secret of the desk')
  })

  test('takes the new TOCSIN_SECRET from standard input', async () => {
    const [old, next] = ['the old key of the operator, long enough', 'the new key of the operator, long enough']
    const { env, dataFolder, opened } = await installation('given', old)
    const short = await run(['rotate-key'], env, 'short\n').ended
    expect([short.code, short.err]).toEqual([1, expect.stringContaining('at least 32 characters')])
    expect((await run(['rotate-key'], env).ended).err).toContain('no key on standard input')
    expect(await opened()).toBe('secret of the desk')
    const done = await run(['rotate-key'], env, `${next}\n`).ended
    expect([done.code, done.err]).toEqual([0, ''])
    expect(done.out).toContain('Set TOCSIN_SECRET to it for every process')
    expect(done.out).not.toContain(next)
    expect(await opened(next)).toBe('secret of the desk')
    const again = await run(['rotate-key'], env, `${next}\n`).ended
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('TOCSIN_SECRET is not the key')])
    expect(await readdir(dataFolder)).toEqual([])
    expect(createSecretBox(next).derive('x')).not.toBe(createSecretBox(old).derive('x'))
  })

  test('is refused while a server runs, with words', async () => {
    const { pool, env, opened, keyNow } = await installation('running', null)
    const first = await keyNow()
    const server = await holdServerLock(pool, log)
    const refused = await run(['rotate-key'], env).ended
    await server.release()
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect(refused.err).toContain('Stop every server process of this installation')
    expect([await opened(), await keyNow()]).toEqual(['secret of the desk', first])
    expect((await run(['rotate-key', 'now'], env).ended).code).toBe(2)
  })
})
