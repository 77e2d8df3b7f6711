import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { isGoneWithin } from '../../src/db/embedded/postmaster.ts'
import { queryOnce } from './embedded-postgres-process.ts'
import type { TestServer } from './global-setup.ts'

const setup = new URL('global-setup.ts', import.meta.url).href

/** A run of its own, as vitest would do it, that says where its PostgreSQL is and then waits; `end` does the teardown. */
const script = `
  const { setup, teardown } = await import(${JSON.stringify(setup)})
  await setup({ provide: async (_, address) => console.log(await (await fetch(address)).text()) })
  process.stdin.once('data', async () => { await teardown(); process.exit(0) })
`

async function run() {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { adminUrl } = JSON.parse(line) as TestServer
  const place = "select current_setting('data_directory') as folder, pg_read_file('postmaster.pid') as pid"
  const { folder, pid } = await queryOnce(adminUrl, place)
  return { child, folder: String(folder), pid: Number.parseInt(String(pid), 10) }
}

describe.skipIf(process.platform === 'win32')('the PostgreSQL of a test run', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'ends, and its folder goes, when the run ends by %s',
    async (signal) => {
      const { child, folder, pid } = await run()
      child.kill(signal)
      await once(child, 'exit')
      expect(await isGoneWithin(pid, 10_000)).toBe(true)
      await expect.poll(() => stat(folder).catch(() => 'gone'), { timeout: 10_000 }).toBe('gone')
    },
  )

  test('ends, and its folder goes, with the teardown', async () => {
    const { child, folder, pid } = await run()
    child.stdin.write('end\n')
    await once(child, 'exit')
    expect(await isGoneWithin(pid, 0)).toBe(true)
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
