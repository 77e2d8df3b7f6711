import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { endChild, queryOnce, spawnEmbedded, temporaryFolder } from '../../../test/support/embedded-postgres-process.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { settleFormerServer } from './adopt.ts'
import { isAlive, postmasterFile, readPostmasterFile } from './postmaster.ts'
import { findProgram } from './program.ts'
import { chooseRunAs } from './run-as.ts'
import { startEmbeddedPostgres } from './start-embedded-postgres.ts'

const settings = { fsync: 'off' }

async function start(dataFolder: string, port?: number) {
  const log = recordingLog()
  const options = { dataFolder, log, settings, patienceMs: 5_000, ...(port === undefined ? {} : { port }) }
  return { ...(await startEmbeddedPostgres(options)), log }
}

/** A Tocsin that is killed with -9 once its PostgreSQL runs. */
async function killedTocsin(dataFolder: string) {
  const { child, answer } = spawnEmbedded({ dataFolder })
  const server = await answer
  const pid = (await readPostmasterFile(join(dataFolder, 'postgres')))?.pid ?? 0
  return { server, pid, kill: () => endChild(child, 'SIGKILL') }
}

describe('after kill -9 of Tocsin', () => {
  test('adopts the server it left at once, on whatever port, and stops it in the end', async () => {
    await using folder = await temporaryFolder()
    const former = await killedTocsin(folder.path)
    await queryOnce(former.server.url, 'create table kept as select 7 as id')
    await former.kill()
    expect(await isAlive(former.pid)).toBe(true)

    const asked = former.server.port === 54_399 ? 54_398 : 54_399
    const since = performance.now()
    const server = await start(folder.path, asked)
    expect(performance.now() - since).toBeLessThan(5_000)
    expect(server).toMatchObject({ adopted: true, port: former.server.port, url: former.server.url })
    expect(await queryOnce(server.url, 'select id from kept')).toEqual({ id: 7 })
    await server.stop()
    expect(await isAlive(former.pid)).toBe(false)
  })

  test('recovers when PostgreSQL was killed with it', async () => {
    await using folder = await temporaryFolder()
    const former = await killedTocsin(folder.path)
    await queryOnce(former.server.url, 'create table kept as select 7 as id')
    await former.kill()
    process.kill(former.pid, 'SIGKILL')
    const server = await start(folder.path)
    expect(server.adopted).toBe(false)
    expect(await queryOnce(server.url, 'select id from kept')).toEqual({ id: 7 })
    await server.stop()
  })

  test('waits for one that is shutting down', async () => {
    await using folder = await temporaryFolder()
    const former = await killedTocsin(folder.path)
    await former.kill()
    process.kill(former.pid, 'SIGINT')
    const server = await start(folder.path)
    expect(await queryOnce(server.url, 'select 1 as one')).toEqual({ one: 1 })
    await server.stop()
  })

  test('replaces one of another version', async () => {
    await using folder = await temporaryFolder()
    const former = await killedTocsin(folder.path)
    await former.kill()
    const log = recordingLog()
    const runAs = await chooseRunAs(join(folder.path, 'postgres'))
    const program = { ...(await findProgram({ log }, { dataFolder: folder.path, runAs })), version: '18.99' }
    const password = (await readFile(join(folder.path, 'postgres', 'tocsin.password'), 'utf8')).trim()
    const cluster = { folder: join(folder.path, 'postgres'), password }
    expect(await settleFormerServer({ log, program }, cluster, 5_000)).toBeUndefined()
    expect(await isAlive(former.pid)).toBe(false)
  })

  test('does not touch one that does not answer, and names its process', async () => {
    await using folder = await temporaryFolder()
    const former = await killedTocsin(folder.path)
    await former.kill()
    process.kill(former.pid, 'SIGSTOP')
    await expect(start(folder.path)).rejects.toMatchObject({
      code: 'occupied',
      message: expect.stringContaining(`kill -INT ${former.pid}`),
    })
    expect(await isAlive(former.pid)).toBe(true)
    process.kill(former.pid, 'SIGCONT')
    const server = await start(folder.path)
    expect(server.adopted).toBe(true)
    await server.stop()
  })
})

describe('a stale postmaster.pid', () => {
  /** Stops a Tocsin in an orderly way, then puts back the file it had, naming `pid`. */
  async function stoppedNaming(dataFolder: string, pid: number): Promise<void> {
    const server = await start(dataFolder)
    const path = postmasterFile(join(dataFolder, 'postgres'))
    const text = await readFile(path, 'utf8')
    const { uid, gid } = await stat(path)
    await server.stop()
    await writeFile(path, text.replace(/^\d+/, String(pid)))
    if (process.getuid?.() === 0) await import('node:fs/promises').then(({ chown }) => chown(path, uid, gid))
  }

  async function sleeper(dataFolder: string) {
    // PostgreSQL itself is only misled by a process of its own user.
    const runAs = await chooseRunAs(join(dataFolder, 'postgres'))
    const child = spawn('sleep', ['600'], { stdio: 'ignore', ...runAs })
    await once(child, 'spawn')
    return child
  }

  test('whose number another process has now is removed; the process is left alone', async () => {
    await using folder = await temporaryFolder()
    const other = await sleeper(folder.path)
    try {
      await stoppedNaming(folder.path, other.pid ?? 0)
      const server = await start(folder.path)
      expect(server.adopted).toBe(false)
      expect(server.log.lines).toContainEqual(
        expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ pid: other.pid }) }),
      )
      expect(await isAlive(other.pid ?? 0)).toBe(true)
      await server.stop()
    } finally {
      await endChild(other, 'SIGKILL')
    }
  })

  test('whose process is only a zombie is removed', async () => {
    await using folder = await temporaryFolder()
    const runAs = await chooseRunAs(join(folder.path, 'postgres'))
    // The shell's child ends and is never collected, because by then the shell has become a program that does not wait.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      ...runAs,
    })
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer]
      const zombie = Number(said.toString())
      while (await isAlive(zombie)) await sleep(20)
      expect(process.kill(zombie, 0)).toBe(true)
      await stoppedNaming(folder.path, zombie)
      const server = await start(folder.path)
      expect(server.adopted).toBe(false)
      await server.stop()
    } finally {
      await endChild(parent, 'SIGKILL')
    }
  })

  test('of a copied data folder does not lead to the original server', async () => {
    await using original = await temporaryFolder()
    await using copy = await temporaryFolder()
    await (await start(copy.path)).stop()
    const running = await start(original.path)
    try {
      for (const name of ['postmaster.pid', 'tocsin.password']) {
        const target = join(copy.path, 'postgres', name)
        await rm(target, { force: true })
        await copyFile(join(original.path, 'postgres', name), target)
      }
      const log = recordingLog()
      const runAs = await chooseRunAs(join(copy.path, 'postgres'))
      const program = await findProgram({ log }, { dataFolder: copy.path, runAs })
      const password = (await readFile(join(copy.path, 'postgres', 'tocsin.password'), 'utf8')).trim()
      const cluster = { folder: join(copy.path, 'postgres'), password }
      expect(await settleFormerServer({ log, program }, cluster, 2_000)).toBeUndefined()
      expect(await queryOnce(running.url, 'select 1 as one')).toEqual({ one: 1 })
    } finally {
      await running.stop()
    }
  })

  test('that was being written when the power went is no obstacle', async () => {
    await using folder = await temporaryFolder()
    await stoppedNaming(folder.path, 2 ** 22 + 1)
    const server = await start(folder.path)
    expect(server.adopted).toBe(false)
    await server.stop()
  })
})
