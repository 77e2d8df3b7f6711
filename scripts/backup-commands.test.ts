import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'

const script = fileURLToPath(new URL('tocsin.ts', import.meta.url))
const { url, pool } = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'tocsin-backup-cli-'))
await chmod(folder, 0o755)
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))

type Ended = { code: number | null; out: Buffer; err: string }

function tocsin(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended: Ended = { code: null, out: Buffer.alloc(0), err: '' }
  child.stdout.on('data', (data: Buffer) => {
    ended.out = Buffer.concat([ended.out, data])
  })
  child.stderr.on('data', (data) => {
    ended.err += data
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...ended, code }))
  })
}

async function configFile(name: string): Promise<string> {
  const path = join(folder, `${name}.yaml`)
  const settings = `{ address: ksc.example, user: reader, fingerprint: "${'AB'.repeat(32)}" }`
  await writeFile(path, `tocsin: 1\nsources:\n  - { name: ${name}, connector: ksc, settings: ${settings} }\n`)
  return path
}

async function dataFolder(name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(path, { mode: 0o755 })
  return path
}

describe('backup and restore', { timeout: 180_000 }, () => {
  test('of a database of one’s own', async () => {
    const env = { DATABASE_URL: url, TOCSIN_DATA: await dataFolder('external') }
    const file = join(folder, 'external.tocsin')
    const none = await tocsin(['backup', file], env)
    expect(none).toMatchObject({ code: 1 })
    expect(none.err).toContain('Tocsin was never started on this database')
    expect(await tocsin(['config', 'import', await configFile('Before')], env)).toMatchObject({ code: 0 })
    const taken = await tocsin(['backup', file], env)
    expect(taken).toMatchObject({ code: 0, out: Buffer.alloc(0) })
    expect(taken.err).toMatch(/^Copied \d+ rows of \d+ tables as of .* to .*external\.tocsin, [\d.]+ MB\.\n/)
    expect(taken.err).toContain(`their key is not in it: keep the file ${join(env.TOCSIN_DATA, 'secret')} safe`)
    const streamed = await tocsin(['backup', '-'], env)
    const streamFile = join(folder, 'streamed.tocsin')
    await writeFile(streamFile, streamed.out)
    await tocsin(['config', 'import', await configFile('After')], env)

    const refused = await tocsin(['restore', file], env)
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.err).toMatch(/The database now holds \d connections? and 0 tickets[\s\S]*say --replace/)
    expect((await tocsin(['restore', file, '--replace'], env)).err).toContain('say --replace --yes')
    expect((await tocsin(['restore', file, '--replace', '--yes'], env)).code).toBe(0)
    const names = 'select name from sources'
    expect((await pool.query(names)).rows).toEqual([{ name: 'Before' }])
    await tocsin(['config', 'import', await configFile('After')], env)
    expect(await tocsin(['restore', streamFile, '--replace', '--yes'], env)).toMatchObject({ code: 0 })
    expect((await pool.query(names)).rows).toEqual([{ name: 'Before' }])

    const stranger = { ...env, TOCSIN_DATA: await dataFolder('stranger') }
    expect((await tocsin(['restore', file, '--replace', '--yes'], stranger)).err).toContain('sealed with another key')
  })

  test('of the embedded database, beside a server and without one, and on another machine', async () => {
    const env = { DATABASE_URL: '', TOCSIN_DATA: await dataFolder('data') }
    const other = { DATABASE_URL: '', TOCSIN_DATA: await dataFolder('other') }
    const file = join(folder, 'embedded.tocsin')
    expect((await tocsin(['backup', file], env)).err).toContain('There is no database in')
    await tocsin(['config', 'import', await configFile('Berlin')], env)
    expect(await tocsin(['backup', file], env)).toMatchObject({ code: 0 })
    const server = await startEmbeddedPostgres({ dataFolder: env.TOCSIN_DATA, log: recordingLog() })
    try {
      expect(await tocsin(['backup', file], env)).toMatchObject({ code: 0 })
      const refused = await tocsin(['restore', file, '--replace', '--yes'], env)
      expect(refused).toMatchObject({ code: 1 })
      expect(refused.err).toContain('Another Tocsin is running on the data folder')
    } finally {
      await server.stop()
    }
    await copyFile(join(env.TOCSIN_DATA, 'secret'), join(other.TOCSIN_DATA, 'secret'))
    expect(await tocsin(['restore', file], other)).toMatchObject({ code: 0 })
    expect((await tocsin(['config', 'export'], other)).out.toString()).toContain('name: Berlin')
    expect((await readFile(join(other.TOCSIN_DATA, 'secret'))).toString()).toBe(
      (await readFile(join(env.TOCSIN_DATA, 'secret'))).toString(),
    )
  })

  test.each([
    [['backup'], /backup takes one file/],
    [['restore', 'a', 'b'], /restore takes one file/],
    [['backup', 'a', '--replace'], /backup takes no --replace/],
    [['restore', 'a', '--silent-minutes', 'x'], /whole number/],
  ])('%j is refused', async (args, words) => {
    const ended = await tocsin(args, { DATABASE_URL: url })
    expect(ended.code).toBe(2)
    expect(ended.err).toMatch(words)
  })
})
