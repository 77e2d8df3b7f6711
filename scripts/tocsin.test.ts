import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'

const script = fileURLToPath(new URL('tocsin.ts', import.meta.url))
const { url } = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'tocsin-cli-'))
await chmod(folder, 0o755)
afterAll(() => rm(folder, { recursive: true, force: true }))

type Ended = { code: number | null; out: string; err: string }

function tocsin(args: readonly string[], env: Record<string, string> = { DATABASE_URL: url }): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, TOCSIN_DATA: folder, ...env } })
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
