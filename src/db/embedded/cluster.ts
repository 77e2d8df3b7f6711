import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../lib/log.ts'
import { syncFolder, writeDurably } from './data-folder.ts'
import { codeOf, EmbeddedPostgresError, wordsOf } from './embedded-postgres-error.ts'
import { accessFile } from './postgres-settings.ts'
import type { Program } from './program.ts'
import { giveTo, giveTreeTo, type RunAs, reachableBy } from './run-as.ts'
import { runProgram } from './run-program.ts'

/** A database cluster on disk: PostgreSQL's data directory, and the password of its superuser. */
export type Cluster = { readonly folder: string; readonly password: string }

/** The superuser; the program itself works as the lesser role of `databases.ts`. */
export const superuser = 'postgres'

/** Lies inside the cluster, so that no back-up or move of the folder can part the two. */
const passwordFile = 'tocsin.password'
const unfinishedPrefix = 'postgres.new-'

/**
 * What to call the data directory by, and where to start from. When its user may not pass the folders above (a data
 * folder under `/root`), PostgreSQL is started inside the directory and told that name: each of its processes stays
 * there for life, and Linux resolves this link without looking at the folders above.
 */
export async function placeOf(folder: string, runAs: RunAs | undefined): Promise<{ cwd: string; name: string }> {
  if (runAs === undefined || (await reachableBy(folder, runAs))) return { cwd: folder, name: folder }
  if (process.platform === 'linux') return { cwd: folder, name: '/proc/self/cwd' }
  throw new EmbeddedPostgresError(
    'data-folder',
    `PostgreSQL does not run as root, and the ordinary user it runs as instead cannot get to ${folder}. Start Tocsin as an ordinary user, or name a data folder with TOCSIN_DATA that every user can get to.`,
  )
}

/** Opens the cluster `<dataFolder>/postgres`, making it first when there is none. `durable` false skips the disk's sync. */
export async function openCluster(
  deps: { log: Log; program: Program },
  options: { dataFolder: string; durable: boolean },
): Promise<Cluster> {
  const folder = join(options.dataFolder, 'postgres')
  await sweepUnfinished(deps.log, options.dataFolder)
  const entries = await entriesOf(folder)
  if (entries.length === 0) {
    deps.log.info({ folder }, 'making the embedded database')
    await makeCluster(deps.program, options, folder)
  } else {
    await checkVersion(folder, entries, deps.program)
    const { runAs } = deps.program
    // Root came to own what PostgreSQL's user must own, such as by copying it back from a back-up.
    if (runAs !== undefined && (await stat(folder)).uid === 0) await giveTreeTo(folder, runAs)
  }
  return { folder, password: await readPassword(folder) }
}

/** The cluster of a server that another process keeps. Throws `data-folder` when its password cannot be read. */
export async function knownCluster(dataFolder: string): Promise<Cluster> {
  const folder = join(dataFolder, 'postgres')
  return { folder, password: await readPassword(folder) }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw cannotRead(folder, error)
  }
}

async function checkVersion(folder: string, entries: readonly string[], program: Program): Promise<void> {
  if (!entries.includes('PG_VERSION')) {
    throw new EmbeddedPostgresError(
      'not-a-database',
      `${folder} is not empty and holds no PostgreSQL database (there is no PG_VERSION). Move it away, or name another data folder with TOCSIN_DATA.`,
    )
  }
  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
  if (version === String(program.major)) return
  const advice =
    Number(version) > program.major
      ? 'It was last used by a newer Tocsin: install that version again.'
      : 'Start the Tocsin version that made it, write a back-up with "npm run tocsin -- backup FILE", and restore that here into a new data folder.'
  throw new EmbeddedPostgresError(
    'version',
    `The database in ${folder} was made by PostgreSQL ${version}; this Tocsin brings PostgreSQL ${program.major}, which cannot open it. ${advice}`,
  )
}

async function readPassword(folder: string): Promise<string> {
  try {
    return (await readFile(join(folder, passwordFile), 'utf8')).trim()
  } catch (error) {
    throw cannotRead(join(folder, passwordFile), error)
  }
}

/** Makes the cluster under another name and renames it when all of it is on disk: half a cluster is never opened. */
async function makeCluster(
  program: Program,
  options: { dataFolder: string; durable: boolean },
  folder: string,
): Promise<void> {
  const { runAs } = program
  const unfinished = join(options.dataFolder, `${unfinishedPrefix}${randomBytes(4).toString('hex')}`)
  const data = join(unfinished, 'data')
  const password = randomBytes(24).toString('base64url')
  try {
    for (const path of [unfinished, data]) {
      await mkdir(path, { mode: 0o700 })
      await giveTo(path, runAs)
    }
    const firstPassword = join(unfinished, passwordFile)
    await writeDurably(firstPassword, `${password}\n`, 0o600)
    await giveTo(firstPassword, runAs)
    await initialise(program, data, options.durable)
    const settings = join(data, 'postgresql.conf')
    await writeDurably(settings, `${await readFile(settings, 'utf8')}\ninclude = 'tocsin.conf'\n`, 0o600)
    await writeDurably(join(data, 'pg_hba.conf'), accessFile, 0o600)
    await rename(firstPassword, join(data, passwordFile))
    await syncFolder(data)
    await removeEmpty(folder)
    await rename(data, folder)
    await syncFolder(options.dataFolder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** `builtin` collation sorts the same on every system, so a database can move; it needs no locale installed. */
async function initialise(program: Program, data: string, durable: boolean): Promise<void> {
  const { cwd, name } = await placeOf(data, program.runAs)
  const args = [
    `--pgdata=${name}`,
    `--username=${superuser}`,
    `--pwfile=${name}/../${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]
  const result = await runProgram(join(program.bin, 'initdb'), args, { cwd, runAs: program.runAs })
  if (result.ok) return
  throw new EmbeddedPostgresError(
    'initdb',
    `PostgreSQL could not make its database in ${data}. Nothing was kept; put right what it says and start again. Its words: ${result.output}`,
  )
}

/** An empty folder may have been put there by hand; the rename needs its name. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw cannotRead(folder, error)
  }
}

/** What a start that was killed left behind; safe to remove because the data folder is ours alone. */
async function sweepUnfinished(log: Log, dataFolder: string): Promise<void> {
  for (const name of await readdir(dataFolder)) {
    if (!name.startsWith(unfinishedPrefix)) continue
    const folder = join(dataFolder, name)
    log.warn({ folder }, 'removing a database whose making was cut short')
    // An initdb that outlived its Tocsin may still be adding files.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

function cannotRead(path: string, error: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'data-folder',
    `${path} cannot be used: ${wordsOf(error)}. Start Tocsin as the user that owns the data folder, or bring the folder back from a back-up.`,
    { cause: error },
  )
}
