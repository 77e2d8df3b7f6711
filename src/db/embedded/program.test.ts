import { chmod, cp, lstat, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { spawnEmbedded, temporaryFolder } from '../../../test/support/embedded-postgres-process.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { findProgram, packagedNative } from './program.ts'
import { copyProgram } from './program-copy.ts'
import { giveTreeTo, reachableBy } from './run-as.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const native = packagedNative()

/** What `npm ci --ignore-scripts` installs: the package's files without its links. */
async function withoutLinks(folder: string): Promise<{ folder: string; packageVersion: string; links: string[] }> {
  const copy = join(folder, 'native')
  await cp(native.folder, copy, { recursive: true, verbatimSymlinks: true })
  const listed = JSON.parse(await readFile(join(copy, 'pg-symlinks.json'), 'utf8')) as { target: string }[]
  const links = listed.map(({ target }) => join(folder, target))
  for (const link of links) await rm(link)
  return { folder: copy, packageVersion: native.packageVersion, links }
}

describe.skipIf(process.platform === 'win32')('library links that npm left out', () => {
  test('are made in place when the package may be written', async () => {
    await using folder = await temporaryFolder()
    const { links, ...bare } = await withoutLinks(folder.path)
    const deps = { log: recordingLog() }
    const program = await findProgram(deps, { dataFolder: folder.path, runAs: undefined, native: bare })
    expect(program).toMatchObject({ bin: join(bare.folder, 'bin'), major: 18 })
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) expect(await realpath(link)).toContain(bare.folder)
  })

  test('are made in a copy when it may not', async ({ skip }) => {
    const checkout = new URL('../../..', import.meta.url).pathname
    if (isRoot && !(await reachableBy(checkout, nobody))) skip('nobody cannot read this checkout')
    await using folder = await temporaryFolder()
    const { links, ...bare } = await withoutLinks(folder.path)
    const dataFolder = join(folder.path, 'data')
    await mkdir(dataFolder)
    if (isRoot) await giveTreeTo(dataFolder, nobody)
    else await chmod(join(bare.folder, 'lib'), 0o555)
    const child = spawnEmbedded({ dataFolder, native: bare.folder, ...(isRoot ? { uid: nobody.uid } : {}) })
    expect(await child.answer).toMatchObject({ bin: join(dataFolder, 'postgres-binaries/test/bin'), major: 18 })
    await expect(lstat(links[0] ?? '')).rejects.toMatchObject({ code: 'ENOENT' })
    await chmod(join(bare.folder, 'lib'), 0o755)
  })
})

describe.skipIf(!isRoot)('programs below a folder that only root may enter', () => {
  test('run from a copy in the data folder, made once', async () => {
    await using folder = await temporaryFolder()
    const closed = join(folder.path, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const { links: _, ...bare } = await withoutLinks(closed)
    const dataFolder = join(folder.path, 'data')
    await mkdir(dataFolder, { mode: 0o711 })
    await mkdir(join(dataFolder, 'postgres-binaries', 'of-a-former-version'), { recursive: true })
    const umask = process.umask(0o077)
    const deps = { log: recordingLog() }
    const first = await findProgram(deps, { dataFolder, runAs: nobody, native: bare })
    process.umask(umask)
    expect(first.bin).toBe(join(dataFolder, 'postgres-binaries', native.packageVersion, 'bin'))
    expect(await readdir(join(dataFolder, 'postgres-binaries'))).toEqual([native.packageVersion])
    const made = await stat(first.bin)
    const second = await findProgram(deps, { dataFolder, runAs: nobody, native: bare })
    expect(second).toEqual(first)
    expect((await stat(second.bin)).ino).toBe(made.ino)
  })

  test('run from a copy elsewhere when the data folder is below it too', async () => {
    await using folder = await temporaryFolder()
    await chmod(folder.path, 0o700)
    const { links: _, ...bare } = await withoutLinks(folder.path)
    const version = { ...bare, packageVersion: `${native.packageVersion}-test-${process.pid}` }
    const deps = { log: recordingLog() }
    const program = await findProgram(deps, { dataFolder: folder.path, runAs: nobody, native: version })
    try {
      expect(program.bin).toContain(version.packageVersion)
      expect(await reachableBy(program.bin, nobody)).toBe(true)
    } finally {
      await rm(join(program.bin, '..'), { recursive: true })
    }
  })
})

describe('a copy', () => {
  test('that lost a file is made again', async () => {
    await using folder = await temporaryFolder()
    const copy = await copyProgram(native.folder, folder.path, '1')
    const lost = join(copy, 'share/postgresql/timezone/UTC')
    await rm(lost)
    expect(await copyProgram(native.folder, folder.path, '1')).toBe(copy)
    expect((await stat(lost)).isFile()).toBe(true)
  })

  test.skipIf(!isRoot)('is not taken from a folder of another user', async () => {
    await using folder = await temporaryFolder()
    const theirs = join(folder.path, 'theirs')
    await mkdir(theirs)
    await giveTreeTo(theirs, nobody)
    await expect(copyProgram(native.folder, theirs, '1')).rejects.toThrow('not a folder of the user that runs Tocsin')
  })
})

test("programs that do not run here are told with the system's words and the way out", async () => {
  await using folder = await temporaryFolder()
  const foreign = join(folder.path, 'native')
  await mkdir(join(foreign, 'bin'), { recursive: true })
  await writeFile(join(foreign, 'bin', 'postgres'), '\x7fELF of another machine', { mode: 0o755 })
  const options = { dataFolder: folder.path, runAs: undefined, native: { folder: foreign, packageVersion: '1' } }
  await expect(findProgram({ log: recordingLog() }, options)).rejects.toMatchObject({
    code: 'platform',
    message: expect.stringContaining('DATABASE_URL'),
  })
})
