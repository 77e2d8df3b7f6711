import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { endChild, queryOnce, spawnEmbedded, temporaryFolder } from '../../../test/support/embedded-postgres-process.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { openCluster } from './cluster.ts'
import { isAlive, readPostmasterFile } from './postmaster.ts'
import { findProgram, packagedNative } from './program.ts'
import { chooseRunAs, giveTreeTo, reachableBy } from './run-as.ts'
import { startEmbeddedPostgres } from './start-embedded-postgres.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const settings = { fsync: 'off' }

function start(dataFolder: string) {
  return startEmbeddedPostgres({ dataFolder, log: recordingLog(), settings })
}

/** Asks for the id, starts, and stops again: a whole life on that folder. */
async function lives(dataFolder: string): Promise<void> {
  const server = await start(dataFolder)
  try {
    expect(await queryOnce(server.url, 'select 1 as one')).toEqual({ one: 1 })
  } finally {
    await server.stop()
  }
}

describe('making the cluster', () => {
  test('a start killed at any moment of it leaves nothing that the next start trips over', async () => {
    await using folder = await temporaryFolder()
    const halfMade = async () => (await readdir(folder.path)).filter((name) => name.startsWith('postgres.new-'))
    // initdb takes some 400 ms: at its beginning, into it, and around its end.
    for (const afterMs of [0, 150, 400]) {
      const before = await halfMade()
      const { child } = spawnEmbedded({ dataFolder: folder.path })
      const deadline = performance.now() + 10_000
      while ((await halfMade()).every((name) => before.includes(name))) {
        expect(performance.now()).toBeLessThan(deadline)
        await sleep(5)
      }
      await sleep(afterMs)
      await endChild(child, 'SIGKILL')
      if (afterMs === 0) expect(await halfMade()).toHaveLength(1)
    }
    await lives(folder.path)
    expect((await readdir(folder.path)).filter((name) => name.startsWith('postgres'))).toEqual(['postgres'])
  })

  test("initdb's own words are told, and nothing half-made is kept", async () => {
    await using folder = await temporaryFolder()
    const log = recordingLog()
    const dataFolder = join(folder.path, 'data')
    await mkdir(dataFolder, { mode: 0o755 })
    const native = packagedNative()
    const broken = join(folder.path, 'native')
    await cp(native.folder, broken, { recursive: true, verbatimSymlinks: true })
    await rm(join(broken, 'share/postgresql/system_views.sql'))
    const runAs = await chooseRunAs(join(dataFolder, 'postgres'))
    const program = await findProgram({ log }, { dataFolder, runAs, native: { ...native, folder: broken } })
    await expect(openCluster({ log, program }, { dataFolder, durable: false })).rejects.toMatchObject({
      code: 'initdb',
      message: expect.stringMatching(/system_views\.sql" does not exist/),
    })
    expect(await readdir(dataFolder)).toEqual([])
  })

  test.skipIf(!isRoot || process.platform !== 'linux')('a full disk is told as such', async ({ skip }) => {
    await using folder = await temporaryFolder()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=755', 'none', folder.path])
    if (mounted.status !== 0) skip('this machine lets nobody mount a small disk')
    try {
      await expect(start(folder.path)).rejects.toMatchObject({
        code: 'initdb',
        message: expect.stringContaining('No space left on device'),
      })
      expect(await readdir(folder.path)).toEqual(['tocsin.lock'])
    } finally {
      spawnSync('umount', [folder.path])
    }
  })

  test('an empty folder that was made for it beforehand is used', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'postgres'))
    await lives(folder.path)
  })
})

describe.skipIf(!isRoot)('started by root', () => {
  test('PostgreSQL runs as nobody, who owns the cluster', async () => {
    await using folder = await temporaryFolder()
    const server = await start(folder.path)
    try {
      const cluster = join(folder.path, 'postgres')
      const file = await readPostmasterFile(cluster)
      expect((await stat(`/proc/${file?.pid}`)).uid).toBe(nobody.uid)
      expect((await stat(cluster)).uid).toBe(nobody.uid)
    } finally {
      await server.stop()
    }
  })

  test.skipIf(process.platform !== 'linux')(
    'works below a folder that only root may enter, killed or not',
    async () => {
      await using folder = await temporaryFolder()
      await chmod(folder.path, 0o700)
      const dataFolder = join(folder.path, 'deep', 'data')
      await lives(dataFolder)
      const { child, answer } = spawnEmbedded({ dataFolder })
      const former = await answer
      await queryOnce(former.url, 'create table kept as select 7 as id')
      await endChild(child, 'SIGKILL')
      const server = await start(dataFolder)
      expect(server.adopted).toBe(true)
      expect(await queryOnce(server.url, 'select id from kept')).toEqual({ id: 7 })
      await server.stop()
    },
  )

  test('a cluster that an ordinary user made stays the property of that user', async () => {
    await using folder = await temporaryFolder()
    await lives(folder.path)
    const cluster = join(folder.path, 'postgres')
    const user = { uid: 12_345, gid: 12_345 }
    await giveTreeTo(cluster, user)
    await lives(folder.path)
    for (const name of ['.', 'tocsin.conf', 'log', 'postgresql.conf']) {
      expect((await stat(join(cluster, name))).uid).toBe(user.uid)
    }
  })

  test('a cluster that root came to own is given back to nobody', async () => {
    await using folder = await temporaryFolder()
    await lives(folder.path)
    await giveTreeTo(join(folder.path, 'postgres'), { uid: 0, gid: 0 })
    await lives(folder.path)
    expect((await stat(join(folder.path, 'postgres', 'base'))).uid).toBe(nobody.uid)
  })
})

describe('started by an ordinary user', () => {
  const source = new URL('../../../package.json', import.meta.url).pathname
  test('runs as that user, and is adopted by the next start', async ({ skip }) => {
    if (isRoot && !(await reachableBy(join(source, '..'), nobody))) skip('nobody cannot read this checkout')
    await using folder = await temporaryFolder()
    const dataFolder = join(folder.path, 'data')
    await mkdir(dataFolder)
    if (isRoot) await giveTreeTo(dataFolder, nobody)
    const user = isRoot ? { uid: nobody.uid } : {}
    const first = spawnEmbedded({ dataFolder, ...user })
    const former = await first.answer
    expect(former.error).toBeUndefined()
    await endChild(first.child, 'SIGKILL')

    const second = spawnEmbedded({ dataFolder, ...user })
    expect(await second.answer).toMatchObject({ adopted: true, url: former.url })
    const pid = (await readPostmasterFile(join(dataFolder, 'postgres')))?.pid ?? 0
    await endChild(second.child, 'SIGTERM')
    expect(await isAlive(pid)).toBe(false)
  })
})
