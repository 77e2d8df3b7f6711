import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import { insertPerson, personByEmail, updatePersonRow } from '../src/db/people.ts'
import { hashPassword, isPassword } from '../src/lib/password.ts'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'

const script = fileURLToPath(new URL('tocsin.ts', import.meta.url))
const { url, pool } = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'tocsin-cli-'))
await chmod(folder, 0o755)
afterAll(() => rm(folder, { recursive: true, force: true }))

type Ended = { code: number | null; out: string; err: string }

function tocsin(
  args: readonly string[],
  env: Record<string, string> = { DATABASE_URL: url },
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, TOCSIN_DATA: folder, ...env } })
  child.stdin.on('error', () => undefined).end(input)
  const ended: Ended = { code: null, out: '', err: '' }
  child.stdout.on('data', (data) => {
    ended.out += data
  })
  child.stderr.on('data', (data) => {
    ended.err += data
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...ended, code }))
  })
}

async function fileOf(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.yaml`)
  await writeFile(path, text)
  return path
}

const config = `tocsin: 1
sources:
  - name: KSC Berlin
    connector: ksc
    settings:
      address: ksc.example
      user: reader
      fingerprint: "${'AB'.repeat(32)}"
`

describe('config', () => {
  test('goes out, in and out again', async () => {
    const none = await tocsin(['config', 'export'])
    const retention = 'retention:\n  eventsDays: 90\n  historyDays: 400\n  tenantsDays: 400\n'
    const empty = `tocsin: 1\n${retention}sources: []\npsas: []\nintegrations: []\n`
    expect(none).toEqual({ code: 0, out: empty, err: '' })
    const file = await fileOf(config)
    const dry = await tocsin(['config', 'import', file, '--dry-run'])
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toContain('+ sources / KSC Berlin / settings / port: 13299\n')
    expect(dry.out).toMatch(
      /\d+ values would change\.\nEnter this secret: source “KSC Berlin”, Password \(password\)\.\n$/,
    )
    expect((await tocsin(['config', 'export'])).out).toBe(none.out)
    expect((await tocsin(['config', 'import', file])).out).toMatch(/\d+ values changed\./)
    const out = await tocsin(['config', 'export'])
    expect(out.out).toContain('name: KSC Berlin')
    const again = await tocsin(['config', 'import', await fileOf(out.out)])
    expect(again.out).toMatch(/^Nothing differs\.\n/)
  })

  test.each([
    [[], 2, /no such command[\s\S]*Usage:/],
    [['config', 'delete'], 2, /no such command/],
    [['config', 'import'], 2, /takes one file/],
    [['config', 'export', '--force'], 2, /--force/],
    [['config', 'import', '/nowhere.yaml'], 2, /cannot be read/],
    [['verify-audit', 'now'], 2, /takes nothing more/],
    [['verify-audit', '--dry-run'], 2, /takes no --dry-run/],
    [['user', 'reset-password'], 2, /takes the e-mail address/],
    [['user', 'delete', 'x'], 2, /no such command/],
  ])('%j ends with %i and says how it should be', async (args, code, words) => {
    const ended = await tocsin(args)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toMatch(words)
    expect(ended.err).not.toMatch(/\bat .*\.ts:\d+/)
  })

  test.each([
    ['a: [1', 2, /is not YAML.*line 1/s],
    ['tocsin: 1\nsources:\n  - name: X\n    connector: y\n', 1, /sources\.X\.connector: There is no connector “y”/],
    ['nothing: true\n', 1, /tocsin: .*no field named “nothing”/s],
  ])('%j is refused with its place', async (text, code, words) => {
    const ended = await tocsin(['config', 'import', await fileOf(text)])
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toMatch(words)
  })

  test('is told in the audit log, by who stood at the prompt', async () => {
    const { rows } = await pool.query(
      `select actor_kind, actor_name, before, after from audit where action = 'import-config'`,
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ actor_kind: 'command', actor_name: expect.stringMatching(/./), before: {} })
    expect(rows[0].after['sources / KSC Berlin / settings / address']).toBe('"ksc.example"')
  })

  test('works beside a server that keeps the embedded database', async () => {
    const dataFolder = join(folder, 'data')
    const server = await startEmbeddedPostgres({ dataFolder, log: recordingLog(), settings: { fsync: 'off' } })
    try {
      const env = { DATABASE_URL: '', TOCSIN_DATA: dataFolder }
      expect(await tocsin(['config', 'import', await fileOf(config)], env)).toMatchObject({ code: 0, err: '' })
      const { out } = await tocsin(['config', 'export'], env)
      expect(out).toContain('name: KSC Berlin')
    } finally {
      await server.stop()
    }
  })
})

describe('user reset-password', () => {
  const next = 'nine purple engines sleep'

  test('gives a person a new password, ends its sessions and says so in the audit log', async () => {
    const now = new Date()
    const person = { name: 'Ada', email: 'ada@example.com', role: 'administrator', oidcSubject: null } as const
    const id = await insertPerson(pool, { ...person, passwordHash: await hashPassword('the one before') }, now)
    await pool.query(
      `insert into sessions (person_id, digest, csrf, created_at, last_seen_at, ends_at, address, user_agent)
       values ($1, 'd', 'c', $2, $2, $2, '', '')`,
      [id, now],
    )
    await pool.query(
      `insert into sign_in_failures values ('person ada@example.com', 9, $1, $1), ('account ada@example.com', 9, $1, $1),
       ('place ::1 ada@example.com', 9, $1, $1), ('person other@example.com', 9, $1, $1)`,
      [now],
    )
    await updatePersonRow(pool, id, { totpSecret: 'sealed', totpConfirmedAt: now }, now)
    const ended = await tocsin(['user', 'reset-password', 'ADA@example.com'], undefined, `${next}\n`)
    expect(ended).toEqual({
      code: 0,
      out: 'ada@example.com has a new password, and is signed out everywhere.\n',
      err: '',
    })
    const after = await personByEmail(pool, person.email)
    expect(await isPassword(after?.passwordHash ?? null, next)).toBe(true)
    expect(after?.totpConfirmedAt).not.toBeNull()
    expect((await pool.query('select from sessions')).rowCount).toBe(0)
    expect((await pool.query('select subject from sign_in_failures')).rows).toEqual([
      { subject: 'person other@example.com' },
    ])
    const { rows } = await pool.query(`select to_jsonb(a) as row from audit a where action = 'reset-password'`)
    expect(rows).toMatchObject([
      {
        row: {
          actor_kind: 'command',
          subject_name: person.email,
          after: { password: '(changed)', secondFactor: true },
        },
      },
    ])
    expect(JSON.stringify(rows)).not.toContain(next)
  })

  test('removes the second factor when that is asked for', async () => {
    const ended = await tocsin(['user', 'reset-password', 'Ada', '--remove-second-factor'], undefined, `${next}\n`)
    expect(ended.code).toBe(0)
    expect(await personByEmail(pool, 'ada@example.com')).toMatchObject({ totpSecret: null, totpConfirmedAt: null })
  })

  test.each([
    ['nobody@example.com', next, /There is nobody “nobody@example.com”. There are: ada@example.com\./],
    ['ada@example.com', 'ada@example.com', /too easy to guess/],
    ['ada@example.com', '', /no password on standard input/],
  ])('of %s to “%s” is refused', async (who, password, words) => {
    const ended = await tocsin(['user', 'reset-password', who], undefined, password)
    expect([ended.code, ended.out]).toEqual([1, ''])
    expect(ended.err).toMatch(words)
  })
})

describe('verify-audit', () => {
  test('says that the chain holds, and notices a lost end and a changed row', async () => {
    const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from audit')
    const whole = await tocsin(['verify-audit'])
    expect([whole.code, whole.err]).toEqual([0, ''])
    const [, count, hash = ''] =
      /^(\d+) rows: the chain holds\. Hash of the last one: ([0-9a-f]{64})\n/.exec(whole.out) ?? []
    expect(Number(count)).toBe(rows[0]?.count)
    expect((await tocsin(['verify-audit', '--last-hash', hash])).code).toBe(0)
    await pool.query('alter table audit disable trigger audit_is_append_only')
    await pool.query('delete from audit where id = $1', [count])
    expect((await tocsin(['verify-audit'])).code).toBe(0)
    expect(await tocsin(['verify-audit', '--last-hash', hash])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('rows were cut off at the end'),
    })
    await pool.query(`update audit set actor_name = 'Eve' where id = 1`)
    expect(await tocsin(['verify-audit'])).toMatchObject({
      code: 1,
      err: 'The audit log was tampered with. Row 1 is not what was written.\n',
    })
  })
})
